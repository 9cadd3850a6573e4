//! Columns: added with what an older column knows, given our type and default, and kept from refusing our rows.

use super::super::catalogue::{Column, Relation};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{Manner, StepKind};
use super::{Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// Brings all columns to name, type and default. What is required comes later, when no row contradicts.
    pub(super) fn columns(&mut self, wanted: &Relation, now: &mut Relation) {
        self.storage(wanted, now);
        self.own_values(wanted, now);
        self.types(wanted, now);
        self.missing_columns(wanted, now);
        self.defaults(wanted, now);
        self.may_be_left_out(wanted, now);
    }

    fn storage(&mut self, wanted: &Relation, now: &mut Relation) {
        if now.unlogged {
            let words = format!(
                "{} is unlogged, and a crash would empty it: make it durable{}",
                spoken(now, self.shared),
                counted(now)
            );
            self.push(step(StepKind::Additive, now, words, vec![ddl::alter(now, "SET LOGGED")]));
            now.unlogged = false;
        }
        let missing: Vec<&String> =
            wanted.options.iter().filter(|option| !now.options.contains(option)).collect();
        if !missing.is_empty() {
            let options = missing.iter().map(|option| option.as_str()).collect::<Vec<_>>().join(", ");
            let words = format!("{} is stored without {options}: set it", spoken(now, self.shared));
            self.push(step(
                StepKind::Additive,
                now,
                words,
                vec![ddl::alter(now, &format!("SET ({options})"))],
            ));
        }
    }

    /// Columns of ours that PostgreSQL fills by itself.
    fn own_values(&mut self, wanted: &Relation, now: &mut Relation) {
        let mut sql = Vec::new();
        let mut names = Vec::new();
        for column in &mut now.columns {
            let Some(ours) = wanted.column(&column.name) else { continue };
            if column.generated && !ours.generated {
                sql.push(format!("ALTER COLUMN {} DROP EXPRESSION", quoted(&column.name)));
                column.generated = false;
                names.push(column.name.clone());
            }
            if column.identity && !ours.identity {
                sql.push(format!("ALTER COLUMN {} DROP IDENTITY", quoted(&column.name)));
                column.identity = false;
                names.push(column.name.clone());
            }
        }
        if !sql.is_empty() {
            let words = format!(
                "{} of {} is computed: keep its values, compute no more",
                listed(&names),
                spoken(now, self.shared)
            );
            let sql = vec![ddl::alter(now, &sql.join(", "))];
            self.push(step(self.kind_for(now), now, words, sql));
        }
    }

    fn missing_columns(&mut self, wanted: &Relation, now: &mut Relation) {
        let missing: Vec<Column> =
            wanted.columns.iter().filter(|column| now.column(&column.name).is_none()).cloned().collect();
        if missing.is_empty() {
            return;
        }
        let found = self.found.relation(&now.schema, &now.name);
        let added: Vec<Column> = missing.into_iter().map(|column| added(column, now, found)).collect();
        let actions: Vec<String> =
            added.iter().map(|column| format!("ADD COLUMN {}", ddl::column(column))).collect();
        let names: Vec<&str> = added.iter().map(|column| column.name.as_str()).collect();
        let words = format!(
            "{} has no {}: add {}{}",
            spoken(now, self.shared),
            listed(&names),
            if names.len() == 1 { "it" } else { "them" },
            counted(now)
        );
        let sql = vec![ddl::alter(now, &actions.join(", "))];
        now.columns.extend(added);
        self.push(step(StepKind::Additive, now, words, sql));
    }

    fn defaults(&mut self, wanted: &Relation, now: &mut Relation) {
        let mut actions = Vec::new();
        let mut names = Vec::new();
        for column in &mut now.columns {
            let Some(ours) = wanted.column(&column.name) else { continue };
            if column.default == ours.default {
                continue;
            }
            let name = quoted(&column.name);
            actions.push(match &ours.default {
                Some(default) => format!("ALTER COLUMN {name} SET DEFAULT {default}"),
                None => format!("ALTER COLUMN {name} DROP DEFAULT"),
            });
            column.default.clone_from(&ours.default);
            names.push(column.name.clone());
        }
        if !actions.is_empty() {
            let words = format!(
                "the default of {} of {} is another one: set ours",
                listed(&names),
                spoken(now, self.shared)
            );
            let sql = vec![ddl::alter(now, &actions.join(", "))];
            self.push(step(StepKind::Additive, now, words, sql));
        }
    }

    /// NOT NULL where our rows may leave it out.
    fn may_be_left_out(&mut self, wanted: &Relation, now: &mut Relation) {
        let mut actions = Vec::new();
        let mut names = Vec::new();
        let in_key = primary_key(now);
        for column in
            now.columns.iter_mut().filter(|column| column.required && !column.generated && !column.identity)
        {
            let ours = wanted.column(&column.name);
            let refuses = match ours {
                Some(ours) => !ours.required,
                None => column.default.is_none(),
            };
            if refuses && !in_key.contains(&column.name) {
                actions.push(format!("ALTER COLUMN {} DROP NOT NULL", quoted(&column.name)));
                column.required = false;
                names.push(column.name.clone());
            }
        }
        if !actions.is_empty() {
            let words = format!(
                "{} of {} would refuse our rows: no longer require it",
                listed(&names),
                spoken(now, self.shared)
            );
            let sql = vec![ddl::alter(now, &actions.join(", "))];
            self.push(step(StepKind::Additive, now, words, sql));
        }
    }

    /// NOT NULL where every row has a value by now.
    pub(super) fn required(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        let (mut names, mut without_default) = (Vec::new(), Vec::new());
        for column in &mut now.columns {
            let Some(ours) = wanted.column(&column.name) else { continue };
            if column.required || !ours.required {
                continue;
            }
            column.required = true;
            names.push(column.name.clone());
            if ours.default.is_none() {
                without_default.push(column.name.clone());
            }
        }
        if names.is_empty() {
            return;
        }
        let name = spoken(now, self.shared);
        let kind = if without_default.is_empty() { StepKind::Additive } else { self.kind_for(now) };
        let words = format!("{name} does not require {}: require it{}", listed(&names), counted(now));
        let mut step = step(kind, now, words, require(now, &names)).run(Manner::Apart);
        step.stops.push(format!(
            "An INSERT into {name} that leaves out {}, or says NULL, is refused.",
            listed(&names)
        ));
        self.push(step);
        let meanwhile = meanwhile(now);
        now.constraints.retain(|constraint| constraint.name != meanwhile);
    }

    /// What a migration that broke off has left of [`require`].
    pub(super) fn required_meanwhile(&mut self, now: &mut Relation) {
        let name = meanwhile(now);
        if !now.constraints.iter().any(|constraint| constraint.name == name) {
            return;
        }
        let words =
            format!("{name} of {} is left of a migration that broke off: drop it", spoken(now, self.shared));
        self.push(step(StepKind::Additive, now, words, vec![ddl::drop_constraint(now, &name)]));
        now.constraints.retain(|constraint| constraint.name != name);
    }
}

