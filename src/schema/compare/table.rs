//! A table of ours: made where it is missing, renamed aside where it can't become what it should be, else made right in place.
//!
//! Promises: no row is lost; the rows of a table that is renamed aside are copied.

use super::super::catalogue::{Constraint, ConstraintKind, Index, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{Step, StepKind};
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
    fn closed(&self, wanted: &Relation) -> Vec<String> {
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

    /// A ledger of ours that lost a part of each line: the old one is kept, and a new one begins.
    fn begun_again(&mut self, wanted: &Relation, found: &Relation) -> Relation {
        let aside = self.free_name(&found.schema, &format!("{}_legacy", found.name));
        let mut sql = self.out_of_the_way(wanted, found, &aside);
        sql.push(ddl::create_table(wanted));
        sql.extend(self.closed(wanted));
        let words = format!(
            "{} lost a column that each row needs: keep it as {aside}, and begin a new one",
            found.full_name()
        );
        self.push(step(StepKind::Waits, wanted, words, sql));
        Relation {
            has_rows: false,
            rows: None,
            indexes: Vec::new(),
            constraints: Vec::new(),
            ..wanted.clone()
        }
    }

    /// Renames a table, and those of its indexes that take a name of ours.
    fn out_of_the_way(&self, wanted: &Relation, found: &Relation, aside: &str) -> Vec<String> {
        let kind = ddl::kind(found.kind);
        let mut sql = vec![format!("ALTER {kind} {} RENAME TO {}", ddl::relation(found), quoted(aside))];
        sql.extend(found.indexes.iter().filter(|index| takes_a_name(index, wanted)).map(|index| {
            let free = self.free_name(&found.schema, &format!("{}_legacy", index.name));
            format!("ALTER INDEX {} RENAME TO {}", ddl::name(&found.schema, &index.name), quoted(&free))
        }));
        sql.extend(self.outsiders().map(|role| {
            format!("REVOKE ALL ON {} FROM {}", ddl::name(&found.schema, aside), ddl::role(role))
        }));
        sql
    }

    /// Those of the outside roles that exist.
    fn outsiders(&self) -> impl Iterator<Item = &'static str> {
        let exists = |role: &&str| *role == "PUBLIC" || self.found.roles.iter().any(|found| found == role);
        ddl::OUTSIDERS.into_iter().filter(exists)
    }

    fn renamed_aside(&mut self, wanted: &Relation, found: &Relation) -> Relation {
        let aside = self.free_name(&found.schema, &format!("{}_legacy", found.name));
        let mut sql = self.out_of_the_way(wanted, found, &aside);
        let holds_rows =
            matches!(found.kind, RelationKind::Table | RelationKind::Partitioned) && found.has_rows;
        // Not forced yet: other tables' rows are still to find theirs here.
        let mut now = Relation { forced: false, ..bare(wanted) };
        now.has_rows = holds_rows;
        now.rows = found.rows;
        for column in &mut now.columns {
            column.required = column.required && column.name == "id";
        }
        sql.push(ddl::create_table(&now));
        let closed = self.closed(&now);
        let name = spoken(wanted, self.shared);
        let mut words = format!(
            "{name} can't become what it should be in place: rename it to {aside} and make {name} anew"
        );
        if holds_rows {
            let moved = legacy::copy(wanted, found, &aside);
            sql.extend(moved);
            words.push_str(", with its rows copied");
        }
        sql.extend(closed);
        words.push_str(&counted(found));
        let empty = found.kind == RelationKind::Table && !found.has_rows;
        let kind = if empty { StepKind::Additive } else { StepKind::Waits };
        let stops = vec![format!(
            "The older program's INSERT into {name} fails: the new table has other columns; its old one is {aside}."
        )];
        self.default_tenant_for(&sql);
        self.push(Step { words, kind, sql, stops, about: vec![wanted.full_name()] });
        now
    }

    /// Triggers and rules that stood before us: whatever they do, they would do it with our rows. Once the table is ours,
    /// somebody else's triggers stay; those of the older programs' functions and rules never do.
    fn legacy_triggers(&mut self, wanted: &Relation, now: &mut Relation) {
        let adopted = self.found.applied.is_empty() && wanted.schema == self.shared;
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

/// The wanted table without anything that its rows could contradict.
fn bare(wanted: &Relation) -> Relation {
    Relation { constraints: Vec::new(), indexes: Vec::new(), has_rows: false, rows: None, ..wanted.clone() }
}

/// An older program's ids that are no UUIDs can't become ones in place.
fn has_our_ids(found: &Relation, wanted: &Relation) -> bool {
    match (found.column("id"), wanted.column("id")) {
        (Some(found), Some(wanted)) => found.kind == wanted.kind,
        (None, _) | (_, None) => true,
    }
}

fn takes_a_name(index: &Index, wanted: &Relation) -> bool {
    wanted.indexes.iter().any(|ours| ours.name == index.name)
}
