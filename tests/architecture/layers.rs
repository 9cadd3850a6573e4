//! The import rule: one way, from the doors to the clock.
//!
//! A module may import what stands to its right in [`LAYERS`], and what a leaf's line in [`LEAVES`] allows.
//! `lib.rs` imports nothing of its own modules; `main.rs` starts `cli` or `app`. Code under `#[cfg(test)]`
//! is bound by the same rule. New top-level modules are listed here first, with their place.

use crate::mentions::{Mention, Role, mentions};
use crate::source::{Finding, SourceFile};

/// Each may import anything to its right. Modules that don't exist yet have their place already.
pub(crate) const LAYERS: &[&str] = &[
    "cli",
    "app",
    "http",
    "dashboard",
    "analytics",
    "settings",
    "appointments",
    "quarantine",
    "calls",
    "messages",
    "numbers",
    "accounts",
    "tenants",
    "jobs",
    "journal",
    "twilio_api",
    "tenancy",
    "web",
    "handling",
    "routing",
    "twilio",
    "hours",
    "figures",
    "traces",
    "clock",
];

/// A module beside the layers, imported by `cli` and `app` alone.
pub(crate) struct Leaf {
    name: &'static str,
    /// Paths below the crate; what stands below such a path is allowed too.
    may_import: &'static [&'static str],
}

pub(crate) const LEAVES: &[Leaf] = &[
    Leaf { name: "config", may_import: &["tenancy", "twilio", "clock"] },
    Leaf { name: "embedded", may_import: &[] },
    Leaf { name: "schema", may_import: &["tenancy::secrets", "twilio", "clock"] },
    Leaf { name: "simulator", may_import: &["twilio", "clock"] },
    Leaf { name: "telemetry", may_import: &["traces"] },
];

const READERS_OF_LEAVES: &[&str] = &["cli", "app"];
const STARTED_BY_MAIN: &[&str] = &["cli", "app"];

/// Every import against the rule, and every top-level module that has no place in it.
pub(crate) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files.iter().flat_map(|file| unknown_module(file).into_iter().chain(wrong_imports(file))).collect()
}

fn is_known(module: &str) -> bool {
    LAYERS.contains(&module) || leaf(module).is_some()
}

fn leaf(module: &str) -> Option<&'static Leaf> {
    LEAVES.iter().find(|leaf| leaf.name == module)
}

fn unknown_module(file: &SourceFile) -> Option<Finding> {
    let module = file.top_module().filter(|module| !is_known(module))?;
    Some(file.finding(
        1,
        format!("the top-level module `{module}` has no place in the import rule"),
        "add it to LAYERS or LEAVES in tests/architecture/layers.rs, and to the map in src/lib.rs",
    ))
}

fn wrong_imports(file: &SourceFile) -> Vec<Finding> {
    mentions(file).iter().filter_map(|mention| wrong_import(file, mention)).collect()
}

fn wrong_import(file: &SourceFile, mention: &Mention) -> Option<Finding> {
    let path = mention.own_path()?;
    let Some(target) = path.first() else {
        let is_use = mention.role != Role::Inline;
        return is_use.then(|| hides(file, mention, "binds the crate itself to a name"));
    };
    if target == "*" {
        return Some(hides(file, mention, "imports every module of the crate at once"));
    }
    if !is_known(target) {
        return Some(file.finding(
            mention.line,
            format!("`crate::{}` leads to no known top-level module", path.join("::")),
            "name the item where it is defined; for a new module, add it to tests/architecture/layers.rs",
        ));
    }
    let from = file.top_module();
    (!may_import(from.as_deref(), path, &file.path)).then(|| forbidden(file, mention, path))
}

fn hides(file: &SourceFile, mention: &Mention, what: &str) -> Finding {
    file.finding(
        mention.line,
        format!("this {what}, and so hides what is imported"),
        "import each item by its full path, beginning with `crate::` and its module",
    )
}

fn forbidden(file: &SourceFile, mention: &Mention, path: &[String]) -> Finding {
    let from = file.top_module().unwrap_or_else(|| file.path.clone());
    let rule = format!("`{from}` may not import `crate::{}`", path.join("::"));
    let instead = match path.first().and_then(|target| leaf(target)) {
        Some(leaf) => format!("let `cli` or `app` read `{}` and hand plain values down", leaf.name),
        None => format!(
            "take what you need as an argument, or move it to the right in {} (leaves: see \
             tests/architecture/layers.rs)",
            LAYERS.join(" → ")
        ),
    };
    file.finding(mention.line, rule, instead)
}

