//! Which tables stand, and which of them know their tenant.

use super::super::catalogue::{ConstraintKind, Relation};
use super::super::legacy;
use super::super::read::Rows;
use super::{Compared, Evidence, Part, Verdict, Verified, few, is_table, kind, number_of, plural};

impl Evidence {
    /// A line for each table whose name older programs know.
    pub(super) fn tables(&self) -> Vec<Verified> {
        let ours = legacy::OURS.into_iter().map(|name| (name, self.found.relation(&self.names.shared, name)));
        let neighbours = self.neighbours().map(|table| (table.name.as_str(), Some(table)));
        ours.chain(neighbours).map(|(name, found)| self.table(name, found)).collect()
    }

    fn table(&self, name: &str, found: Option<&Relation>) -> Verified {
        let part = Part::Table(name.to_owned());
        let Some(found) = found else {
            return Verified { part, found: "missing".to_owned(), verdict: Verdict::Wrong(Vec::new()) };
        };
        if !is_table(found) {
            let verdict = Verdict::Wrong(vec!["not a table".to_owned()]);
            return Verified { part, found: kind(found).to_owned(), verdict };
        }
        Verified { part, found: self.facts(found), verdict: self.left_about(found) }
    }

    /// Whether a step of the plan is left about a table.
    fn left_about(&self, table: &Relation) -> Verdict {
        match &self.compared {
            Compared::With { plan: Ok(plan), .. } => {
                let name = table.full_name();
                let left = plan.steps.iter().filter(|step| step.about.first() == Some(&name)).count();
                let are = if left == 1 { "is" } else { "are" };
                let wrong = (left > 0).then(|| format!("{} {are} left", number_of(left, "step")));
                Verdict::of(wrong.into_iter().collect())
            }
            Compared::With { plan: Err(_), .. } | Compared::Not(_) => {
                Verdict::Unknown("not compared".to_owned())
            }
            Compared::AsVerified => Verdict::Right,
        }
    }

    /// Tables and functions that are missing, and what bears the name of a table and is none.
    pub(super) fn objects(&self) -> Verified {
        let mut missing: Vec<String> = Vec::new();
        let mut wrong: Vec<String> = Vec::new();
        for (wanted, now) in self.wanted() {
            match now {
                None => missing.push(self.spoken(wanted)),
                Some(now) if !is_table(now) => {
                    wrong.push(format!("{} is {}, not a table", self.spoken(now), kind(now)));
                }
                Some(_) => {}
            }
        }
        let functions = self.target().map_or(&[][..], |target| &target.functions);
        let stands = |signature: &str| self.found.functions.iter().any(|now| now.signature == signature);
        let lost = functions.iter().filter(|function| !stands(&function.signature));
        missing.extend(lost.map(|function| function.signature.clone()));
        if !missing.is_empty() {
            let has_own = self.ours().any(|table| table.schema == self.names.own);
            if !has_own {
                missing.retain(|name| !name.starts_with(&format!("{}.", self.names.own)));
                missing.push(format!("all that the schema {} should hold", self.names.own));
            }
            wrong.insert(0, format!("missing: {}", few(&missing)));
        }
        let (tables, functions) = (self.ours().count(), self.our_functions().count());
        let found = format!("{}, {}", number_of(tables, "table"), number_of(functions, "function"));
        Verified { part: Part::Objects, found, verdict: self.judged(wrong) }
    }

    /// The column of the tenant: there, of the right type, required.
    pub(super) fn tenant_ids(&self) -> Verified {
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        for table in self.of_tenants() {
            match table.column("tenant_id") {
                None => wrong.push(format!("{} has none", table.name)),
                Some(column) if column.kind != "uuid" => {
                    wrong.push(format!("{}: {} instead of uuid", table.name, column.kind));
                }
                Some(column) if !column.required => wrong.push(format!("{} may leave it out", table.name)),
                Some(_) => right.push(table.name.clone()),
            }
        }
        let found = match right.as_slice() {
            [] => "no table requires it".to_owned(),
            right => format!("required in {}", super::listed(right)),
        };
        Verified { part: Part::TenantIds, found, verdict: Verdict::of(wrong) }
    }

    fn facts(&self, table: &Relation) -> String {
        let security = match (table.row_security, table.forced) {
            (true, true) => "row security forced",
            (true, false) => "row security on",
            (false, _) => "row security off",
        };
        let rows = match (self.rows, table.rows) {
            (_, Some(rows)) => Some(plural(rows, "row")),
            (Rows::Counted, None) => Some("rows not counted".to_owned()),
            (Rows::Ignored | Rows::Unread, None) => None,
        };
        let keys = table.constraints.iter().filter(|key| key.kind != ConstraintKind::Check).count();
        let (keys, indexes) = (number_of(keys, "key"), number_of(table.indexes.len(), "index"));
        rows.into_iter().chain([keys, indexes, security.to_owned()]).collect::<Vec<_>>().join(", ")
    }
}
