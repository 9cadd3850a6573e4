//! Where SQL may stand, and what it may say.
//!
//! In Rust: statements stand in `store.rs` files and in the modules that own the database. In migrations:
//! no schema is named, because the runner sets the search path (see docs/adr/0006). The tenant of a
//! transaction is set by `set_tenant` alone. SQL is read as text without its comments, not parsed.

use proc_macro2::{TokenStream, TokenTree};

use crate::mentions::{Role, mentions};
use crate::source::{Finding, SourceFile, SqlFile};
use crate::words::words;

const OWNERS_OF_SQL: &[&str] = &["src/embedded/", "src/jobs/", "src/schema/", "src/tenancy/"];

/// Statements outside the places that are for them.
pub(crate) fn placement(files: &[SourceFile]) -> Vec<Finding> {
    let instead = "put the statement into the feature's `store.rs`, in a function named after the question";
    let strange = || files.iter().filter(|file| !may_hold_sql(&file.path));
    let mut found = words(strange(), |_, word, after| {
        (after == "!" && is_query_macro(word)).then(|| (format!("`{word}!` runs SQL here"), instead))
    });
    for file in strange() {
        for mention in mentions(file) {
            if runs_sql(&mention.path) || renames_sqlx(&mention.path, &mention.role) {
                let rule = format!("`{}` runs SQL here", mention.path.join("::"));
                found.push(file.finding(mention.line, rule, instead));
            }
        }
    }
    // A macro's own name and the path in front of it are one fault.
    found.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    found.dedup_by(|one, other| (&one.file, one.line) == (&other.file, other.line));
    found
}

fn may_hold_sql(path: &str) -> bool {
    let is_store = path.ends_with("/store.rs") || path.contains("/store/");
    is_store || OWNERS_OF_SQL.iter().any(|owner| path.starts_with(owner))
}

fn is_query_macro(name: &str) -> bool {
    let kinds = ["query", "query_as", "query_scalar", "query_file", "query_file_as", "query_file_scalar"];
    kinds.contains(&name.strip_suffix("_unchecked").unwrap_or(name))
}

/// `sqlx::query…`, and the other ways of the crate to run a text.
fn runs_sql(path: &[String]) -> bool {
    let runs = |name: &String| {
        let others = ["QueryBuilder", "raw_sql", "Executor", "AssertSqlSafe", "*"];
        name.starts_with("query") || others.contains(&name.as_str())
    };
    path.split_first().is_some_and(|(first, rest)| first == "sqlx" && rest.iter().any(runs))
}

fn renames_sqlx(path: &[String], role: &Role) -> bool {
    match role {
        Role::Import { name } | Role::ReExport { name } => path == ["sqlx"] && name != "sqlx",
        Role::Inline => false,
    }
}

const SET_TENANT_INSTEAD: &str =
    "call `set_tenant(uuid)`: a bare set_config doesn't reach every server that holds rows";

/// `set_config('switchboard.tenant_id', …)` in a string of Rust.
pub(crate) fn tenant_set_in_rust(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        strings(&file.tokens, &mut |line, text| {
            if let Some(below) = line_of_set_config(text) {
                found.push(file.finding(line + below, "sets the tenant with set_config", SET_TENANT_INSTEAD));
            }
        });
    }
    found
}

fn strings(tokens: &TokenStream, seen: &mut dyn FnMut(usize, &str)) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            // A doc comment is `#[doc = "…"]` in tokens, and may speak of anything.
            TokenTree::Literal(literal) if !follows_doc(&tokens[..at]) => {
                seen(literal.span().start().line, &literal.to_string());
            }
            TokenTree::Group(group) => strings(&group.stream(), seen),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn follows_doc(before: &[TokenTree]) -> bool {
    matches!(before, [TokenTree::Ident(doc), TokenTree::Punct(_)] if doc == "doc")
}

/// How many lines below the text's first line the call stands.
fn line_of_set_config(text: &str) -> Option<usize> {
    let dense: Vec<(char, usize)> = text
        .lines()
        .enumerate()
        .flat_map(|(line, text)| {
            text.chars().filter(|c| !c.is_whitespace()).map(move |c| (c.to_ascii_lowercase(), line))
        })
        .collect();
    let wanted: Vec<char> = "set_config('switchboard.tenant_id'".chars().collect();
    dense
        .windows(wanted.len())
        .find(|window| window.iter().zip(&wanted).all(|((found, _), wanted)| found == wanted))
        .and_then(|window| window.first().map(|(_, line)| *line))
}

/// Everything that a migration must not say.
pub(crate) fn migrations(files: &[SqlFile]) -> Vec<Finding> {
    files.iter().flat_map(faults_of_migration).collect()
}

fn faults_of_migration(file: &SqlFile) -> Vec<Finding> {
    let fault = |line: usize, rule: String, instead: &str| Finding {
        file: file.path.clone(),
        line,
        rule,
        instead: instead.to_owned(),
    };
    let mut found = Vec::new();
    if !matches!(file.text.lines().next(), Some("-- schema: shared" | "-- schema: own")) {
        let rule = "the first line does not say which schema new objects go to".to_owned();
        found.push(fault(1, rule, "begin the file with `-- schema: shared` or `-- schema: own`"));
    }
    let code = without_comments(&file.text);
    if let Some(line) = line_of_set_config(&code) {
        found.push(fault(line + 1, "sets the tenant with set_config".to_owned(), SET_TENANT_INSTEAD));
    }
    for (at, line) in code.lines().enumerate() {
        if let Some(schema) = named_schema(line) {
            let rule = format!("names the schema `{schema}`");
            found.push(fault(
                at + 1,
                rule,
                "leave it out; the runner sets search_path, functions say FROM CURRENT",
            ));
        }
    }
    found
}

