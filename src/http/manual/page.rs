//! The page.

use askama::Template;
use serde_json::Value;

use super::prose::{self, Html};
use super::reading::{self, Group};
use crate::web::problem_kind::ProblemKind;

#[derive(Template)]
#[template(path = "manual.html")]
struct Page<'a> {
    title: &'a str,
    version: &'a str,
    introduction: Html,
    groups: Vec<Group>,
    kinds: Vec<ProblemKind>,
}

/// The page of a document.
pub(super) fn of(document: &Value) -> askama::Result<String> {
    let info = |name: &str| document.pointer(name).and_then(Value::as_str).unwrap_or_default();
    let page = Page {
        title: info("/info/title"),
        version: info("/info/version"),
        introduction: prose::text(info("/info/description")),
        groups: reading::groups(document),
        kinds: ProblemKind::ALL.to_vec(),
    };
    page.render()
}
