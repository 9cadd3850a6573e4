//! Cuts a script into its statements, as psql does for a server.
//!
//! Promises: semicolons inside strings, quoted names, dollar quotes and comments don't cut.
//! Doesn't: know backslash commands or `E''` strings; no fixture has any.

/// The statements of a script, in order, without their semicolons.
pub(crate) fn statements(script: &str) -> Vec<String> {
    let (mut found, mut statement, mut rest) = (Vec::new(), String::new(), script);
    while !rest.is_empty() {
        let (token, behind) = rest.split_at(length_of_token(rest));
        if token == ";" {
            found.push(std::mem::take(&mut statement));
        } else {
            statement.push_str(token);
        }
        rest = behind;
    }
    found.push(statement);
    let found = found.iter().map(|statement| without_leading_comments(statement));
    found.filter(|statement| !statement.is_empty()).collect()
}

/// How much belongs together: a whole quoted text or comment, else one character.
fn length_of_token(rest: &str) -> usize {
    let until = |opening: usize, closing: &str| {
        let (_, inside) = rest.split_at(opening);
        inside.find(closing).map_or(rest.len(), |found| opening + found + closing.len())
    };
    if rest.starts_with("--") {
        until(2, "\n")
    } else if rest.starts_with("/*") {
        until(2, "*/")
    } else if rest.starts_with('\'') {
        until(1, "'")
    } else if rest.starts_with('"') {
        until(1, "\"")
    } else if let Some(tag) = dollar_tag(rest) {
        until(tag.len(), tag)
    } else {
        rest.chars().next().map_or(1, char::len_utf8)
    }
}

/// `$$` or `$name$` at the beginning of the text.
fn dollar_tag(rest: &str) -> Option<&str> {
    let end = rest.strip_prefix('$')?.find('$')? + 2;
    let tag = rest.get(..end)?;
    let name = tag.get(1..end - 1)?;
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    is_name.then_some(tag)
}

fn without_leading_comments(statement: &str) -> String {
    let mut rest = statement.trim();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, below)| below).trim_start();
    }
    rest.to_owned()
}

#[test]
fn only_a_semicolon_that_ends_a_statement_cuts() {
    let script = "-- a comment; with one\nselect 'a;''b' as \"c;d\"; /* e;f */ select 1;\n\
                  do $$begin perform 1; end$$; select $q$;$$;$q$, $1;\n-- the end;";

    let found = statements(script);

    assert_eq!(
        found,
        [
            "select 'a;''b' as \"c;d\"",
            "/* e;f */ select 1",
            "do $$begin perform 1; end$$",
            "select $q$;$$;$q$, $1"
        ]
    );
}

/// One part of a script that consists of many: `--- title`, then statements.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section<'a> {
    /// What stands behind the dashes.
    pub(crate) title: &'a str,
    /// Everything up to the next title.
    pub(crate) body: &'a str,
}

/// The sections of a script; what stands above the first is for its reader.
pub(crate) fn sections(script: &str) -> Vec<Section<'_>> {
    let parts = script.split("\n--- ").skip(1);
    parts
        .map(|part| {
            let (title, body) = part.split_once('\n').unwrap_or((part, ""));
            Section { title: title.trim(), body }
        })
        .collect()
}
