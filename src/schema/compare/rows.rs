//! Rows: every one gets a tenant, and a value where one is required.
//!
//! Promises: the default tenant is chosen once, and the choice is kept; a row of a tenant that doesn't exist gets an inactive
//! one of its own, never the default.

use super::super::catalogue::{ConstraintKind, Relation, RelationKind};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{EVERY_ROW, Manner, Step, StepKind};
use super::{Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// Fills what is required and may be missing, and what an older column says.
    pub(super) fn rows(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        if !now.has_rows {
            return;
        }
        if may_miss(now, wanted, "tenant_id") && wanted.schema == self.shared {
            self.without_tenant(now);
        }
        let told = |column: &str| {
            let known = self.adopting() || self.found_lacks(wanted, column);
            legacy::meaning(now, &wanted.name, column)
                .filter(|_| known && now.column(column).is_some_and(|found| !found.required))
        };
        let fills = wanted.columns.iter().filter(|column| column.name != "tenant_id");
        let fills: Vec<Fill> = fills
            .filter_map(|column| {
                let told = told(&column.name);
                let otherwise = may_miss(now, wanted, &column.name).then(|| legacy::value_for(now, column));
                (told.is_some() || otherwise.is_some()).then(|| Fill {
                    column: quoted(&column.name),
                    told,
                    otherwise,
                })
            })
            .collect();
        if fills.is_empty() {
            return;
        }
        let names: Vec<&str> = fills.iter().map(|fill| fill.column.trim_matches('"')).collect();
        let words = format!(
            "{} may hold rows without {}: fill them{}{}",
            spoken(now, self.shared),
            listed(&names),
            if fills.iter().any(|fill| fill.told.is_some()) { ", by what older columns say" } else { "" },
            counted(now)
        );
        let sql = ddl::undisturbed(now, vec![filling(now, &fills)]);
        self.default_tenant_for(&sql);
        self.push(step(StepKind::Additive, now, words, sql).run(batches(now)));
    }

    fn found_lacks(&self, wanted: &Relation, column: &str) -> bool {
        let found = self.found.relation(&wanted.schema, &wanted.name);
        found.is_some_and(|found| found.column(column).is_none())
    }

    fn without_tenant(&mut self, now: &mut Relation) {
        self.default_tenant();
        self.keys_that_tenants_may_break(now);
        let given = format!(
            "UPDATE {} x SET tenant_id = {} WHERE x.tenant_id IS NULL AND {EVERY_ROW}",
            ddl::relation(now),
            legacy::DEFAULT_TENANT
        );
        let words = format!(
            "{} may hold rows without tenant: give them to the default tenant{}",
            spoken(now, self.shared),
            counted(now)
        );
        let sql = ddl::undisturbed(now, vec![given]);
        let mut given = step(StepKind::Additive, now, words, sql).run(batches(now));
        given.about.push(format!("{}.tenants", self.shared));
        self.push(given);
    }

    /// Rows that move to one tenant may meet their like there: the key comes back when they are told apart.
    fn keys_that_tenants_may_break(&mut self, now: &mut Relation) {
        let keys: Vec<String> = now
            .constraints
            .iter()
            .filter(|key| matches!(key.kind, ConstraintKind::Unique | ConstraintKind::Exclusion))
            .filter(|key| key.columns.iter().any(|column| column == "tenant_id"))
            .map(|key| key.name.clone())
            .collect();
        if keys.is_empty() {
            return;
        }
        let sql = keys.iter().map(|key| ddl::drop_constraint(now, key)).collect();
        let words = format!(
            "rows of {} get a tenant and may meet their like there: drop {} until they are told apart",
            spoken(now, self.shared),
            listed(&keys)
        );
        self.push(step(self.kind_for(now), now, words, sql));
        now.constraints.retain(|key| !keys.contains(&key.name));
        now.indexes.retain(|index| !keys.contains(&index.name));
    }

    /// Chooses the default tenant if statements name it.
    pub(super) fn default_tenant_for(&mut self, statements: &[String]) {
        if statements.iter().any(|statement| statement.contains(legacy::DEFAULT_TENANT)) {
            self.default_tenant();
        }
    }

    /// Chooses the default tenant, once.
    pub(super) fn default_tenant(&mut self) {
        let tenants = format!("{}.tenants", self.shared);
        let words = "rows or neighbours need a default tenant: the one with slug default, else the only one, else a new one";
        if self.steps.iter().any(|step| step.words == words) {
            return;
        }
        self.push(Step::new(StepKind::Additive, vec![tenants], words, legacy::choose_default_tenant()));
    }

    /// What is read once from an older program's rows, when all tables stand.
    pub(super) fn rows_of_all(&mut self, tables: &[Standing<'_>]) {
        let found = self.found;
        if found.decided.iter().any(|decision| decision == legacy::NUMBERS_READ)
            || !self.came_from_elsewhere()
        {
            return;
        }
        let Some(tenants) =
            tables.iter().find(|table| table.wanted.schema == self.shared && table.wanted.name == "tenants")
        else {
            return;
        };
        let about = ["tenants", "call_logs"].map(|name| format!("{}.{name}", self.shared));
        self.push(Step::new(
            StepKind::Additive,
            [about.as_slice(), &["switchboard.tenant_phone_numbers".to_owned()]].concat(),
            "the numbers of the older program are read once, from its tenants and its calls; a tenant that is alone and has none accepts unknown numbers",
            legacy::read_numbers(&tenants.now),
        ));
    }

    /// Whether an older program filled the tables: its tenants have a column for their number, its calls lack one of ours.
    fn came_from_elsewhere(&self) -> bool {
        let filled = |name: &str| self.found.relation(self.shared, name).filter(|table| table.has_rows);
        filled("tenants").is_some_and(|tenants| tenants.column("twilio_phone_number").is_some())
            || filled("call_logs").is_some_and(|calls| calls.column("answered_at").is_none())
            || filled("call_logs").is_some_and(|_| self.is_adopted("call_logs"))
    }
}

/// A column, what an older one says of it, and what stands there if nothing is said.
struct Fill {
    column: String,
    told: Option<String>,
    otherwise: Option<String>,
}

fn filling(table: &Relation, fills: &[Fill]) -> String {
    let set = |fill: &Fill| {
        let values: Vec<&str> = fill.told.iter().chain(&fill.otherwise).map(String::as_str).collect();
        format!("{column} = coalesce(x.{column}, {})", values.join(", "), column = fill.column)
    };
    let is_due = |fill: &Fill| match (&fill.otherwise, &fill.told) {
        (None, Some(told)) => format!("x.{} IS NULL AND {told} IS NOT NULL", fill.column),
        (Some(_), _) | (None, None) => format!("x.{} IS NULL", fill.column),
    };
    let sets: Vec<String> = fills.iter().map(set).collect();
    let due: Vec<String> = fills.iter().map(is_due).collect();
    let statement = format!(
        "UPDATE {} x SET {} WHERE ({}) AND {EVERY_ROW}",
        ddl::relation(table),
        sets.join(", "),
        due.join(" OR ")
    );
    legacy::with_zones(&statement)
}

fn may_miss(now: &Relation, wanted: &Relation, column: &str) -> bool {
    now.column(column).is_some_and(|found| !found.required)
        && wanted.column(column).is_some_and(|ours| ours.required)
}

/// Partitions have blocks of their own.
pub(super) fn batches(table: &Relation) -> Manner {
    if table.kind == RelationKind::Table { Manner::InBatches(ddl::relation(table)) } else { Manner::Together }
}
