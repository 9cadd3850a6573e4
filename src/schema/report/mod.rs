//! The verification: whether each part of the schema is what it should be, a line for each.
//!
//! Promises: pure; a line says that a part is right only where that was seen, or follows from what was seen: rows that
//! nobody could count are never none.
//! Doesn't: say what to do; the plan does.

mod access;
mod drift;
mod objects;
mod rows;
mod tables;

use serde::Serialize;

use super::catalogue::{Catalogue, Function, Relation, RelationKind};
use super::compare::listed;
use super::error::Refusal;
use super::legacy;
use super::names::Names;
use super::plan::Plan;
use super::read::Rows;

pub(super) use self::objects::leads_to_tenants;
pub(super) use self::rows::why_hidden;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// What it is about.
    pub part: Part,
    /// What stands, in words.
    pub found: String,
    /// How that is.
    pub verdict: Verdict,
}

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Part {
    /// Whose the rows are that know no tenant.
    DefaultTenant,
    /// One table whose name older programs know.
    Table(String),
    /// Which tables and functions stand.
    Objects,
    /// Which tables know whose their rows are.
    TenantIds,
    /// Whether each row does.
    Rows,
    /// Keys and checks.
    Keys,
    /// Indexes.
    Indexes,
    /// Row-level security and its policies.
    RowSecurity,
    /// What outsiders may.
    Grants,
    /// The server's role, and the login.
    Roles,
    /// Everything that the comparison found.
    Drift,
}

/// How a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Right,
    /// What is not.
    Wrong(Vec<String>),
    /// Why nobody knows.
    Unknown(String),
}

impl Part {
    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::DefaultTenant => "default tenant",
            Self::Table(name) => name,
            Self::Objects => "objects",
            Self::TenantIds => "tenant_id",
            Self::Rows => "rows",
            Self::Keys => "keys",
            Self::Indexes => "indexes",
            Self::RowSecurity => "row security",
            Self::Grants => "grants",
            Self::Roles => "roles",
            Self::Drift => "drift",
        }
    }
}

impl From<Part> for String {
    fn from(part: Part) -> Self {
        part.title().to_owned()
    }
}

impl Verdict {
    /// Right where nothing is wrong.
    fn of(wrong: Vec<String>) -> Self {
        if wrong.is_empty() { Self::Right } else { Self::Wrong(wrong) }
    }
}

/// The default tenant, as the audit knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DefaultTenant {
    /// Its slug.
    Chosen(Option<String>),
    /// One was chosen, and is there no more.
    Gone,
    /// None was.
    NotChosen,
    /// Why nobody knows.
    Unread(String),
}

/// What the catalogue was held against.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// What the migrations make on this server, and the plan from the one to the other.
    With {
        /// The target.
        target: Box<Catalogue>,
        /// The steps, or why there are none.
        plan: Result<Plan, Refusal>,
    },
    /// It is what it was when it was last compared and right.
    AsVerified,
    /// Why it was not compared.
    Not(String),
}

/// Everything that the lines are made of.
#[derive(Debug)]
pub(super) struct Evidence {
    /// Which schemas.
    pub(super) names: Names,
    /// What stands.
    pub(super) found: Catalogue,
    /// Whether its rows were counted.
    pub(super) rows: Rows,
    /// What it was held against.
    pub(super) compared: Compared,
    /// As the audit knows it.
    pub(super) default_tenant: DefaultTenant,
    /// Whether the login may work as the server's role; none where that role does not exist.
    pub(super) is_member: Option<bool>,
}

/// The lines, in the order in which a person would ask.
#[must_use]
pub(super) fn report(evidence: &Evidence) -> Vec<Verified> {
    let mut lines = vec![evidence.default_tenant()];
    lines.extend(evidence.tables());
    lines.push(evidence.objects());
    lines.push(evidence.tenant_ids());
    lines.push(evidence.rows());
    lines.push(evidence.keys());
    lines.push(evidence.indexes());
    lines.push(evidence.row_security());
    lines.push(evidence.grants());
    lines.push(evidence.roles());
    lines.push(evidence.drift());
    lines
}

impl Evidence {
    /// What should stand, where it could be built.
    fn target(&self) -> Option<&Catalogue> {
        match &self.compared {
            Compared::With { target, .. } => Some(target),
            Compared::AsVerified | Compared::Not(_) => None,
        }
    }

