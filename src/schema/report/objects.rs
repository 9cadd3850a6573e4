//! Keys and indexes: those that are missing, and those that stand and hold nothing.

use super::super::catalogue::{Constraint, ConstraintKind, Relation};
use super::{Evidence, Part, Verified, few, number_of};

impl Evidence {
    /// Keys, checks and exclusions.
    pub(super) fn keys(&self) -> Verified {
        let (mut missing, mut other, mut unchecked) = (Vec::new(), Vec::new(), Vec::new());
        for (wanted, now) in self.wanted() {
            let Some(now) = now else { continue };
            for ours in &wanted.constraints {
                match now.constraints.iter().find(|found| found.name == ours.name) {
                    None => missing.push(ours.name.clone()),
                    Some(found) if found.definition != ours.definition => other.push(ours.name.clone()),
                    Some(_) => {}
                }
            }
        }
        let without_key: Vec<String> = self
            .neighbours()
            .filter(|table| !table.constraints.iter().any(leads_to_tenants))
            .map(|table| table.name.clone())
            .collect();
        for table in self.ours().chain(self.neighbours()) {
            let open = table.constraints.iter().filter(|key| !key.validated && self.is_wanted(table, key));
            unchecked.extend(open.map(|key| format!("{} of {}", key.name, self.spoken(table))));
        }
        let wrong = [
            told("missing", &missing),
            told("no key to tenants", &without_key),
            told("another meaning", &other),
            told("not made sure of all rows", &unchecked),
        ];
        let of_ours = |is_key: fn(&Constraint) -> bool| {
            self.ours().flat_map(|table| &table.constraints).filter(|found| is_key(found)).count()
        };
        let checks = of_ours(|found| found.kind == ConstraintKind::Check);
        let keys = of_ours(|found| found.kind != ConstraintKind::Check);
        let found = format!("{}, {}", number_of(keys, "key"), number_of(checks, "check"));
        let verdict = self.judged(wrong.into_iter().flatten().collect());
        Verified { part: Part::Keys, found, verdict }
    }

    /// Whether a constraint is ours, or what we ask of a neighbour; somebody else's may be as it is.
    fn is_wanted(&self, table: &Relation, key: &Constraint) -> bool {
        let wanted = self.target().and_then(|target| target.relation(&table.schema, &table.name));
        leads_to_tenants(key)
            || wanted.is_some_and(|wanted| wanted.constraints.iter().any(|ours| ours.name == key.name))
    }

    /// Indexes, those of keys too.
    pub(super) fn indexes(&self) -> Verified {
        let (mut missing, mut other) = (Vec::new(), Vec::new());
        for (wanted, now) in self.wanted() {
            let Some(now) = now else { continue };
            for ours in wanted.indexes.iter().filter(|index| !index.of_constraint) {
                match now.indexes.iter().find(|found| found.name == ours.name) {
                    None => missing.push(ours.name.clone()),
                    Some(found) if found.definition != ours.definition => other.push(ours.name.clone()),
                    Some(_) => {}
                }
            }
        }
        let invalid: Vec<String> = self
            .ours()
            .flat_map(|table| &table.indexes)
            .filter(|index| !index.valid)
            .map(|index| index.name.clone())
            .collect();
        let without: Vec<String> =
            self.neighbours().filter(|table| !has_index(table)).map(|table| table.name.clone()).collect();
        let wrong = [
            told("missing", &missing),
            told("none on tenant_id", &without),
            told("another meaning", &other),
            told("INVALID, left by a build that broke off", &invalid),
        ];
        let found = number_of(self.ours().map(|table| table.indexes.len()).sum(), "index");
        let verdict = self.judged(wrong.into_iter().flatten().collect());
        Verified { part: Part::Indexes, found, verdict }
    }
}

fn told(what: &str, names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{what}: {}", few(names)))
}

/// Whether a key makes every tenant of a row exist, once it is validated.
pub(in super::super) fn leads_to_tenants(key: &Constraint) -> bool {
    key.kind == ConstraintKind::Foreign
        && key.columns == ["tenant_id"]
        && key.references.as_deref() == Some("public.tenants")
}

fn has_index(table: &Relation) -> bool {
    table
        .indexes
        .iter()
        .any(|index| index.valid && index.columns.first() == Some(&Some("tenant_id".to_owned())))
}
