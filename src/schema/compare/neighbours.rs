//! Tables of another program that belong to tenants too: `leads`, `signals` and `contacts`.
//!
//! Promises: where they exist they get a `tenant_id` whose default is the default tenant, so that their program's own
//! INSERTs go on working; its key and an index. Nothing else of theirs changes: no key, type, view, policy or trigger.

use super::super::catalogue::{ConstraintKind, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::plan::StepKind;
use super::{Comparison, counted, step, undisturbed};

const NEIGHBOURS: [&str; 3] = ["leads", "signals", "contacts"];

impl Comparison<'_> {
    /// Adopts those that exist.
    pub(super) fn neighbours(&mut self) {
        let found = self.found;
        for name in NEIGHBOURS {
            if let Some(table) = found.relation(self.shared, name).filter(|relation| relation.kind == RelationKind::Table) {
                self.neighbour(table);
            }
        }
    }

    fn neighbour(&mut self, table: &Relation) {
        let column = table.column("tenant_id");
        if column.is_some_and(|column| column.kind != "uuid") {
            return self.strange_neighbour(table);
        }
        let name = &table.name;
        let is_set = column.is_some_and(|column| column.required && column.default.is_some());
        let has_key = table.constraints.iter().any(|key| leads_to_tenants(key) && key.validated);
        let has_index = table.indexes.iter().any(|index| index.valid && index.columns.first() == Some(&Some("tenant_id".to_owned())));
        if is_set && has_key && has_index {
            return;
        }
        self.default_tenant();
        if !is_set {
            let sql = if column.is_some() { filled(table) } else { vec![legacy::with_default_tenant(&ddl::alter(table, "ADD COLUMN tenant_id uuid NOT NULL DEFAULT"))] };
            let found = if column.is_some() { "may hold rows without tenant" } else { "has no tenant_id" };
            self.about_tenants(table, format!("{name} {found}: every row, and every new one that names no tenant, belongs to the default tenant{}", counted(table)), sql);
        }
        if !has_key {
            let mut sql = undisturbed(table, vec![legacy::recover_tenants(table)]);
            let key = table.constraints.iter().find(|key| leads_to_tenants(key)).map_or_else(
                || {
                    let free = free_key(table);
                    sql.push(ddl::alter(table, &format!("ADD CONSTRAINT {free} FOREIGN KEY (tenant_id) REFERENCES public.tenants (id) NOT VALID")));
                    free
                },
                |key| super::super::names::quoted(&key.name),
            );
            sql.push(ddl::alter(table, &format!("VALIDATE CONSTRAINT {key}")));
            self.about_tenants(table, format!("{name} has no checked key to tenants: make it sure{}", counted(table)), sql);
        }
        if !has_index {
            let mut sql = Vec::new();
            for broken in table.indexes.iter().filter(|index| !index.valid && index.columns == [Some("tenant_id".to_owned())]) {
                sql.push(format!("DROP INDEX {}", ddl::name(&table.schema, &broken.name)));
            }
            let free = self.free_name(&table.schema, &format!("{name}_tenant_id_idx"));
            sql.push(format!("CREATE INDEX {free} ON {} (tenant_id)", ddl::relation(table)));
            self.about_tenants(table, format!("{name} has no index on tenant_id: make it{}", counted(table)), sql);
        }
    }

    fn about_tenants(&mut self, table: &Relation, words: String, sql: Vec<String>) {
        let mut step = step(StepKind::Additive, table, words, sql);
        step.about.push(format!("{}.tenants", self.shared));
        self.push(step);
    }

    /// A tenant_id of another type stays, under another name.
    fn strange_neighbour(&mut self, table: &Relation) {
        self.default_tenant();
        let name = &table.name;
        let mut sql = vec![
            ddl::alter(table, "RENAME COLUMN tenant_id TO tenant_id_legacy"),
            legacy::with_default_tenant(&ddl::alter(table, "ADD COLUMN tenant_id uuid NOT NULL DEFAULT")),
        ];
        sql.extend(undisturbed(table, vec![legacy::tenant_of_text(table)]));
        let mut step = step(
            if table.has_rows { StepKind::Waits } else { StepKind::Additive },
            table,
            format!("tenant_id of {name} is no uuid: keep it as tenant_id_legacy, and add ours{}", counted(table)),
            sql,
        );
        step.stops.push(format!("An INSERT into {name} that names tenant_id needs a uuid from then on."));
        step.about.push(format!("{}.tenants", self.shared));
        self.push(step);
    }
}

fn leads_to_tenants(key: &super::super::catalogue::Constraint) -> bool {
    key.kind == ConstraintKind::Foreign && key.columns == ["tenant_id"] && key.references.as_deref() == Some("public.tenants")
}

fn free_key(table: &Relation) -> String {
    let mut name = format!("{}_tenant_id_fkey", table.name);
    while table.constraints.iter().any(|constraint| constraint.name == name) {
        name.push('2');
    }
    name
}

/// Fills the column that is there already, and requires it.
fn filled(table: &Relation) -> Vec<String> {
    let mut sql = undisturbed(
        table,
        vec![format!("UPDATE {} SET tenant_id = {} WHERE tenant_id IS NULL", ddl::relation(table), legacy::DEFAULT_TENANT)],
    );
    if table.column("tenant_id").is_some_and(|column| column.default.is_none()) {
        sql.push(legacy::with_default_tenant(&ddl::alter(table, "ALTER COLUMN tenant_id SET DEFAULT")));
    }
    sql.push(ddl::alter(table, "ALTER COLUMN tenant_id SET NOT NULL"));
    sql
}