    /// Tables that should stand, each with what stands under its name.
    fn wanted(&self) -> impl Iterator<Item = (&Relation, Option<&Relation>)> {
        let tables = self.target().into_iter().flat_map(|target| &target.relations);
        tables.map(|wanted| (wanted, self.found.relation(&wanted.schema, &wanted.name)))
    }

    /// Tables of ours that stand; where the target is not known, all of our own schema.
    fn ours(&self) -> impl Iterator<Item = &Relation> {
        self.found.relations.iter().filter(|relation| {
            let is_ours = match self.target() {
                Some(target) => target.relation(&relation.schema, &relation.name).is_some(),
                None if relation.schema == self.names.shared => {
                    legacy::OURS.contains(&relation.name.as_str())
                }
                None => relation.schema == self.names.own,
            };
            is_ours && is_table(relation)
        })
    }

    /// The same for functions.
    fn our_functions(&self) -> impl Iterator<Item = &Function> {
        self.found.functions.iter().filter(|function| match self.target() {
            Some(target) => {
                let bears = |ours: &Function| ours.schema == function.schema && ours.name == function.name;
                target.functions.iter().any(bears)
            }
            None => function.schema == self.names.own || function.name == legacy::LOOK_UP_OF_TENANTS,
        })
    }

    /// Tables that belong to another program and to tenants.
    fn neighbours(&self) -> impl Iterator<Item = &Relation> {
        self.found.relations.iter().filter(|relation| legacy::is_neighbour(relation, &self.names.shared))
    }

    /// Tables of the shared schema whose rows belong to tenants, as far as they stand.
    fn of_tenants(&self) -> impl Iterator<Item = &Relation> {
        let ours = self.ours().filter(|table| table.schema == self.names.shared && table.name != "tenants");
        ours.chain(self.neighbours())
    }

    /// `call_logs` where people know it by that name, else with its schema.
    fn spoken(&self, relation: &Relation) -> String {
        if relation.schema == self.names.shared { relation.name.clone() } else { relation.full_name() }
    }

    /// Right, unless something is wrong: for a part that needs no target.
    fn seen(&self, wrong: Vec<String>) -> Verdict {
        match &self.compared {
            Compared::With { .. } | Compared::Not(_) => Verdict::of(wrong),
            // What looks wrong then is somebody else's, in our own schema.
            Compared::AsVerified => Verdict::Right,
        }
    }

    /// Right, unless something is wrong or the part needs a target and there is none.
    fn judged(&self, wrong: Vec<String>) -> Verdict {
        match &self.compared {
            Compared::Not(_) if wrong.is_empty() => Verdict::Unknown("not compared".to_owned()),
            Compared::With { .. } | Compared::Not(_) | Compared::AsVerified => self.seen(wrong),
        }
    }
}

pub(super) fn is_table(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::Table | RelationKind::Partitioned)
}

/// What people call it.
pub(super) fn kind(relation: &Relation) -> &'static str {
    match relation.kind {
        RelationKind::Table => "a table",
        RelationKind::Partitioned => "a partitioned table",
        RelationKind::View => "a view",
        RelationKind::MaterializedView => "a materialized view",
        RelationKind::Foreign => "a foreign table",
        RelationKind::Sequence => "a sequence",
    }
}

/// `1 row`, `2 rows`, `2 indexes`.
pub(super) fn plural(number: i64, thing: &str) -> String {
    let ending = match (number, thing.ends_with('x')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {thing}{ending}", super::compare::in_groups(number))
}

/// How many there are.
pub(super) fn number_of(things: usize, thing: &str) -> String {
    plural(i64::try_from(things).unwrap_or(i64::MAX), thing)
}

/// The first few: `a, b and 7 more`.
pub(super) fn few<T: AsRef<str>>(words: &[T]) -> String {
    const FEW: usize = 4;
    match words.get(..FEW) {
        Some(shown) if words.len() > FEW + 1 => {
            let shown: Vec<&str> = shown.iter().map(AsRef::as_ref).collect();
            format!("{} and {} more", shown.join(", "), words.len() - FEW)
        }
        Some(_) | None => listed(words),
    }
}

#[cfg(test)]
mod tests;
