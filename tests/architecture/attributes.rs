//! Attributes and macros that switch a check off or hide code from it.
//!
//! Looks at tokens, so an attribute is found wherever it stands, inside macros too.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::source::{Finding, SourceFile};
use crate::words::words;

/// `#[allow(…)]`, also as `#![allow(…)]` and inside `cfg_attr`.
pub(crate) fn allowed_lints(files: &[SourceFile]) -> Vec<Finding> {
    let instead =
        "mend it, or `#[expect(the_lint, reason = \"…\")]`, which complains when it is no longer needed";
    files
        .iter()
        .flat_map(|file| {
            let mut lines = Vec::new();
            attributes(&file.tokens, &mut |attribute| lines.extend(allow_in(attribute)));
            lines.into_iter().map(|line| file.finding(line, "a lint is switched off by `allow`", instead))
        })
        .collect()
}

/// Files that the map of modules does not show.
pub(crate) fn hidden_files(files: &[SourceFile]) -> Vec<Finding> {
    let instead = "give the file the name and place of its module";
    let mut found = words(files.iter(), |_, token, after| {
        let includes = token == "include" && after == "!";
        includes.then(|| ("`include!` brings in code that the walls don't see".to_owned(), instead))
    });
    for file in files {
        let mut lines = Vec::new();
        attributes(&file.tokens, &mut |attribute| {
            if let Some(TokenTree::Ident(name)) = attribute.clone().into_iter().next()
                && name == "path"
            {
                lines.push(name.span().start().line);
            }
        });
        let rule = "`#[path]` gives a file a module that its name does not show";
        found.extend(lines.into_iter().map(|line| file.finding(line, rule, instead)));
    }
    found
}

/// Shows the inside of each `#[…]` and `#![…]`, wherever it stands.
fn attributes(tokens: &TokenStream, seen: &mut dyn FnMut(&TokenStream)) {
    let mut after_hash = false;
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            if after_hash && group.delimiter() == Delimiter::Bracket {
                seen(&group.stream());
            }
            attributes(&group.stream(), seen);
        }
        after_hash = match &token {
            TokenTree::Punct(punct) => punct.as_char() == '#' || (after_hash && punct.as_char() == '!'),
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
    }
}

/// The line of an `allow(…)` that is the attribute itself, or stands inside its `cfg_attr`.
fn allow_in(attribute: &TokenStream) -> Option<usize> {
    let tokens: Vec<TokenTree> = attribute.clone().into_iter().collect();
    tokens.iter().enumerate().find_map(|(at, token)| match (token, tokens.get(at + 1)) {
        (TokenTree::Ident(name), Some(TokenTree::Group(_))) if name == "allow" => {
            Some(name.span().start().line)
        }
        (TokenTree::Ident(name), Some(TokenTree::Group(group))) if name == "cfg_attr" => {
            allow_in(&group.stream())
        }
        (_, _) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{allowed_lints, hidden_files};
    use crate::source::{Finding, SourceFile};

    fn count(check: impl Fn(&[SourceFile]) -> Vec<Finding>, path: &str, text: &str) -> usize {
        check(&[SourceFile::parse(path, text)]).len()
    }

    #[test]
    fn allow_falls_in_every_form() {
        let forms = [
            "#![allow(dead_code)]",
            "fn f() { #[allow(unused)] let x = 1; }",
            "#[cfg_attr(test, allow(dead_code))] fn f() {}",
            "macro_rules! m { () => { #[allow(unused)] fn f() {} } }",
        ];

        for form in forms {
            assert_eq!(count(allowed_lints, "tests/it/main.rs", form), 1, "{form}");
        }
        assert_eq!(
            count(allowed_lints, "src/app.rs", "#[expect(dead_code, reason = \"allow(x)\")] fn f() {}"),
            0
        );
    }

    #[test]
    fn code_that_hides_from_the_walls_falls() {
        assert_eq!(count(hidden_files, "src/app.rs", "#[path = \"../x.rs\"] mod x;"), 1);
        assert_eq!(count(hidden_files, "src/app.rs", "include!(\"x.rs\");"), 1);
        assert_eq!(count(hidden_files, "src/app.rs", "const A: &str = include_str!(\"x.sql\");"), 0);
    }
}
