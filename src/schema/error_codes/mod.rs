//! What the error codes that people met mean for the database at hand.
//!
//! Promises: pure; each sentence follows from the catalogue or from a count of rows. What could not be counted is said.
//! Doesn't: explain codes that no half-finished migration gave.

mod code;
mod objects;
mod questions;
mod rows;

use serde::Serialize;

use super::catalogue::{Catalogue, Relation};
use super::legacy;
use super::report::is_table;

pub use self::code::{ErrorCode, UnknownCode};
pub(super) use self::questions::{Answer, Asked, questions};

/// One code, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Five characters.
    pub code: String,
    /// What PostgreSQL calls it.
    pub condition: String,
    /// What PostgreSQL means by it.
    pub means: String,
    /// Why people met it on the way to many tenants.
    pub cause: String,
    /// What stands here that gives it, or why nothing does: a sentence each.
    pub here: Vec<String>,
    /// What to do; nothing where nothing gives it.
    pub remedy: Option<String>,
}

/// What the sentences are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    /// What stands.
    pub(super) found: &'a Catalogue,
    /// What should, where it could be built.
    pub(super) target: Option<&'a Catalogue>,
    /// What was asked about the rows.
    pub(super) asked: &'a [Asked],
    /// The schema whose names older programs know.
    pub(super) shared: &'a str,
}

/// What makes a code come up here.
enum Here {
    /// These things; somebody must act.
    Gives(Vec<String>),
    /// Nothing does, or what does is no fault.
    Harmless(String),
}

impl Here {
    /// What was found, or that nothing was.
    fn of(given: Vec<String>, harmless: &str) -> Self {
        if given.is_empty() { Self::Harmless(harmless.to_owned()) } else { Self::Gives(given) }
    }
}

const REMEDY: &str =
    "`switchboard migrate --dry-run` shows what it would do about it; `switchboard migrate` does it";

/// What a code means here.
#[must_use]
pub(super) fn explain(code: ErrorCode, facts: &Facts<'_>) -> Explanation {
    let here = if facts.is_empty() {
        let calm = "nothing of ours stands here yet; `switchboard migrate` makes it, and needs no older file";
        Here::Harmless(calm.to_owned())
    } else {
        match code {
            ErrorCode::UndefinedColumn => facts.undefined_column(),
            ErrorCode::DuplicateTable => facts.duplicate_table(),
            ErrorCode::DatatypeMismatch => facts.datatype_mismatch(),
            ErrorCode::UndefinedTable => facts.undefined_table(),
            ErrorCode::InvalidFunctionDefinition => facts.invalid_function_definition(),
            ErrorCode::ForeignKeyViolation => facts.foreign_key_violation(),
            ErrorCode::UniqueViolation => facts.unique_violation(),
        }
    };
    let (here, remedy) = match here {
        Here::Gives(sentences) => (sentences, Some(REMEDY.to_owned())),
        Here::Harmless(sentence) => (vec![sentence], None),
    };
    Explanation {
        code: code.as_str().to_owned(),
        condition: code.condition().to_owned(),
        means: code.means().to_owned(),
        cause: code.cause().to_owned(),
        here,
        remedy,
    }
}

impl<'a> Facts<'a> {
    /// Whether none of the tables stands that somebody could have met an error about.
    fn is_empty(&self) -> bool {
        let mut names = legacy::OURS.iter().chain(&legacy::NEIGHBOURS);
        !names.any(|name| self.found.relation(self.shared, name).is_some())
    }

    /// The tables of ours that older programs know, as far as they stand.
    fn ours(&self) -> impl Iterator<Item = &'a Relation> + use<'a> {
        let (found, shared) = (self.found, self.shared);
        legacy::OURS
            .into_iter()
            .filter_map(move |name| found.relation(shared, name))
            .filter(|table| is_table(table))
    }

    /// Those whose rows belong to tenants, the neighbours' too.
    fn of_tenants(&self) -> impl Iterator<Item = &'a Relation> + use<'a> {
        let shared = self.shared.to_owned();
        let neighbours =
            self.found.relations.iter().filter(move |table| legacy::is_neighbour(table, &shared));
        self.ours().filter(|table| table.name != "tenants").chain(neighbours)
    }

    /// What should stand under a name of the shared schema.
    fn wanted(&self, name: &str) -> Option<&'a Relation> {
        self.target.and_then(|target| target.relation(self.shared, name))
    }
}

#[cfg(test)]
mod tests;