/// The schema that a line names: `public.x`, `"switchboard" . x`, `schema public`, `search_path = public`.
/// The setting `switchboard.tenant_id` is no such name, nor is the role PUBLIC.
fn named_schema(line: &str) -> Option<&'static str> {
    let line = line.to_lowercase().replace("switchboard.tenant_id", "").replace('"', "");
    let words: Vec<&str> = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    ["public", "switchboard"].into_iter().find(|schema| {
        let qualifies = line.split(schema).collect::<Vec<_>>().windows(2).any(|around| {
            let continues = around[0].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            !continues && around[1].trim_start().starts_with('.')
        });
        let is_schema = words.windows(2).any(|pair| pair == ["schema", schema]);
        let path = words.iter().skip_while(|word| **word != "search_path");
        qualifies || is_schema || path.into_iter().any(|word| word == schema)
    })
}

/// The text with its comments blanked out; lines keep their numbers, strings stay.
fn without_comments(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text.chars().peekable();
    let mut state = Reading::Code;
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        state = match (state, c, next) {
            (Reading::Code, '-', Some('-')) => Reading::LineComment,
            (Reading::Code, '/', Some('*')) => Reading::BlockComment,
            (Reading::Code, '\'', _) => Reading::Text,
            (Reading::Text, '\'', _) | (Reading::LineComment, '\n', _) => Reading::Code,
            (Reading::BlockComment, '*', Some('/')) => {
                rest.next();
                code.push(' ');
                Reading::Code
            }
            (state, _, _) => state,
        };
        match state {
            Reading::Code | Reading::Text => code.push(c),
            Reading::LineComment | Reading::BlockComment if c == '\n' => code.push(c),
            Reading::LineComment | Reading::BlockComment => {}
        }
    }
    code
}

#[derive(Clone, Copy)]
enum Reading {
    Code,
    Text,
    LineComment,
    BlockComment,
}

#[cfg(test)]
mod tests {
    use super::{migrations, placement, tenant_set_in_rust};
    use crate::source::{SourceFile, SqlFile};

    fn misplaced(path: &str, text: &str) -> usize {
        placement(&[SourceFile::parse(path, text)]).len()
    }

    #[test]
    fn a_statement_outside_a_store_falls_however_it_is_run() {
        let ways = [
            "fn f() { sqlx::query(\"select 1\"); }",
            "fn f() { sqlx::query_as!(Row, \"select 1\"); }",
            "use sqlx::{PgPool, query_scalar};",
            "fn f() { query!(\"select 1\") }",
            "use sqlx::QueryBuilder;",
            "use sqlx::Executor;",
            "use sqlx::postgres as pg; use sqlx as db;",
            "fn f() { assert!(sqlx::raw_sql(\"select 1\")) }",
        ];

        for way in ways {
            assert_eq!(misplaced("src/calls/incoming.rs", way), 1, "{way}");
            assert_eq!(misplaced("src/calls/store.rs", way), 0, "{way}");
            assert_eq!(misplaced("src/tenancy/directory.rs", way), 0, "{way}");
        }
        assert_eq!(misplaced("src/calls/incoming.rs", "use sqlx::PgPool; fn f(query: &str) { g(query) }"), 0);
    }

    #[test]
    fn a_tenant_set_with_set_config_falls_at_its_line() {
        let text = "/// Never set_config('switchboard.tenant_id', …).\nfn f() { q(\"select\n set_config(\n  'switchboard.tenant_id', $1, true)\") }";

        let found = tenant_set_in_rust(&[SourceFile::parse("src/tenancy/tenant_tx.rs", text)]);

        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_migration_that_names_a_schema_falls() {
        let ways = [
            "CREATE TABLE public.tenants ();",
            "SELECT 'a' FROM \"switchboard\" . jobs;",
            "CREATE SCHEMA switchboard;",
            "CREATE FUNCTION f() SET search_path = pg_temp, Public AS 'x';",
            "SELECT SET_CONFIG( 'switchboard.tenant_id', x, true);",
        ];

        for way in ways {
            let text = format!("-- schema: own\n\n{way}");
            let found = migrations(&[SqlFile { path: "migrations/0001_x.sql".to_owned(), text }]);

            assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3], "{way}");
        }
    }

    #[test]
    fn a_migration_may_name_roles_its_setting_and_anything_in_a_comment() {
        let text = "-- schema: shared\n-- public.tenants is known to older programs\n/* switchboard.x\n*/\n\
                    REVOKE ALL ON tenants FROM PUBLIC; GRANT SELECT ON tenants TO switchboard_app;\n\
                    EXECUTE format('SET LOCAL switchboard.tenant_id = %L', t); SELECT '--', republic.x;\n\
                    CREATE FUNCTION f() SET search_path FROM CURRENT AS 'x';";

        let found =
            migrations(&[SqlFile { path: "migrations/0001_x.sql".to_owned(), text: text.to_owned() }]);

        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[test]
    fn a_migration_says_first_where_its_objects_go() {
        let file =
            SqlFile { path: "migrations/0001_x.sql".to_owned(), text: "CREATE TABLE t ();".to_owned() };

        assert_eq!(migrations(&[file]).len(), 1);
    }
}
