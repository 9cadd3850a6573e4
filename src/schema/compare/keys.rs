//! Keys, checks, exclusions and foreign keys.
//!
//! Promises: a key that another program's foreign key leads to stays, beside ours. What could refuse a row of ours goes.

use super::super::catalogue::{Constraint, ConstraintKind, Relation};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{Manner, Step, StepKind};
use super::{Building, Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// All constraints but the foreign keys that leave the table.
    pub(super) fn keys(&mut self, table: &mut Standing<'_>) {
        self.required_meanwhile(&mut table.now);
        self.contradicting_constraints(table);
        self.contradicting_indexes(table);
        let Standing { wanted, now } = table;
        let missing: Vec<&Constraint> = wanted
            .constraints
            .iter()
            .filter(|ours| ours.kind != ConstraintKind::Foreign && !now.constraints.contains(ours))
            .collect();
        self.mended(now, &missing);
        let checks = |ours: &&Constraint| ours.kind == ConstraintKind::Check || is_unchecked(ours, now);
        let (checks, keys): (Vec<_>, Vec<_>) = missing.into_iter().partition(checks);
        self.checks(now, &checks);
        for ours in keys {
            self.key(wanted, now, ours);
        }
    }

    /// Rows that break what is missing, before it is made.
    fn mended(&mut self, now: &Relation, missing: &[&Constraint]) {
        if !now.has_rows {
            return;
        }
        let repairs = |ours: &&&Constraint| !legacy::before_constraint(now, &ours.name).is_empty();
        let broken: Vec<&str> = missing.iter().filter(repairs).map(|ours| ours.name.as_str()).collect();
        if broken.is_empty() {
            return;
        }
        let repairs = broken.iter().flat_map(|rule| legacy::before_constraint(now, rule)).collect();
        let words = format!(
            "rows of {} may break {}: mend them, and keep in the audit what they said{}",
            spoken(now, self.shared),
            listed(&broken),
            counted(now)
        );
        self.push(step(self.kind_for(now), now, words, ddl::undisturbed(now, repairs)));
    }

    /// Checks hold for new rows at once, and are checked for the old ones while work goes on.
    fn checks(&mut self, now: &mut Relation, missing: &[&Constraint]) {
        if missing.is_empty() {
            return;
        }
        let mut sql = Vec::new();
        for ours in missing {
            if !is_unchecked(ours, now) {
                sql.push(ddl::drop_constraint(now, &ours.name));
                sql.push(format!("{} NOT VALID", ddl::add_constraint(now, ours)));
            }
            sql.push(ddl::alter(now, &format!("VALIDATE CONSTRAINT {}", quoted(&ours.name))));
        }
        let step = self.made_sure(now, missing, sql).run(Manner::Apart);
        self.push(step);
        for ours in missing {
            now.constraints.retain(|found| found.name != ours.name);
            now.constraints.push((*ours).clone());
        }
    }

    /// A key of a table that people use gets its index first, while they go on.
    fn key(&mut self, wanted: &Relation, now: &mut Relation, ours: &Constraint) {
        let stands = now.indexes.iter().any(|index| index.name == ours.name);
        let concurrently = self.building == Building::WhileCallsCome
            && now.has_rows
            && ours.kind != ConstraintKind::Exclusion;
        let index = wanted.indexes.iter().find(|index| index.name == ours.name);
        let Some(index) = index.filter(|_| stands || concurrently) else {
            let step = self.made_sure(now, &[ours], vec![ddl::add_constraint(now, ours)]);
            self.push(step);
            now.constraints.push(ours.clone());
            return;
        };
        if !stands {
            let words = format!(
                "{} has no index for {}: build it while work goes on{}",
                spoken(now, self.shared),
                ours.name,
                counted(now)
            );
            let built = step(StepKind::Additive, now, words, ddl::index_concurrently(index, now));
            self.push(built.run(Manner::Concurrently));
        }
        let kind = if ours.kind == ConstraintKind::Primary { "PRIMARY KEY" } else { "UNIQUE" };
        let name = quoted(&ours.name);
        let action = format!("ADD CONSTRAINT {name} {kind} USING INDEX {name}");
        let step = self.made_sure(now, &[ours], vec![ddl::alter(now, &action)]);
        self.push(step);
        now.constraints.push(ours.clone());
    }

    fn made_sure(&self, now: &Relation, ours: &[&Constraint], sql: Vec<String>) -> Step {
        let names: Vec<&str> = ours.iter().map(|ours| ours.name.as_str()).collect();
        let name = spoken(now, self.shared);
        let words = format!("{name} has no checked {}: make it sure{}", listed(&names), counted(now));
        let new: Vec<&str> =
            ours.iter().filter(|ours| !is_unchecked(ours, now)).map(|ours| ours.name.as_str()).collect();
        let mut step = step(StepKind::Additive, now, words, sql);
        if now.schema == self.shared && !new.is_empty() {
            step.stops.push(format!("An INSERT into {name} that breaks {} is refused.", listed(&new)));
        }
        step
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

    pub(super) fn needed_outside(&self, key: &str, table: &Relation) -> bool {
        self.leading_to(key, table).iter().any(|(from, foreign)| !self.is_ours(from, foreign))
    }

    /// The keys that lead out of a table.
    pub(super) fn foreign_keys(&mut self, Standing { wanted, now }: &Standing<'_>) {
        let missing: Vec<&Constraint> = wanted
            .constraints
            .iter()
            .filter(|ours| ours.kind == ConstraintKind::Foreign && !now.constraints.contains(ours))
            .collect();
        for ours in missing {
            let repairs = if now.has_rows { legacy::before_constraint(now, &ours.name) } else { Vec::new() };
            if !repairs.is_empty() {
                let words = format!(
                    "rows of {} may lead nowhere by {}: mend them, and keep in the audit what they said{}",
                    spoken(now, self.shared),
                    ours.name,
                    counted(now)
                );
                let mut mended = step(StepKind::Additive, now, words, ddl::undisturbed(now, repairs));
                mended.about.extend(ours.references.clone());
                self.push(mended);
            }
            let mut sql = Vec::new();
            if !is_unchecked(ours, now) {
                sql.push(ddl::drop_constraint(now, &ours.name));
                sql.push(format!("{} NOT VALID", ddl::add_constraint(now, ours)));
            }
            sql.push(ddl::alter(now, &format!("VALIDATE CONSTRAINT {}", quoted(&ours.name))));
            let mut step = self.made_sure(now, &[ours], sql);
            if now.has_rows {
                step = step.run(Manner::Apart);
            }
            step.about.extend(ours.references.clone());
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

pub(super) fn only_ours(columns: &[String], wanted: &Relation) -> bool {
    columns.iter().all(|column| wanted.column(column).is_some())
}