fn may_import(from: Option<&str>, path: &[String], file: &str) -> bool {
    let Some(target) = path.first().map(String::as_str) else { return true };
    let Some(from) = from else { return file == "src/main.rs" && STARTED_BY_MAIN.contains(&target) };
    if from == target {
        return true;
    }
    if let Some(leaf) = leaf(from) {
        return leaf.may_import.iter().any(|allowed| starts_with(path, allowed));
    }
    if leaf(target).is_some() {
        return READERS_OF_LEAVES.contains(&from);
    }
    let place = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    // A module without a place is reported as unknown; its imports are judged once it has one.
    place(from).is_none_or(|from| place(target).is_some_and(|target| from < target))
}

fn starts_with(path: &[String], allowed: &str) -> bool {
    let allowed: Vec<&str> = allowed.split("::").collect();
    path.len() >= allowed.len() && path.iter().zip(&allowed).all(|(part, allowed)| part == allowed)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::source::SourceFile;

    fn faults(path: &str, text: &str) -> Vec<String> {
        check(&[SourceFile::parse(path, text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_import_to_the_left_falls_however_it_is_written() {
        let ways = [
            "use crate::http::Router;",
            "use crate::{clock::Clock, http::{router, Router}};",
            "use crate::http as door;",
            "use super::super::http;",
            "fn f() { crate::http::router(); }",
            "fn f() -> super::super::http::Router { todo() }",
            "fn f() { assert_eq!(crate::http::LIMIT, 3); }",
            "#[serde(with = \"crate::http::limit\")] struct S;",
            "#[cfg(test)] mod tests { use super::super::super::http; }",
            "macro_rules! m { () => { $crate::http::router() } }",
            "type R = Vec<crate::http::Router>;",
        ];

        for way in ways {
            let faults = faults("src/calls/store.rs", &format!("//! h\n{way}"));

            assert!(!faults.is_empty(), "not seen: {way}");
            assert!(faults.iter().all(|fault| fault.starts_with("src/calls/store.rs:2: ")), "{faults:?}");
        }
    }

    #[test]
    fn an_import_to_the_right_and_within_the_module_stands() {
        let text = "//! h\nuse crate::{tenancy::TenantTx, clock};\nuse super::routing;\nuse crate::calls::call::Call;\n\
                    pub(in crate::calls) fn f() { sqlx::query(\"\"); crate::web::problem() }";

        assert_eq!(faults("src/calls/store.rs", text), Vec::<String>::new());
    }

    #[test]
    fn the_crate_can_be_hidden_neither_behind_a_name_nor_behind_a_star() {
        for way in ["use crate as root;", "use crate::*;", "use super::*;", "extern crate self as root;"] {
            assert_eq!(faults("src/clock.rs", way).len(), 1, "{way}");
        }
        assert_eq!(faults("src/clock.rs", "mod tests { use super::*; }").len(), 0);
    }

    #[test]
    fn leaves_are_read_by_cli_and_app_alone() {
        for leaf in ["config", "embedded", "schema", "simulator", "telemetry"] {
            let text = format!("use crate::{leaf}::Thing;");

            assert_eq!(faults("src/cli/serve.rs", &text).len(), 0);
            assert_eq!(faults("src/app.rs", &text).len(), 0);
            assert_eq!(faults("src/http/mod.rs", &text).len(), 1);
        }
    }

    #[test]
    fn leaves_import_only_what_their_line_allows() {
        assert_eq!(faults("src/schema/plan.rs", "use crate::tenancy::secrets::Keys;").len(), 0);
        assert_eq!(faults("src/schema/plan.rs", "use crate::tenancy::TenantTx;").len(), 1);
        assert_eq!(faults("src/config.rs", "use crate::tenancy::secrets::Keys;").len(), 0);
        assert_eq!(faults("src/embedded/mod.rs", "use crate::clock::Clock;").len(), 1);
        assert_eq!(faults("src/telemetry.rs", "use crate::config::Config;").len(), 1);
    }

    #[test]
    fn an_unknown_module_is_told_where_to_be_added() {
        let faults = faults("src/utils/mod.rs", "fn f() {}");

        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("tests/architecture/layers.rs"), "{faults:?}");
    }

    #[test]
    fn an_item_of_the_crate_root_is_no_way_round() {
        assert_eq!(faults("src/clock.rs", "use crate::Router;").len(), 1);
        assert_eq!(faults("src/lib.rs", "pub mod http;\npub use crate::http::Router;").len(), 1);
    }

    #[test]
    fn main_starts_the_command_line_and_nothing_else() {
        assert_eq!(faults("src/main.rs", "fn main() { switchboard::cli::run() }").len(), 0);
        assert_eq!(faults("src/main.rs", "use switchboard::calls::Call;").len(), 1);
    }
}
