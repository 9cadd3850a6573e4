//! Functions: made, replaced, and those of our names that would be called in their place.
//!
//! Promises: an older program's `get_tenant_by_phone(phone_number)` stays callable by that argument name.

use super::super::catalogue::Function;
use super::super::ddl;
use super::super::names::quoted;
use super::super::plan::{Step, StepKind};
use super::Comparison;

fn step(words: String, sql: Vec<String>, function: &Function) -> Step {
    Step::new(StepKind::Additive, vec![function.signature.clone()], words, sql)
}

impl Comparison<'_> {
    /// Types that take the name of a table of ours.
    pub(super) fn types_of_our_names(&mut self) {
        for (schema, name) in &self.found.types {
            if self.target.relation(schema, name).is_none() || self.found.relation(schema, name).is_some() {
                continue;
            }
            let aside = format!("{name}_legacy");
            let sql = format!("ALTER TYPE {} RENAME TO {}", ddl::name(schema, name), quoted(&aside));
            let words =
                format!("the type {schema}.{name} has the name of a table of ours: rename it to {aside}");
            self.push(Step::new(StepKind::Waits, vec![format!("{schema}.{name}")], words, vec![sql]));
        }
    }

    /// Functions and procedures of our names that differ in what `CREATE OR REPLACE` can't change.
    pub(super) fn functions_that_must_go(&mut self) {
        let found = self.found;
        for function in &found.functions {
            let mut ours = self
                .target
                .functions
                .iter()
                .filter(|ours| ours.schema == function.schema && ours.name == function.name)
                .peekable();
            if ours.peek().is_none() || ours.any(|ours| can_be_replaced(function, ours)) {
                continue;
            }
            let (words, sql) = if function.schema != self.shared {
                // What hangs on it is ours, and is made again.
                ("drop it", format!("DROP ROUTINE {} CASCADE", function.signature))
            } else if function.used {
                let aside = self.free_function(function);
                (
                    "others need it: rename it",
                    format!("ALTER ROUTINE {} RENAME TO {aside}", function.signature),
                )
            } else {
                ("drop it", format!("DROP ROUTINE {}", function.signature))
            };
            let words = format!("the function {} is not the one that is needed; {words}", function.signature);
            let kind = if function.used && function.schema == self.shared {
                StepKind::Waits
            } else {
                StepKind::Additive
            };
            self.push(Step { kind, ..step(words, vec![sql], function) });
        }
    }

    fn free_function(&self, function: &Function) -> String {
        let mut free = format!("{}_legacy", function.name);
        while self.found.functions.iter().any(|other| other.schema == function.schema && other.name == free) {
            free.push('2');
        }
        free
    }

    /// Makes or replaces one function.
    pub(super) fn function(&mut self, wanted: &Function) {
        let found = self.found.functions.iter().find(|found| can_be_replaced(found, wanted));
        let Some(definition) = &wanted.definition else { return };
        let (words, now): (_, &[String]) = match found {
            Some(found) if found.definition == wanted.definition => return,
            Some(found) => ("has another body: replace it", &found.grants),
            None => {
                ("is missing: make it", &["PUBLIC".to_owned(), "anon".to_owned(), "authenticated".to_owned()])
            }
        };
        let mut sql = vec![definition.clone()];
        if found.is_none() {
            sql.extend(ddl::callers(wanted, now, &self.found.roles));
        }
        self.push(step(format!("the function {} {words}", wanted.signature), sql, wanted));
    }

    /// Who may call the functions that stand.
    pub(super) fn callers(&mut self) {
        let found = self.found;
        for wanted in &self.target.functions {
            let Some(standing) = found.functions.iter().find(|found| can_be_replaced(found, wanted)) else {
                continue;
            };
            let sql = ddl::callers(wanted, &standing.grants, &found.roles);
            if !sql.is_empty() {
                let words = format!(
                    "the function {} can be called by others than it should be: change that",
                    wanted.signature
                );
                self.push(step(words, sql, wanted));
            }
        }
    }
}

fn can_be_replaced(found: &Function, wanted: &Function) -> bool {
    found.signature == wanted.signature
        && found.kind == wanted.kind
        && found.arguments == wanted.arguments
        && found.result == wanted.result
}
