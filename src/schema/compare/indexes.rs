//! Indexes: those that make reading quick, and those that keep some rows apart.
//!
//! Promises: an index of a table with rows is built while they are written. One that is broken, or that could refuse a row of
//! ours, goes.

use super::super::catalogue::Index;
use super::super::ddl;
use super::super::legacy;
use super::super::plan::{Manner, StepKind};
use super::keys::only_ours;
use super::{Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// Bare unique indexes that could refuse our rows, broken ones, and others of our names.
    pub(super) fn contradicting_indexes(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let contradicts = |index: &Index| {
            let ours = wanted.indexes.iter().find(|ours| ours.name == index.name);
            let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
            match ours {
                _ if index.of_constraint => false,
                // A bare one serves for a key, but not for an exclusion.
                Some(ours) => {
                    ours.definition != index.definition || !index.valid || ours.of_constraint && !ours.unique
                }
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

    /// Indexes that make reading quick, and those that hold for some rows only.
    pub(super) fn indexes(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let missing = wanted
            .indexes
            .iter()
            .filter(|ours| !ours.of_constraint && !now.indexes.iter().any(|index| index.name == ours.name));
        let missing: Vec<Index> = missing.cloned().collect();
        for index in missing {
            let name = spoken(now, self.shared);
            let repairs = if now.has_rows { legacy::before_constraint(now, &index.name) } else { Vec::new() };
            if !repairs.is_empty() {
                let words = format!(
                    "rows of {name} may break {}: mend them, and keep in the audit what they said{}",
                    index.name,
                    counted(now)
                );
                self.push(step(self.kind_for(now), now, words, ddl::undisturbed(now, repairs)));
            }
            let words = format!("{name} has no index {}: make it{}", index.name, counted(now));
            self.push(if now.has_rows {
                step(StepKind::Additive, now, words, ddl::index_concurrently(&index, now))
                    .run(Manner::Concurrently)
            } else {
                step(StepKind::Additive, now, words, vec![index.definition.clone()])
            });
            now.indexes.push(index);
        }
    }
}
