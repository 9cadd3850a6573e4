//! Tables of another program that belong to tenants too: `leads`, `signals` and `contacts`.
//!
//! Promises: where they exist they get a `tenant_id` whose default is the default tenant, so that their program's own
//! INSERTs go on working; its key and an index. Nothing else of theirs changes: no key, type, view, policy or trigger.

use super::super::catalogue::{Column, Constraint, ConstraintKind, Index, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::StepKind;
use super::{Comparison, counted, step};

/// What follows is the default tenant's id.
const ADDED: &str = "ADD COLUMN tenant_id uuid NOT NULL DEFAULT";

impl Comparison<'_> {
    /// Adopts those that exist.
    pub(super) fn neighbours(&mut self) {
        let found = self.found;
        for table in found.relations.iter().filter(|relation| legacy::is_neighbour(relation, self.shared)) {
            self.neighbour(table);
        }
    }

    fn neighbour(&mut self, table: &Relation) {
        let column = table.column("tenant_id");
        if column.is_some_and(|column| column.kind != "uuid") {
            return self.strange_neighbour(table);
        }
        let is_set = column.is_some_and(|column| column.required && column.default.is_some());
        let has_key = table.constraints.iter().any(|key| leads_to_tenants(key) && key.validated);
        self.one_row_a_tenant(table);
        let has_index = table.indexes.iter().any(|index| {
            index.valid
                && !is_one_row_a_tenant(index)
                && index.columns.first() == Some(&Some("tenant_id".to_owned()))
        });
        if is_set && has_key && has_index {
            return;
        }
        self.default_tenant();
        if !is_set {
            self.tenant_of_every_row(table);
        }
        if !has_key {
            self.key_to_tenants(table);
        }
        if !has_index {
            self.index_on_tenant(table);
        }
    }

    /// A unique index on the tenant alone lets no tenant have two rows.
    fn one_row_a_tenant(&mut self, table: &Relation) {
        for index in table.indexes.iter().filter(|index| is_one_row_a_tenant(index)) {
            let sql = if index.of_constraint {
                ddl::drop_constraint(table, &index.name)
            } else {
                format!("DROP INDEX {}", ddl::name(&table.schema, &index.name))
            };
            let words = format!(
                "{} of {} lets a tenant have one row only: drop it{}",
                index.name,
                table.name,
                counted(table)
            );
            let kind = if table.has_rows { StepKind::Waits } else { StepKind::Additive };
            self.push(step(kind, table, words, vec![sql]));
        }
    }

    fn tenant_of_every_row(&mut self, table: &Relation) {
        let (found, sql) = match table.column("tenant_id") {
            Some(column) => ("may hold rows without tenant", filled(table, column)),
            None => ("has no tenant_id", vec![legacy::with_default_tenant(&ddl::alter(table, ADDED))]),
        };
        let words = format!(
            "{} {found}: every row, and every new one that names no tenant, belongs to the default tenant{}",
            table.name,
            counted(table)
        );
        self.about_tenants(table, words, sql);
    }

    fn key_to_tenants(&mut self, table: &Relation) {
        let mut sql = ddl::undisturbed(table, vec![legacy::recover_tenants(table)]);
        let standing = table.constraints.iter().find(|key| leads_to_tenants(key));
        let key = standing.map_or_else(|| free_key(table), |key| quoted(&key.name));
        if standing.is_none() {
            // A key of a table of partitions can't be made first and checked later.
            let later = if table.kind == RelationKind::Partitioned { "" } else { " NOT VALID" };
            let action =
                format!("ADD CONSTRAINT {key} FOREIGN KEY (tenant_id) REFERENCES public.tenants (id){later}");
            sql.push(ddl::alter(table, &action));
        }
        sql.push(ddl::alter(table, &format!("VALIDATE CONSTRAINT {key}")));
        let words = format!("{} has no checked key to tenants: make it sure{}", table.name, counted(table));
        self.about_tenants(table, words, sql);
    }

    fn index_on_tenant(&mut self, table: &Relation) {
        let broken = table
            .indexes
            .iter()
            .filter(|index| !index.valid && index.columns == [Some("tenant_id".to_owned())]);
        let mut sql: Vec<String> =
            broken.map(|broken| format!("DROP INDEX {}", ddl::name(&table.schema, &broken.name))).collect();
        let free = self.free_name(&table.schema, &format!("{}_tenant_id_idx", table.name));
        sql.push(format!("CREATE INDEX {free} ON {} (tenant_id)", ddl::relation(table)));
        let words = format!("{} has no index on tenant_id: make it{}", table.name, counted(table));
        self.about_tenants(table, words, sql);
    }

    fn about_tenants(&mut self, table: &Relation, words: String, sql: Vec<String>) {
        let mut step = step(StepKind::Additive, table, words, sql);
        step.about.push(format!("{}.tenants", self.shared));
        self.push(step);
    }

    /// A `tenant_id` of another type stays, under another name.
    fn strange_neighbour(&mut self, table: &Relation) {
        self.default_tenant();
        let name = &table.name;
        let mut sql = vec![
            ddl::alter(table, "RENAME COLUMN tenant_id TO tenant_id_legacy"),
            legacy::with_default_tenant(&ddl::alter(table, ADDED)),
        ];
        sql.extend(ddl::undisturbed(table, vec![legacy::tenant_of_text(table)]));
        let mut step = step(
            if table.has_rows { StepKind::Waits } else { StepKind::Additive },
            table,
            format!(
                "tenant_id of {name} is no uuid: keep it as tenant_id_legacy, and add ours{}",
                counted(table)
            ),
            sql,
        );
        step.stops.push(format!("An INSERT into {name} that names tenant_id needs a uuid from then on."));
        step.about.push(format!("{}.tenants", self.shared));
        self.push(step);
    }
}

fn is_one_row_a_tenant(index: &Index) -> bool {
    index.unique && index.valid && index.columns == [Some("tenant_id".to_owned())]
}

fn leads_to_tenants(key: &Constraint) -> bool {
    key.kind == ConstraintKind::Foreign
        && key.columns == ["tenant_id"]
        && key.references.as_deref() == Some("public.tenants")
}

fn free_key(table: &Relation) -> String {
    let mut name = format!("{}_tenant_id_fkey", table.name);
    while table.constraints.iter().any(|constraint| constraint.name == name) {
        name.push('2');
    }
    name
}

/// Fills the column that is there already, and requires it.
fn filled(table: &Relation, column: &Column) -> Vec<String> {
    let given = format!(
        "UPDATE {} SET tenant_id = {} WHERE tenant_id IS NULL",
        ddl::relation(table),
        legacy::DEFAULT_TENANT
    );
    let mut sql = Vec::new();
    if column.generated {
        sql.push(ddl::alter(table, "ALTER COLUMN tenant_id DROP EXPRESSION"));
    }
    sql.extend(ddl::undisturbed(table, vec![given]));
    if column.default.is_none() {
        sql.push(legacy::with_default_tenant(&ddl::alter(table, "ALTER COLUMN tenant_id SET DEFAULT")));
    }
    sql.push(ddl::alter(table, "ALTER COLUMN tenant_id SET NOT NULL"));
    sql
}
