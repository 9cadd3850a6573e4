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

impl<'a> Comparison<'a> {
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

    /// Functions and procedures of our own schema that differ in what `CREATE OR REPLACE` can't change. What hangs on them is
    /// ours, and is made again.
    pub(super) fn functions_that_must_go(&mut self) {
        let shared = self.shared;
        for function in self.strangers().into_iter().filter(|function| function.schema != shared) {
            let words = format!("the function {} is not the one that is needed; drop it", function.signature);
            let sql = format!("DROP ROUTINE {} CASCADE", function.signature);
            self.push(step(words, vec![sql], function));
        }
    }

    /// Those of our names that none of ours can replace.
    fn strangers(&self) -> Vec<&'a Function> {
        let found = self.found.functions.iter();
        let is_strange = |function: &&Function| {
            let mut ours = self.target.functions.iter().filter(|ours| is_named(ours, function)).peekable();
            ours.peek().is_some() && !ours.any(|ours| can_be_replaced(function, ours))
        };
        found.filter(is_strange).collect()
    }

    fn free_function(&self, function: &Function) -> String {
        let mut free = format!("{}_legacy", function.name);
        while self.found.functions.iter().any(|other| other.schema == function.schema && other.name == free) {
            free.push('2');
        }
        free
    }

    /// Makes or replaces one function. One of its name that an older program made goes in the same transaction, for its callers
    /// call it all the time; they may call ours.
    pub(super) fn function(&mut self, wanted: &Function) {
        let found = self.found.functions.iter().find(|found| can_be_replaced(found, wanted));
        let Some(definition) = &wanted.definition else { return };
        let is_first = self
            .target
            .functions
            .iter()
            .find(|ours| is_named(ours, wanted))
            .is_some_and(|ours| ours == wanted);
        let going: Vec<Function> = self
            .strangers()
            .into_iter()
            .filter(|going| is_first && going.schema == self.shared && is_named(going, wanted))
            .cloned()
            .collect();
        let mut sql: Vec<String> = going.iter().map(|going| self.gone(going)).collect();
        let words = match found {
            Some(found) if found.definition == wanted.definition => {
                if going.is_empty() {
                    return;
                }
                "stands beside others of its name: drop them"
            }
            Some(_) => "has another body: replace it",
            None if going.is_empty() => "is missing: make it",
            None => "is not the one that is needed: replace it, for the same callers",
        };
        if found.is_none_or(|found| found.definition != wanted.definition) {
            sql.push(definition.clone());
        }
        if found.is_none() {
            let everybody = ddl::OUTSIDERS.map(str::to_owned);
            sql.extend(ddl::callers(wanted, &everybody, &self.found.roles));
            sql.extend(ddl::granted_again(wanted, &going));
        }
        let waits = going.iter().any(|going| going.used);
        let kind = if waits { StepKind::Waits } else { StepKind::Additive };
        self.push(Step { kind, ..step(format!("the function {} {words}", wanted.signature), sql, wanted) });
    }

    /// What others need is renamed, and stays.
    fn gone(&self, function: &Function) -> String {
        if function.used {
            format!("ALTER ROUTINE {} RENAME TO {}", function.signature, self.free_function(function))
        } else {
            format!("DROP ROUTINE {}", function.signature)
        }
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

fn is_named(one: &Function, other: &Function) -> bool {
    one.schema == other.schema && one.name == other.name
}

fn can_be_replaced(found: &Function, wanted: &Function) -> bool {
    found.signature == wanted.signature
        && found.kind == wanted.kind
        && found.arguments == wanted.arguments
        && found.result == wanted.result
}