/// NOT NULL for columns of a table that people use: a check that holds for new rows at once is checked for the old ones while
/// work goes on, and stands in for a look at every row under a lock.
pub(super) fn require(table: &Relation, columns: &[String]) -> Vec<String> {
    let each = |before: &str, after: &str, between: &str| {
        let each: Vec<String> =
            columns.iter().map(|column| format!("{before}{}{after}", quoted(column))).collect();
        each.join(between)
    };
    let not_null = ddl::alter(table, &each("ALTER COLUMN ", " SET NOT NULL", ", "));
    if !table.has_rows {
        return vec![not_null];
    }
    let meanwhile = meanwhile(table);
    let check = quoted(&meanwhile);
    vec![
        ddl::drop_constraint(table, &meanwhile),
        ddl::alter(
            table,
            &format!("ADD CONSTRAINT {check} CHECK ({}) NOT VALID", each("", " IS NOT NULL", " AND ")),
        ),
        ddl::alter(table, &format!("VALIDATE CONSTRAINT {check}")),
        not_null,
        ddl::drop_constraint(table, &meanwhile),
    ]
}

fn meanwhile(table: &Relation) -> String {
    format!("{}_required_meanwhile", table.name)
}

/// A new column may be empty for the rows that are there, unless a constant fills it and no older column says more.
fn added(column: Column, now: &Relation, found: Option<&Relation>) -> Column {
    let is_told = found.is_some_and(|found| legacy::meaning(found, &now.name, &column.name).is_some());
    if now.has_rows && is_told {
        return Column { required: false, default: None, ..column };
    }
    let required = column.required && (!now.has_rows || column.default.is_some());
    Column { required, ..column }
}

fn primary_key(table: &Relation) -> Vec<String> {
    use super::super::catalogue::ConstraintKind;
    let key = table.constraints.iter().find(|constraint| constraint.kind == ConstraintKind::Primary);
    key.map(|key| key.columns.clone()).unwrap_or_default()
}
