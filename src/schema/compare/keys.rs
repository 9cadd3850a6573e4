//! Keys, checks, exclusions, indexes and foreign keys.
//!
//! Promises: a key that another program's foreign key leads to stays, beside ours. What could refuse a row of ours goes.

use super::super::catalogue::{Constraint, ConstraintKind, Index, Relation};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::StepKind;
use super::{Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// All constraints but the foreign keys that leave the table.
    pub(super) fn keys(&mut self, table: &mut Standing<'_>) {
        self.contradicting_constraints(table);
        self.contradicting_indexes(table);
        let Standing { wanted, now } = table;
        let missing: Vec<&Constraint> = wanted
            .constraints
            .iter()
            .filter(|ours| ours.kind != ConstraintKind::Foreign && !now.constraints.contains(ours))
            .collect();
        if missing.is_empty() {
            return;
        }
        let name = spoken(now, self.shared);
        let (mut sql, mut names, mut stops, mut mends_rows) = (Vec::new(), Vec::new(), Vec::new(), false);
        for ours in missing {
            let repairs = if now.has_rows { legacy::before_constraint(now, &ours.name) } else { Vec::new() };
            mends_rows |= !repairs.is_empty();
            sql.extend(undisturbed_if_any(now, repairs));
            if is_unchecked(ours, now) {
                sql.push(ddl::alter(now, &format!("VALIDATE CONSTRAINT {}", quoted(&ours.name))));
            } else {
                sql.push(ddl::add_constraint(now, ours));
                stops.push(ours.name.clone());
            }
            names.push(ours.name.clone());
            now.constraints.retain(|found| found.name != ours.name);
            now.constraints.push(ours.clone());
        }
        let mended = if mends_rows {
            "; rows that break them are mended, and the audit keeps what they said"
        } else {
            ""
        };
        let words = format!("{name} has no checked {}: make it sure{mended}{}", listed(&names), counted(now));
        let kind = if mends_rows { self.kind_for(now) } else { StepKind::Additive };
        let mut step = step(kind, now, words, sql);
        if now.schema == self.shared && !stops.is_empty() {
            step.stops.push(format!("An INSERT into {name} that breaks {} is refused.", listed(&stops)));
        }
        self.push(step);
    }

    /// Constraints of our names with another meaning, and others that could refuse our rows.
    fn contradicting_constraints(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let contradicts = |found: &Constraint| {
            let ours = wanted.constraints.iter().find(|ours| ours.name == found.name);
            match ours {
                Some(ours) => ours.definition != found.definition || is_broken(found, now),
                None => match found.kind {
                    ConstraintKind::Primary | ConstraintKind::Exclusion => true,
                    ConstraintKind::Check | ConstraintKind::Foreign => only_ours(&found.columns, wanted),
                    ConstraintKind::Unique => {
                        only_ours(&found.columns, wanted) && !self.needed_outside(&found.name, now)
                    }
                },
            }
        };
        let going: Vec<Constraint> =
            now.constraints.iter().filter(|found| contradicts(found)).cloned().collect();
        if going.is_empty() {
            return;
        }
        let name = spoken(now, self.shared);
        let names: Vec<&str> = going.iter().map(|constraint| constraint.name.as_str()).collect();
        let mut sql = Vec::new();
        for constraint in &going {
            let (before, after) = self.moved_to_a_key_beside(constraint, now);
            sql.extend(before);
            sql.push(ddl::drop_constraint(now, &constraint.name));
            sql.extend(after);
        }
        let words = format!(
            "{} of {name} {} not ours and could refuse our rows: drop {}{}",
            listed(&names),
            if names.len() == 1 { "is" } else { "are" },
            if names.len() == 1 { "it" } else { "them" },
            counted(now)
        );
        let mut step = step(self.kind_for(now), now, words, sql);
        let keys: Vec<&str> = going
            .iter()
            .filter(|gone| gone.kind == ConstraintKind::Unique || gone.kind == ConstraintKind::Primary)
            .map(|gone| gone.name.as_str())
            .collect();
        if !keys.is_empty() {
            step.stops.push(format!(
                "An INSERT into {name} with ON CONFLICT on the columns of {} is refused.",
                listed(&keys)
            ));
        }
        self.push(step);
        now.constraints.retain(|found| !going.contains(found));
        now.indexes.retain(|index| !names.contains(&index.name.as_str()) || !index.of_constraint);
    }

    /// Foreign keys from elsewhere that need a key which goes get one of their own: what to do before it goes, and after.
    /// Ours are made anew later.
    fn moved_to_a_key_beside(&self, key: &Constraint, now: &Relation) -> (Vec<String>, Vec<String>) {
        let leading = self.leading_to(&key.name, now);
        let mut before: Vec<String> =
            leading.iter().map(|(table, foreign)| ddl::drop_constraint(table, &foreign.name)).collect();
        let outside: Vec<_> =
            leading.iter().filter(|(table, foreign)| !self.is_ours(table, foreign)).collect();
        if !outside.is_empty() {
            let name =
                self.free_name(&now.schema, &format!("{}_{}_legacy_key", now.name, key.columns.join("_")));
            let columns: Vec<String> = key.columns.iter().map(|column| quoted(column)).collect();
            before.push(ddl::alter(
                now,
                &format!("ADD CONSTRAINT {} UNIQUE ({})", quoted(&name), columns.join(", ")),
            ));
        }
        // A foreign key takes the key that stands when it is made, so the old one goes in between.
        let after = outside.iter().map(|(table, foreign)| ddl::add_constraint(table, foreign)).collect();
        (before, after)
    }

    fn leading_to<'b>(&'b self, key: &str, table: &Relation) -> Vec<(&'b Relation, &'b Constraint)> {
        let name = table.full_name();
        let all =
            self.found.relations.iter().flat_map(|relation| {
                relation.constraints.iter().map(move |constraint| (relation, constraint))
            });
        all.filter(|(_, constraint)| {
            constraint.references.as_ref() == Some(&name) && constraint.key.as_deref() == Some(key)
        })
        .collect()
    }

    fn is_ours(&self, table: &Relation, foreign: &Constraint) -> bool {
        self.target
            .relation(&table.schema, &table.name)
            .is_some_and(|wanted| only_ours(&foreign.columns, wanted))
    }

    fn needed_outside(&self, key: &str, table: &Relation) -> bool {
        self.leading_to(key, table).iter().any(|(from, foreign)| !self.is_ours(from, foreign))
    }

    /// Bare unique indexes that could refuse our rows, broken ones, and others of our names.
    fn contradicting_indexes(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let contradicts = |index: &Index| {
            let ours = wanted.indexes.iter().find(|ours| ours.name == index.name);
            let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
            match ours {
                _ if index.of_constraint => false,
                Some(ours) => ours.definition != index.definition || !index.valid || ours.of_constraint,
                None => {
                    !index.valid
                        || index.unique
                            && columns.is_none_or(|columns| only_ours(&columns, wanted))
                            && !self.needed_outside(&index.name, now)
                }
            }
        };
        let going: Vec<Index> = now.indexes.iter().filter(|index| contradicts(index)).cloned().collect();
        if going.is_empty() {
            return;
        }
        let names: Vec<&str> = going.iter().map(|index| index.name.as_str()).collect();
        let sql = names
            .iter()
            .map(|index| format!("DROP INDEX IF EXISTS {}", ddl::name(&now.schema, index)))
            .collect();
        let name = spoken(now, self.shared);
        let words = format!(
            "{} of {name} {} broken, or could refuse our rows: drop",
            listed(&names),
            if names.len() == 1 { "is" } else { "are" }
        );
        let broken = going.iter().all(|index| !index.valid);
        let kind = if broken { StepKind::Additive } else { self.kind_for(now) };
        let mut step = step(kind, now, words, sql);
        if !broken {
            step.stops.push(format!(
                "An INSERT into {name} with ON CONFLICT on the columns of {} is refused.",
                listed(&names)
            ));
        }
        self.push(step);
        now.indexes.retain(|index| !going.contains(index));
    }

    /// Indexes that make reading quick.
    pub(super) fn indexes(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let missing = wanted
            .indexes
            .iter()
            .filter(|ours| !ours.of_constraint && !now.indexes.iter().any(|index| index.name == ours.name));
        let missing: Vec<Index> = missing.cloned().collect();
        for index in missing {
            let repairs = if now.has_rows { legacy::before_constraint(now, &index.name) } else { Vec::new() };
            let mut sql = undisturbed_if_any(now, repairs);
            sql.push(index.definition.clone());
            let words =
                format!("{} has no index {}: make it{}", spoken(now, self.shared), index.name, counted(now));
            self.push(step(StepKind::Additive, now, words, sql));
            now.indexes.push(index);
        }
    }

    /// The keys that lead out of a table.
    pub(super) fn foreign_keys(&mut self, Standing { wanted, now }: &Standing<'_>) {
        let missing = wanted
            .constraints
            .iter()
            .filter(|ours| ours.kind == ConstraintKind::Foreign && !now.constraints.contains(ours));
        let missing: Vec<Constraint> = missing.cloned().collect();
        for ours in missing {
            let name = spoken(now, self.shared);
            let unvalidated = is_unchecked(&ours, now);
            let repairs = if now.has_rows { legacy::before_constraint(now, &ours.name) } else { Vec::new() };
            let mut sql = undisturbed_if_any(now, repairs);
            if !unvalidated {
                sql.push(format!("{} NOT VALID", ddl::add_constraint(now, &ours)));
            }
            sql.push(ddl::alter(now, &format!("VALIDATE CONSTRAINT {}", quoted(&ours.name))));
            let words = format!("{name} has no checked {}: make it sure{}", ours.name, counted(now));
            let mut step = step(StepKind::Additive, now, words, sql);
            step.about.extend(ours.references.clone());
            if now.schema == self.shared && !unvalidated {
                step.stops.push(format!("An INSERT into {name} that breaks {} is refused.", ours.name));
            }
            self.push(step);
        }
    }
}

/// Its index can't be used, and refuses nothing.
fn is_broken(key: &Constraint, table: &Relation) -> bool {
    table.indexes.iter().any(|index| index.name == key.name && index.of_constraint && !index.valid)
}

/// It stands, but nobody knows whether all rows keep it.
fn is_unchecked(ours: &Constraint, now: &Relation) -> bool {
    now.constraints.iter().any(|found| found.name == ours.name && found.definition == ours.definition)
}

fn undisturbed_if_any(table: &Relation, repairs: Vec<String>) -> Vec<String> {
    if repairs.is_empty() { repairs } else { ddl::undisturbed(table, repairs) }
}

fn only_ours(columns: &[String], wanted: &Relation) -> bool {
    columns.iter().all(|column| wanted.column(column).is_some())
}
