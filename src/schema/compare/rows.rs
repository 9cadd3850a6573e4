//! Rows: every one gets a tenant, and a value where one is required.
//!
//! Promises: the default tenant is chosen once, and the choice is kept; a row of a tenant that doesn't exist gets an inactive
//! one of its own, never the default.

use super::super::catalogue::{ConstraintKind, Relation};
use super::super::ddl;
use super::super::legacy;
use super::super::names::quoted;
use super::super::plan::{Step, StepKind};
use super::{Comparison, Standing, counted, listed, spoken, step};

impl Comparison<'_> {
    /// Fills what is required and may be missing.
    pub(super) fn rows(&mut self, Standing { wanted, now }: &mut Standing<'_>) {
        if !now.has_rows {
            return;
        }
        let name = spoken(now, self.shared);
        let may_miss = |now: &Relation, column: &str| {
            now.column(column).is_some_and(|found| !found.required)
                && wanted.column(column).is_some_and(|ours| ours.required)
        };
        if may_miss(now, "tenant_id") && wanted.schema == self.shared {
            self.without_tenant(now);
        }
        let empty: Vec<String> = wanted
            .columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|column| column != "tenant_id" && may_miss(now, column))
            .collect();
        if empty.is_empty() {
            return;
        }
        let sets: Vec<String> = empty
            .iter()
            .filter_map(|column| {
                let value = legacy::value_for(now, wanted.column(column)?);
                Some(format!("{column} = coalesce({column}, {value})", column = quoted(column)))
            })
            .collect();
        let condition: Vec<String> =
            empty.iter().map(|column| format!("{} IS NULL", quoted(column))).collect();
        let statement =
            format!("UPDATE {} SET {} WHERE {}", ddl::relation(now), sets.join(", "), condition.join(" OR "));
        let words = format!("{name} may hold rows without {}: fill them{}", listed(&empty), counted(now));
        self.push(step(StepKind::Additive, now, words, ddl::undisturbed(now, vec![statement])));
    }

    fn without_tenant(&mut self, now: &mut Relation) {
        self.default_tenant();
        // Rows that move to one tenant may meet their like there: the key comes back when they are told apart.
        let meets = |kind: ConstraintKind, columns: &[String]| {
            matches!(kind, ConstraintKind::Unique | ConstraintKind::Exclusion)
                && columns.iter().any(|column| column == "tenant_id")
        };
        let keys: Vec<String> = now
            .constraints
            .iter()
            .filter(|key| meets(key.kind, &key.columns))
            .map(|key| key.name.clone())
            .collect();
        let mut sql: Vec<String> = keys.iter().map(|key| ddl::drop_constraint(now, key)).collect();
        let given = format!(
            "UPDATE {} SET tenant_id = {} WHERE tenant_id IS NULL",
            ddl::relation(now),
            legacy::DEFAULT_TENANT
        );
        sql.extend(ddl::undisturbed(now, vec![given]));
        now.constraints.retain(|key| !keys.contains(&key.name));
        now.indexes.retain(|index| !keys.contains(&index.name));
        let words = format!(
            "{} may hold rows without tenant: give them to the default tenant{}",
            spoken(now, self.shared),
            counted(now)
        );
        let kind = if keys.is_empty() { StepKind::Additive } else { self.kind_for(now) };
        let mut given = step(kind, now, words, sql);
        given.about.push(format!("{}.tenants", self.shared));
        self.push(given);
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
        self.push(Step {
            words: words.to_owned(),
            kind: StepKind::Additive,
            sql: legacy::choose_default_tenant(),
            stops: Vec::new(),
            about: vec![tenants],
        });
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
        self.push(Step {
            words: "the numbers of the older program are read once, from its tenants and its calls; a tenant that is alone and has none accepts unknown numbers".to_owned(),
            kind: StepKind::Additive,
            sql: legacy::read_numbers(&tenants.now),
            stops: Vec::new(),
            about: [about.as_slice(), &["switchboard.tenant_phone_numbers".to_owned()]].concat(),
        });
    }

    /// Whether an older program filled the tables: its tenants have a column for their number, its calls lack one of ours.
    fn came_from_elsewhere(&self) -> bool {
        let filled = |name: &str| self.found.relation(self.shared, name).filter(|table| table.has_rows);
        filled("tenants").is_some_and(|tenants| tenants.column("twilio_phone_number").is_some())
            || filled("call_logs").is_some_and(|calls| calls.column("answered_at").is_none())
    }
}
