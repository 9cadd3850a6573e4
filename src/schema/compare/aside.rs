//! A table that can't become what it should be: renamed aside, made anew, its rows copied.
//!
//! Promises: the old table stays as it is under its new name; a copying that broke off goes on where it was.

use super::super::catalogue::{Index, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::{literal, quoted};
use super::super::plan::{Manner, StepKind};
use super::{Comparison, counted, spoken, step};

impl Comparison<'_> {
    /// A ledger of ours that lost a part of each line: the old one is kept, and a new one begins.
    pub(super) fn begun_again(&mut self, wanted: &Relation, found: &Relation) -> Relation {
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

    /// Makes the table anew, without what rows could contradict: that comes when all of them are there.
    pub(super) fn renamed_aside(&mut self, wanted: &Relation, found: &Relation) -> Relation {
        let aside = self.free_name(&found.schema, &format!("{}_legacy", found.name));
        let holds_rows =
            matches!(found.kind, RelationKind::Table | RelationKind::Partitioned) && found.has_rows;
        // Not forced yet: other tables' rows are still to find theirs here.
        let mut now = Relation { forced: false, ..bare(wanted) };
        now.has_rows = holds_rows;
        now.rows = found.rows;
        for column in &mut now.columns {
            column.required = column.required && column.name == "id";
        }
        let mut sql = self.out_of_the_way(wanted, found, &aside);
        sql.push(ddl::create_table(&now));
        sql.extend(self.closed(&now));
        let name = spoken(wanted, self.shared);
        let mut words = format!(
            "{name} can't become what it should be in place: rename it to {aside} and make {name} anew"
        );
        words.push_str(&counted(found));
        let old = Relation { name: aside.clone(), ..found.clone() };
        if holds_rows {
            sql.push(noted_copy(wanted, &begun(&old, wanted)));
            if legacy::has_unique_ids(&old) {
                sql.push(format!(
                    "CREATE INDEX {} ON {} (id)",
                    quoted(&meanwhile(&old)),
                    ddl::relation(wanted)
                ));
            }
        }
        let empty = found.kind == RelationKind::Table && !found.has_rows;
        let kind = if empty { StepKind::Additive } else { StepKind::Waits };
        let mut renamed = step(kind, wanted, words, sql);
        renamed.stops.push(format!(
            "The older program's INSERT into {name} fails: the new table has other columns; its old one is {aside}."
        ));
        self.push(renamed);
        if holds_rows {
            self.copied(wanted, &old);
        }
        now
    }

    /// Goes on where a copying broke off.
    pub(super) fn copying_broke_off(&mut self, wanted: &Relation, now: &mut Relation) {
        let found = self.found;
        let decided = |note: &str| found.decided.iter().any(|decision| decision == note);
        let old =
            found.relations.iter().find(|old| decided(&begun(old, wanted)) && !decided(&ended(old, wanted)));
        if let Some(old) = old {
            self.copied(wanted, old);
            now.has_rows = true;
        }
    }

    /// Part by part where each row has a key by which it is known again.
    fn copied(&mut self, wanted: &Relation, old: &Relation) {
        let mut rows = legacy::copy(wanted, old);
        let mut end = legacy::copied_ids(wanted, old);
        end.push(noted_copy(wanted, &ended(old, wanted)));
        let name = spoken(wanted, self.shared);
        let words = format!("copy the rows of {} to {name}{}", old.name, counted(old));
        if !legacy::has_unique_ids(old) {
            rows.append(&mut end);
        }
        self.default_tenant_for(&rows);
        let manner = if legacy::has_unique_ids(old) {
            Manner::InBatches(ddl::relation(old))
        } else {
            Manner::Together
        };
        self.push(step(StepKind::Additive, wanted, words, rows).run(manner));
        if !end.is_empty() {
            end.push(format!("DROP INDEX IF EXISTS {}", ddl::name(&wanted.schema, &meanwhile(old))));
            let words = format!("the rows of {} are copied: note the old id of each in the audit", old.name);
            self.push(step(StepKind::Additive, wanted, words, end));
        }
    }
}

/// The audit's word for a copying that may have broken off, until [`ended`] stands beside it.
fn begun(old: &Relation, wanted: &Relation) -> String {
    format!("copying of {} to {} begun", old.full_name(), wanted.full_name())
}

fn ended(old: &Relation, wanted: &Relation) -> String {
    format!("copying of {} to {} ended", old.full_name(), wanted.full_name())
}

fn noted_copy(wanted: &Relation, decision: &str) -> String {
    format!(
        "INSERT INTO switchboard.migration_audit (relation, decision) VALUES ({}, {})",
        literal(&wanted.full_name()),
        literal(decision)
    )
}

/// The index by which a copying finds what it has copied already.
fn meanwhile(old: &Relation) -> String {
    format!("{}_copied_meanwhile", old.name)
}

/// The wanted table without anything that its rows could contradict.
fn bare(wanted: &Relation) -> Relation {
    Relation { constraints: Vec::new(), indexes: Vec::new(), has_rows: false, rows: None, ..wanted.clone() }
}

fn takes_a_name(index: &Index, wanted: &Relation) -> bool {
    wanted.indexes.iter().any(|ours| ours.name == index.name)
}
