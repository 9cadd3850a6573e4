//! What is to be done to a database, in order.
//!
//! Promises: a plan is made of the catalogue alone, so that the same state always gives the same plan. Its digest covers
//! the steps that wait for a person, by their kind and SQL: no row counts, no ids.
//! Doesn't: run anything.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Whether a step may run without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Disturbs no other program and changes nothing that a row says.
    Additive,
    /// Might; somebody must approve it.
    Waits,
}

/// How the statements of a step run. Whatever the manner, a step that broke off can be run again from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// All in one transaction.
    #[default]
    Together,
    /// Each in a transaction of its own, so that a long one doesn't hold the locks of the short ones before it.
    Apart,
    /// Each outside of any transaction, as PostgreSQL demands for what is built CONCURRENTLY: writing goes on meanwhile, and
    /// the end waits for every transaction that was open.
    Concurrently,
    /// All in one transaction for some blocks of this table, then for the next: `x.ctid IS NOT NULL` stands for the part.
    InBatches(String),
}

/// The condition of a statement that runs in batches: true of every row `x`. The runner puts a part of the table in its place.
pub(super) const EVERY_ROW: &str = "x.ctid IS NOT NULL";

/// Keeps what was decided, and what was approved.
pub(super) const AUDIT: &str = "switchboard.migration_audit";

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was found, and what is done about it.
    pub words: String,
    /// Whether it waits.
    pub kind: StepKind,
    /// The statements, in order.
    pub sql: Vec<String>,
    /// How they run.
    pub manner: Manner,
    /// What other programs can't do afterwards: one sentence for each, naming the table.
    pub stops: Vec<String>,
    /// The relations and functions that it is about, by full name.
    pub about: Vec<String>,
}

/// All steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// In the order to run them.
    pub steps: Vec<Step>,
}

impl Step {
    /// A step of one transaction that stops nobody.
    #[must_use]
    pub(super) fn new(
        kind: StepKind,
        about: Vec<String>,
        words: impl Into<String>,
        sql: Vec<String>,
    ) -> Self {
        Self { words: words.into(), kind, sql, manner: Manner::Together, stops: Vec::new(), about }
    }

    /// The same in another manner.
    #[must_use]
    pub(super) fn run(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// Names this step among all: the same kind and SQL have the same digest.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{:?}\n", self.kind));
        for statement in &self.sql {
            hash.update(statement);
            hash.update("\n");
        }
        hex(&hash.finalize())
    }
}

impl Plan {
    /// The steps that wait for a person.
    pub fn waiting(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.kind == StepKind::Waits)
    }

    /// What a person approves. The additive steps that run before the approval don't change it.
    #[must_use]
    pub fn digest(&self) -> String {
        const SHOWN: usize = 16;
        let mut digests: Vec<String> = self.waiting().map(Step::digest).collect();
        digests.sort_unstable();
        let mut whole = hex(&Sha256::digest(digests.concat()));
        whole.truncate(SHOWN);
        whole
    }

    /// The steps that can run while the waiting ones wait: additive, and about nothing that an earlier waiting one is about.
    #[must_use]
    pub fn ready(&self) -> Vec<&Step> {
        let mut held: Vec<&String> = Vec::new();
        let mut ready = Vec::new();
        for step in &self.steps {
            if step.kind == StepKind::Waits || step.about.iter().any(|subject| held.contains(&subject)) {
                held.extend(&step.about);
            } else {
                ready.push(step);
            }
        }
        ready
    }
}

/// Bytes as people compare them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
