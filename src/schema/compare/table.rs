//! A table of ours: made where it is missing, renamed aside where it can't become what it should be, else made right in place.
//!
//! Promises: no row is lost.

use super::super::catalogue::{Constraint, ConstraintKind, Index, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::StepKind;
use super::access::noted;
use super::lost::is_lost;
use super::{Comparison, Standing, counted, listed, spoken, step};

impl<'a> Comparison<'a> {
    /// Plans one table up to its own keys and indexes. Foreign keys and access come after all tables.
    pub(super) fn table(&mut self, wanted: &'a Relation) -> Standing<'a> {
        self.names_taken(wanted);
        let now = match self.found.relation(&wanted.schema, &wanted.name) {
            None => self.missing(wanted),
            Some(found) if is_lost(wanted, self.found, self.target, self.shared) => {
                self.begun_again(wanted, found)
            }
            Some(found) if found.kind == RelationKind::Table && has_our_ids(found, wanted) => {
                let mut now = found.clone();
                self.copying_broke_off(wanted, &mut now);
                self.legacy_triggers(wanted, &mut now);
                self.columns(wanted, &mut now);
                now
            }
            Some(found) => self.renamed_aside(wanted, found),
        };
        let mut table = Standing { wanted, now };
        self.rows(&mut table);
        self.required(&mut table);
        self.keys(&mut table);
        self.indexes(&mut table);
        table
    }

    /// Makes the table with all that it has but foreign keys and access.
    fn missing(&mut self, wanted: &Relation) -> Relation {
        let inner = wanted.constraints.iter().filter(|constraint| constraint.kind != ConstraintKind::Foreign);
        let mut sql = vec![ddl::create_table(wanted)];
        sql.extend(inner.clone().map(|constraint| ddl::add_constraint(wanted, constraint)));
        let indexes: Vec<Index> =
            wanted.indexes.iter().filter(|index| !index.of_constraint).cloned().collect();
        sql.extend(indexes.iter().map(|index| index.definition.clone()));
        let constraints: Vec<Constraint> = inner.cloned().collect();
        sql.extend(self.closed(wanted));
        let words = format!("{} is missing: make it", spoken(wanted, self.shared));
        self.push(step(StepKind::Additive, wanted, words, sql));
        Relation { constraints, has_rows: false, rows: None, ..wanted.clone() }
    }

    /// Everything about who sees what of a table that was just made. Hosted services grant every new table to the roles of
    /// their interface.
    pub(super) fn closed(&self, wanted: &Relation) -> Vec<String> {
        let mut sql: Vec<String> = self
            .outsiders()
            .map(|role| format!("REVOKE ALL ON {} FROM {}", ddl::relation(wanted), ddl::role(role)))
            .collect();
        if wanted.row_security {
            sql.push(ddl::alter(wanted, "ENABLE ROW LEVEL SECURITY"));
        }
        if wanted.forced {
            sql.push(ddl::alter(wanted, "FORCE ROW LEVEL SECURITY"));
        }
        sql.extend(wanted.policies.iter().map(|policy| ddl::policy(wanted, policy)));
        sql.extend(wanted.grants.iter().map(|grant| ddl::grant(wanted, grant)));
        sql
    }

    /// Those of the outside roles that exist.
    pub(super) fn outsiders(&self) -> impl Iterator<Item = &'static str> {
        let exists = |role: &&str| *role == "PUBLIC" || self.found.roles.iter().any(|found| found == role);
        ddl::OUTSIDERS.into_iter().filter(exists)
    }

    /// Triggers and rules that stood before us: whatever they do, they would do it with our rows. Once the table is ours,
    /// somebody else's triggers stay; those of the older programs' functions and rules never do.
    fn legacy_triggers(&mut self, wanted: &Relation, now: &mut Relation) {
        let adopted = self.adopting() && wanted.schema == self.shared;
        let (legacy, others): (Vec<_>, Vec<_>) = now.triggers.drain(..).partition(|trigger| {
            adopted || legacy::TRIGGER_FUNCTIONS.iter().any(|name| trigger.definition.contains(name))
        });
        now.triggers = others;
        let mut names: Vec<String> = legacy.iter().map(|trigger| trigger.name.clone()).collect();
        let mut sql = Vec::new();
        for trigger in &legacy {
            sql.push(noted(now, &trigger.definition));
            sql.push(format!("DROP TRIGGER {} ON {}", quoted(&trigger.name), ddl::relation(now)));
        }
        for (rule, definition) in std::mem::take(&mut now.rules) {
            sql.push(noted(now, &definition));
            sql.push(format!("DROP RULE {} ON {}", quoted(&rule), ddl::relation(now)));
            names.push(rule);
        }
        if sql.is_empty() {
            return;
        }
        let words = format!(
            "{} of {} would run on every row of ours: drop it, after a note of it in the audit{}",
            listed(&names),
            spoken(now, self.shared),
            counted(now)
        );
        self.push(step(self.kind_for(now), now, words, sql));
    }

    /// Other relations and indexes that bear the name of one of this table's keys or indexes.
    fn names_taken(&mut self, wanted: &Relation) {
        let found = self.found;
        let names: Vec<&String> = wanted.indexes.iter().map(|index| &index.name).collect();
        let mut sql = Vec::new();
        let mut taken = Vec::new();
        for other in found.relations.iter().filter(|other| other.schema == wanted.schema) {
            if names.contains(&&other.name) {
                let free = self.free_name(&other.schema, &format!("{}_legacy", other.name));
                sql.push(format!(
                    "ALTER {} {} RENAME TO {}",
                    ddl::kind(other.kind),
                    ddl::relation(other),
                    quoted(&free)
                ));
                taken.push(other.name.clone());
            }
            for index in
                other.indexes.iter().filter(|index| other.name != wanted.name && names.contains(&&index.name))
            {
                let free = self.free_name(&other.schema, &format!("{}_legacy", index.name));
                sql.push(format!(
                    "ALTER INDEX {} RENAME TO {}",
                    ddl::name(&other.schema, &index.name),
                    quoted(&free)
                ));
                taken.push(index.name.clone());
            }
        }
        if !sql.is_empty() {
            let words = format!(
                "{} has the name of a key or index of {}: rename it",
                listed(&taken),
                spoken(wanted, self.shared)
            );
            self.push(step(StepKind::Waits, wanted, words, sql));
        }
    }

    /// The first of `name`, `name2`, … that nothing has.
    pub(super) fn free_name(&self, schema: &str, name: &str) -> String {
        let taken = |name: &str| {
            self.found.relations.iter().any(|relation| {
                relation.schema == schema
                    && (relation.name == name || relation.indexes.iter().any(|index| index.name == name))
            })
        };
        let mut free = name.to_owned();
        let mut number = 2;
        while taken(&free) {
            free = format!("{name}{number}");
            number += 1;
        }
        free
    }
}

/// An older program's ids that are no UUIDs can't become ones in place.
fn has_our_ids(found: &Relation, wanted: &Relation) -> bool {
    match (found.column("id"), wanted.column("id")) {
        (Some(found), Some(wanted)) => found.kind == wanted.kind,
        (None, _) | (_, None) => true,
    }
}
