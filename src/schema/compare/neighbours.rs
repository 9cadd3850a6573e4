//! Tables of another program that belong to tenants too: `leads`, `signals` and `contacts`.
//!
//! Promises: where they exist they get a `tenant_id` whose default is the default tenant, so that their program's own
//! INSERTs go on working; its key and an index. Nothing else of theirs changes: no key, type, view, policy or trigger.

use super::super::catalogue::{Constraint, ConstraintKind, Index, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{EVERY_ROW, Manner, StepKind};
use super::columns::require;
use super::rows::batches;
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
        if is_set {
            self.required_meanwhile(&mut table.clone());
        }
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
        let whose = "every row, and every new one that names no tenant, belongs to the default tenant";
        let Some(column) = table.column("tenant_id") else {
            let words = format!("{} has no tenant_id: {whose}{}", table.name, counted(table));
            let sql = vec![legacy::with_default_tenant(&ddl::alter(table, ADDED))];
            return self.about_tenants(table, words, sql, Manner::Together);
        };
        let mut sql = Vec::new();
        if column.generated {
            sql.push(ddl::alter(table, "ALTER COLUMN tenant_id DROP EXPRESSION"));
        }
        if column.default.is_none() {
            sql.push(legacy::with_default_tenant(&ddl::alter(table, "ALTER COLUMN tenant_id SET DEFAULT")));
        }
        if !sql.is_empty() {
            let words =
                format!("new rows of {} may name no tenant: they belong to the default one", table.name);
            self.about_tenants(table, words, sql, Manner::Together);
        }
        if column.required {
            return;
        }
        let given = format!(
            "UPDATE {} x SET tenant_id = {} WHERE x.tenant_id IS NULL AND {EVERY_ROW}",
            ddl::relation(table),
            legacy::DEFAULT_TENANT
        );
        let words = format!("{} may hold rows without tenant: {whose}{}", table.name, counted(table));
        self.about_tenants(table, words, ddl::undisturbed(table, vec![given]), batches(table));
        let words = format!("{} does not require tenant_id: require it{}", table.name, counted(table));
        self.about_tenants(table, words, require(table, &["tenant_id".to_owned()]), Manner::Apart);
    }

    fn key_to_tenants(&mut self, table: &Relation) {
        let standing = table.constraints.iter().find(|key| leads_to_tenants(key));
        let key = standing.map_or_else(|| free_key(table), |key| key.name.clone());
        let words = format!(
            "rows of {} may name a tenant that nobody is: it becomes an inactive one{}",
            table.name,
            counted(table)
        );
        self.about_tenants(table, words, vec![legacy::recover_tenants(table)], Manner::Together);
        let mut sql = Vec::new();
        if standing.is_none() {
            // A key of a table of partitions can't be made first and checked later.
            let later = if table.kind == RelationKind::Partitioned { "" } else { " NOT VALID" };
            let action = format!(
                "ADD CONSTRAINT {} FOREIGN KEY (tenant_id) REFERENCES public.tenants (id){later}",
                quoted(&key)
            );
            sql.push(ddl::drop_constraint(table, &key));
            sql.push(ddl::alter(table, &action));
        }
        sql.push(ddl::alter(table, &format!("VALIDATE CONSTRAINT {}", quoted(&key))));
        let words = format!("{} has no checked key to tenants: make it sure{}", table.name, counted(table));
        self.about_tenants(table, words, sql, Manner::Apart);
    }

    fn index_on_tenant(&mut self, table: &Relation) {
        let broken = table
            .indexes
            .iter()
            .filter(|index| !index.valid && index.columns == [Some("tenant_id".to_owned())]);
        let mut sql: Vec<String> =
            broken.map(|broken| format!("DROP INDEX {}", ddl::name(&table.schema, &broken.name))).collect();
        let free = quoted(&self.free_name(&table.schema, &format!("{}_tenant_id_idx", table.name)));
        let words = format!("{} has no index on tenant_id: make it{}", table.name, counted(table));
        let on = format!("{} (tenant_id)", ddl::relation(table));
        if table.kind == RelationKind::Partitioned {
            sql.push(format!("CREATE INDEX {free} ON {on}"));
            return self.about_tenants(table, words, sql, Manner::Together);
        }
        sql.push(format!("DROP INDEX CONCURRENTLY IF EXISTS {}.{free}", quoted(&table.schema)));
        sql.push(format!("CREATE INDEX CONCURRENTLY {free} ON {on}"));
        self.about_tenants(table, words, sql, Manner::Concurrently);
    }

    fn about_tenants(&mut self, table: &Relation, words: String, sql: Vec<String>, manner: Manner) {
        let mut step = step(StepKind::Additive, table, words, sql).run(manner);
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
