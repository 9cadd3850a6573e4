//! Words that may not stand in some place: other people's crates, `unsafe`, `sleep`.
//!
//! Looks at tokens, so comments and strings are free to speak of anything. A word is an identifier.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::source::{Finding, SourceFile};

/// Files below `place` (a path without its `.rs`, or a folder) never name these words.
struct Stranger {
    place: &'static str,
    /// Judges a word, and the sign before it.
    names: fn(&str, &str) -> bool,
    rule: &'static str,
    instead: &'static str,
}

const STRANGERS: &[Stranger] = &[
    Stranger {
        place: "src/twilio",
        names: |_, word| {
            is_crate(word, "axum") || is_crate(word, "sqlx") || word.to_lowercase().contains("tenant")
        },
        rule: "`twilio/` is the protocol alone: no axum, no sqlx, no tenants",
        instead: "hand plain values in and out; what knows the web or a tenant belongs in `tenancy/` or a feature",
    },
    Stranger {
        place: "src/web",
        names: |_, word| is_crate(word, "sqlx"),
        rule: "`web/` knows no database",
        instead: "turn the row or the error into a plain value in a `store.rs` or in `tenancy/` first",
    },
    Stranger { place: "src/hours", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
    Stranger { place: "src/handling", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
    Stranger { place: "src/routing", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
    Stranger { place: "src/calls/after", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
    Stranger { place: "src/calls/noted", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
    Stranger {
        place: "src/appointments/availability",
        names: is_outside_world,
        rule: PURE,
        instead: PURE_INSTEAD,
    },
    Stranger { place: "src/schema/plan", names: is_outside_world, rule: PURE, instead: PURE_INSTEAD },
];

const PURE: &str = "this is a pure decision: no axum, no sqlx, no tokio, no clock";
const PURE_INSTEAD: &str =
    "take what the decision needs, the time too, as an argument, and return what to do";

fn is_crate(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn is_outside_world(before: &str, word: &str) -> bool {
    let clocks = ["clock", "Clock", "SystemClock", "SystemTime", "Instant"];
    ["axum", "sqlx", "tokio"].iter().any(|name| is_crate(word, name))
        || clocks.contains(&word)
        || (before == "::" && word == "now")
}

/// Names of crates and of things that a place must not know.
pub(crate) fn strangers(files: &[SourceFile]) -> Vec<Finding> {
    let of = |stranger: &Stranger| {
        let there = files.iter().filter(|file| is_at(&file.path, stranger.place));
        words(there, |before, word, _| {
            let rule = || (format!("`{word}` stands here, but {}", stranger.rule), stranger.instead);
            (stranger.names)(before, word).then(rule)
        })
    };
    STRANGERS.iter().flat_map(of).collect()
}

fn is_at(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// `unsafe` outside the launcher of the private PostgreSQL.
pub(crate) fn unsafe_code(files: &[SourceFile]) -> Vec<Finding> {
    words(files.iter().filter(|file| !is_at(&file.path, "src/embedded")), |_, token, _| {
        let instead = "use a safe function; only `embedded/` may, each use with a `// SAFETY:` reason";
        (token == "unsafe").then(|| ("`unsafe` stands outside `src/embedded/`".to_owned(), instead))
    })
}

/// A test that must wait, and why nothing else will do.
pub(crate) struct MayWait {
    pub(crate) file: &'static str,
    pub(crate) reason: &'static str,
}

/// Tests that wait by the clock, and exceptions that are no longer needed or give no reason.
pub(crate) fn sleeps(files: &[SourceFile], exceptions: &[MayWait]) -> Vec<Finding> {
    let mut found = words(files.iter(), |_, token, after| {
        let sleeps = matches!(token, "sleep" | "sleep_until" | "sleep_ms") && after == "(";
        let instead =
            "wait for the event itself (a row, a line of output, a channel), or drive the test's clock";
        sleeps.then(|| ("a test waits by sleeping".to_owned(), instead))
    });
    for exception in exceptions {
        let before = found.len();
        found.retain(|finding| finding.file != exception.file);
        if found.len() == before || exception.reason.is_empty() {
            found.push(Finding {
                file: exception.file.to_owned(),
                line: 1,
                rule: "this exception from the rule against sleeping is not needed, or gives no reason"
                    .to_owned(),
                instead: "take it out of the list in tests/architecture.rs, or write its reason".to_owned(),
            });
        }
    }
    found
}

type Judge<'a> = &'a mut dyn FnMut(&str, &str, &str) -> Option<(String, &'static str)>;

/// Every word of the files that the judge objects to; see `each_token` for what it is shown.
pub(crate) fn words<'a>(
    files: impl Iterator<Item = &'a SourceFile>,
    mut judge: impl FnMut(&str, &str, &str) -> Option<(String, &'static str)>,
) -> Vec<Finding> {
    files
        .flat_map(|file| {
            let faults = each_token(&file.tokens, &mut judge);
            faults.into_iter().map(|(line, rule, instead)| file.finding(line, rule, instead))
        })
        .collect()
}

/// Shows each identifier to the judge, with what stands right before and after it (`::`, `!`, `(` or nothing).
fn each_token(tokens: &TokenStream, judge: Judge<'_>) -> Vec<(usize, String, &'static str)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => {
                let before = at.checked_sub(1).map_or("", |before| sign(&tokens[before]));
                let after = tokens.get(at + 1).map_or("", sign);
                let fault = judge(before, &ident.to_string(), after);
                found.extend(fault.map(|(rule, instead)| (ident.span().start().line, rule, instead)));
            }
            TokenTree::Group(group) => found.extend(each_token(&group.stream(), judge)),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

fn sign(token: &TokenTree) -> &'static str {
    match token {
        TokenTree::Punct(punct) if punct.as_char() == ':' => "::",
        TokenTree::Punct(punct) if punct.as_char() == '!' => "!",
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => "(",
        TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{MayWait, sleeps, strangers, unsafe_code};
    use crate::source::{Finding, SourceFile};

    fn file(path: &str, text: &str) -> [SourceFile; 1] {
        [SourceFile::parse(path, text)]
    }

    fn count(check: impl Fn(&[SourceFile]) -> Vec<Finding>, path: &str, text: &str) -> usize {
        check(&file(path, text)).len()
    }

    #[test]
    fn twilio_that_knows_the_web_the_database_or_a_tenant_falls() {
        for text in [
            "use axum::Json;",
            "fn f() { axum_server::bind() }",
            "use sqlx as db;",
            "struct S { tenant_id: u8 }",
        ] {
            assert_eq!(count(strangers, "src/twilio/sid.rs", text), 1, "{text}");
        }
        assert_eq!(
            count(strangers, "src/twilio/sid.rs", "//! No axum, no tenants.\nconst A: &str = \"sqlx\";"),
            0
        );
        assert_eq!(count(strangers, "src/web/page.rs", "use axum::Json; use sqlx::Row;"), 1);
    }

    #[test]
    fn a_pure_decision_that_reads_the_time_falls_and_one_that_is_told_the_time_stands() {
        let reads =
            ["fn f() { Utc::now(); }", "use crate::clock;", "use tokio::time;", "fn f(c: &dyn Clock) {}"];

        for text in reads {
            assert_eq!(count(strangers, "src/routing/decision.rs", text), 1, "{text}");
            assert_eq!(count(strangers, "src/hours/zone.rs", text), 1, "{text}");
        }
        assert_eq!(
            count(strangers, "src/routing/decision.rs", "fn f(now: DateTime<Utc>) -> bool { now > later }"),
            0
        );
    }

    #[test]
    fn unsafe_stands_in_the_launcher_alone() {
        let text = "fn f() { unsafe { g() } }";

        assert_eq!(count(unsafe_code, "src/twilio/sid.rs", text), 1);
        assert_eq!(count(unsafe_code, "src/embedded/launch.rs", text), 0);
        assert_eq!(
            count(unsafe_code, "src/twilio/sid.rs", "#![expect(unsafe_code, reason = \"unsafe\")]"),
            0
        );
    }

    #[test]
    fn a_sleeping_test_falls_unless_an_exception_gives_its_reason() {
        let files = file("tests/it/calls.rs", "async fn f() { tokio::time::sleep(WHILE).await }");
        let with = |reason| MayWait { file: "tests/it/calls.rs", reason };

        assert_eq!(sleeps(&files, &[]).len(), 1);
        assert_eq!(sleeps(&files, &[with("the far side has no event")]).len(), 0);
        assert_eq!(sleeps(&files, &[with("")]).len(), 1);
    }

    #[test]
    fn an_exception_that_nothing_needs_falls() {
        let exception = MayWait { file: "tests/it/calls.rs", reason: "once needed" };

        assert_eq!(sleeps(&file("tests/it/calls.rs", "fn f() {}"), &[exception]).len(), 1);
    }
}
