//! What goes: chosen from the catalogue alone.
//!
//! Promises: in the shared schema, the tables and functions whose names are the target's or an earlier attempt's, and the
//! `tenant_id` of neighbours; our own schema whole. Tables that a migration renamed aside go only if they are empty.
//! Doesn't: count, or run.

use super::super::catalogue::{Catalogue, ConstraintKind, Function, Relation, RelationKind};
use super::super::error::Refusal;
use super::super::legacy;
use super::super::names::Names;
use super::super::target;

/// What the earlier multi-tenant files made besides.
const EARLIER_TABLES: [&str; 2] = ["tenant_api_keys", "tenant_usage"];
const EARLIER_VIEWS: [&str; 1] = ["tenant_dashboard_stats"];
/// What a migration calls a table that it renamed aside.
const ASIDE: &str = "_legacy";

/// What goes.
#[derive(Debug)]
pub(super) struct Slate<'a> {
    pub(super) names: &'a Names,
    /// Those of the shared schema first.
    pub(super) tables: Vec<&'a Relation>,
    /// Tables that a migration renamed aside. They go if they turn out to be empty.
    pub(super) asides: Vec<&'a Relation>,
    /// In the order to drop them.
    pub(super) views: Vec<&'a Relation>,
    /// Sequences and tables of other servers in our own schema.
    pub(super) others: Vec<&'a Relation>,
    /// Tables of other programs that lose their `tenant_id`.
    pub(super) neighbours: Vec<&'a Relation>,
    /// Functions and procedures.
    pub(super) functions: Vec<&'a Function>,
    /// Types of our own schema.
    pub(super) types: Vec<&'a str>,
    /// Whether our own schema stands.
    pub(super) has_schema: bool,
}

impl<'a> Slate<'a> {
    /// Chooses. Refuses where somebody else owns what would go, or a newer program made it.
    pub(super) fn of(found: &'a Catalogue, wanted: &Catalogue, names: &'a Names) -> Result<Self, Refusal> {
        if let Some(version) =
            found.applied.iter().copied().find(|version| *version > target::latest_version())
        {
            return Err(Refusal::Newer { version });
        }
        let mut slate = Self {
            names,
            tables: Vec::new(),
            asides: Vec::new(),
            views: Vec::new(),
            others: Vec::new(),
            neighbours: Vec::new(),
            functions: Vec::new(),
            types: Vec::new(),
            has_schema: found.schemas.iter().any(|schema| schema.name == names.own),
        };
        for relation in &found.relations {
            slate.choose(relation, wanted);
        }
        // Younger ones may read older ones.
        slate.views.reverse();
        slate.tables.sort_by_key(|table| table.schema != names.shared);
        let is_ours = |function: &&Function| {
            let has_our_name = |ours: &Function| ours.schema == function.schema && ours.name == function.name;
            function.schema == names.own || wanted.functions.iter().any(has_our_name)
        };
        slate.functions = found.functions.iter().filter(is_ours).collect();
        let types = found.types.iter().filter(|(schema, _)| *schema == names.own);
        slate.types = types.map(|(_, name)| name.as_str()).collect();
        slate.refuse_strangers(found)?;
        Ok(slate)
    }

    fn choose(&mut self, relation: &'a Relation, wanted: &Catalogue) {
        let in_own = relation.schema == self.names.own;
        if !in_own && relation.schema != self.names.shared {
            return;
        }
        let named = |name: &str| wanted.relation(&relation.schema, name).is_some();
        let name = relation.name.as_str();
        match relation.kind {
            RelationKind::Table | RelationKind::Partitioned => {
                if is_name_aside(name, named) {
                    self.asides.push(relation);
                } else if in_own || named(name) || EARLIER_TABLES.contains(&name) {
                    self.tables.push(relation);
                } else if legacy::is_neighbour(relation, &self.names.shared) && is_of_a_tenant(relation) {
                    self.neighbours.push(relation);
                }
            }
            RelationKind::View | RelationKind::MaterializedView => {
                if in_own || EARLIER_VIEWS.contains(&name) {
                    self.views.push(relation);
                }
            }
            RelationKind::Foreign | RelationKind::Sequence => {
                if in_own {
                    self.others.push(relation);
                }
            }
        }
    }

    fn refuse_strangers(&self, found: &Catalogue) -> Result<(), Refusal> {
        let relations = self.relations().chain(self.neighbours.iter().copied());
        let strange = relations.filter(|relation| !relation.ours_to_change);
        let mut names: Vec<String> =
            strange.map(|relation| format!("{} (of {})", relation.full_name(), relation.owner)).collect();
        let strange = self.functions.iter().filter(|function| !function.ours_to_change);
        names.extend(strange.map(|function| function.signature.clone()));
        if names.is_empty() {
            return Ok(());
        }
        Err(Refusal::NotTheOwner { found: names.join(", "), login: found.login.clone() })
    }

    /// All that may go but functions, columns and the schema itself.
    pub(super) fn relations(&self) -> impl Iterator<Item = &'a Relation> {
        let all = [&self.tables, &self.asides, &self.views, &self.others];
        all.into_iter().flatten().copied()
    }

    /// Whether a migration renamed it aside.
    pub(super) fn is_aside(&self, relation: &Relation) -> bool {
        self.asides.iter().any(|aside| aside.full_name() == relation.full_name())
    }

    /// Whether it is another program's, and loses its `tenant_id`.
    pub(super) fn is_neighbour(&self, relation: &Relation) -> bool {
        self.neighbours.iter().any(|neighbour| neighbour.full_name() == relation.full_name())
    }

    /// Whether there is nothing to drop.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_schema
            && self.functions.is_empty()
            && self.neighbours.is_empty()
            && self.relations().next().is_none()
    }
}

/// `call_logs_legacy`, `call_logs_legacy2`.
fn is_name_aside(name: &str, is_ours: impl Fn(&str) -> bool) -> bool {
    let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    name.strip_suffix(ASIDE).is_some_and(is_ours)
}

/// Whether a neighbour has the `tenant_id` that a migration gives, and no other program's of that name.
fn is_of_a_tenant(neighbour: &Relation) -> bool {
    let leads_elsewhere = neighbour.constraints.iter().any(|key| {
        key.kind == ConstraintKind::Foreign
            && key.columns.iter().any(|column| column == "tenant_id")
            && key.references.as_deref() != Some("public.tenants")
    });
    neighbour.column("tenant_id").is_some_and(|column| column.kind == "uuid") && !leads_elsewhere
}
