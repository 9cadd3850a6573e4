//! Types of columns: changed in place where every value has a meaning in the new type, else kept in a column beside.
//!
//! Promises: views that read such a column are made again as they were, in the same transaction.
//! Trap: from timestamp to timestamptz no row is written anew, if and only if the session's zone is UTC.

use super::super::catalogue::{Column, Index, Relation, RelationKind};
use super::super::conversion::{UUID, conversion};
use super::super::ddl;
use super::super::names::quoted;
use super::super::plan::StepKind;
use super::access::noted;
use super::{Comparison, counted, listed, spoken, step};

impl Comparison<'_> {
    /// Changes the types that differ.
    pub(super) fn types(&mut self, wanted: &Relation, now: &mut Relation) {
        self.kept_beside(wanted, now);
        let (mut actions, mut names) = (Vec::new(), Vec::new());
        for column in &mut now.columns {
            let Some(ours) = wanted.column(&column.name).filter(|ours| ours.kind != column.kind) else {
                continue;
            };
            actions.extend(change(column, ours));
            names.push(column.name.clone());
            column.kind.clone_from(&ours.kind);
            column.default.clone_from(&ours.default);
        }
        if names.is_empty() {
            return;
        }
        let views = self.views_on(now, &names);
        let mut sql: Vec<String> = views.iter().rev().map(ddl::drop_relation).collect();
        let policies: Vec<_> =
            now.policies.iter().filter(|policy| !wanted.policies.contains(policy)).cloned().collect();
        for policy in &policies {
            sql.push(noted(now, &ddl::policy(now, policy)));
            sql.push(ddl::drop_policy(now, &policy.name));
        }
        now.policies.retain(|policy| !policies.contains(policy));
        let computed = |index: &Index| {
            !index.of_constraint
                && index.columns.contains(&None)
                && names.iter().any(|name| index.definition.contains(name.as_str()))
        };
        for index in now.indexes.iter().filter(|index| computed(index)) {
            sql.push(noted(now, &index.definition));
            sql.push(format!("DROP INDEX {}", ddl::name(&now.schema, &index.name)));
        }
        now.indexes.retain(|index| !computed(index));
        sql.push(ddl::alter(now, &actions.join(", ")));
        for view in &views {
            sql.extend(ddl::create_view(view));
            sql.extend(view.indexes.iter().map(|index| index.definition.clone()));
        }
        let mut words = format!(
            "{} of {} {} of another type: change it",
            listed(&names),
            spoken(now, self.shared),
            if names.len() == 1 { "is" } else { "are" }
        );
        if !views.is_empty() {
            let names: Vec<String> = views.iter().map(|view| spoken(view, self.shared)).collect();
            words = format!("{words}, and make {} again as before", listed(&names));
        }
        words.push_str(&counted(now));
        let kind = if views.is_empty() { self.kind_for(now) } else { StepKind::Waits };
        self.push(step(kind, now, words, sql));
    }

    /// Columns whose values may have no meaning in our type: the old one stays, under another name.
    fn kept_beside(&mut self, wanted: &Relation, now: &mut Relation) {
        let strange: Vec<(String, Column)> = now
            .columns
            .iter()
            .filter_map(|column| {
                let ours = wanted.column(&column.name)?;
                (ours.kind != column.kind
                    && conversion(&quoted(&column.name), &column.kind, &ours.kind).is_none())
                .then(|| (column.kind.clone(), ours.clone()))
            })
            .collect();
        for (kind, ours) in strange {
            let aside = free_column(now, &format!("{}_legacy", ours.name));
            let fresh = Column { required: ours.required && !now.has_rows, ..ours.clone() };
            let fresh = if ours.default.is_some() { ours.clone() } else { fresh };
            let mut sql = vec![
                ddl::alter(now, &format!("RENAME COLUMN {} TO {}", quoted(&ours.name), quoted(&aside))),
                ddl::alter(now, &format!("ADD COLUMN {}", ddl::column(&fresh))),
            ];
            if ours.kind == "uuid" && now.has_rows {
                sql.extend(ddl::undisturbed(now, vec![as_uuid(now, &ours.name, &aside)]));
            }
            let words = format!(
                "{} of {} is {kind}: keep it as {aside}, and add ours{}",
                ours.name,
                spoken(now, self.shared),
                counted(now)
            );
            let mut step = step(self.kind_for(now), now, words, sql);
            step.stops.push(format!(
                "An INSERT into {} that names {} needs a {} from then on.",
                spoken(now, self.shared),
                ours.name,
                ours.kind
            ));
            self.push(step);
            for column in now.columns.iter_mut().filter(|column| column.name == ours.name) {
                column.name.clone_from(&aside);
            }
            now.columns.push(fresh);
        }
    }

    /// The views that read one of these columns, and the views on those, oldest first.
    fn views_on(&self, table: &Relation, columns: &[String]) -> Vec<Relation> {
        let is_view = |relation: &&Relation| {
            matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView)
        };
        let mut read: Vec<Relation> = Vec::new();
        // A view is made after what it reads.
        for view in self.found.relations.iter().filter(is_view) {
            let reads_column = view.uses.iter().any(|(relation, column)| {
                *relation == table.full_name()
                    && column.as_ref().is_none_or(|column| columns.contains(column))
            });
            let reads_view =
                view.uses.iter().any(|(relation, _)| read.iter().any(|other| other.full_name() == *relation));
            if reads_column || reads_view {
                read.push(view.clone());
            }
        }
        read
    }
}

fn change(column: &Column, ours: &Column) -> Vec<String> {
    let name = quoted(&column.name);
    let mut actions = Vec::new();
    if column.default.is_some() {
        actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
    }
    let using = conversion(&name, &column.kind, &ours.kind).unwrap_or_default();
    actions.push(format!("ALTER COLUMN {name} TYPE {}{using}", ours.kind));
    if let Some(default) = &ours.default {
        actions.push(format!("ALTER COLUMN {name} SET DEFAULT {default}"));
    }
    actions
}

/// The old values that are UUIDs, and of a tenant's column also the slugs.
fn as_uuid(table: &Relation, column: &str, aside: &str) -> String {
    let (table, column, aside) = (ddl::relation(table), quoted(column), quoted(aside));
    let mut statement =
        format!("UPDATE {table} SET {column} = {aside}::text::uuid WHERE {aside}::text ~ {UUID}");
    if column == quoted("tenant_id") {
        statement = format!(
            "UPDATE {table} x SET {column} = coalesce(CASE WHEN x.{aside}::text ~ {UUID} THEN x.{aside}::text::uuid END, \
             (SELECT t.id FROM public.tenants t WHERE t.slug = x.{aside}::text LIMIT 1))"
        );
    }
    statement
}

fn free_column(table: &Relation, name: &str) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while table.column(&free).is_some() {
        free = format!("{name}{number}");
        number += 1;
    }
    free
}
