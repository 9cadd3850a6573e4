//! Other programs' objects: unchanged, but for what adopting `leads`, `signals` and `contacts` means.
//!
//! A view over tables of ours may be made anew with the same columns. A foreign key on a table of ours, and such a view, may go
//! where the plan asked about it by name.

use super::objects::{Object, Objects, Ours};
use crate::plan::Plan;

/// The tables that are given a tenant.
pub(crate) const ADOPTED: [&str; 3] = ["public.leads", "public.signals", "public.contacts"];

/// What is no longer as it was.
pub(crate) fn faults(before: &Objects, after: &Objects, ours: &Ours, plan: &Plan) -> Vec<String> {
    let theirs = |object: &&Object| is_theirs(object, ours);
    let mut faults = Vec::new();
    for was in before.iter().filter(theirs) {
        match after.like(was) {
            Some(is) if is.told == was.told => {}
            _ if may_go(was, plan, before) => {}
            Some(is) => faults.push(format!(
                "a neighbour's {} {} changed from {} to {}",
                was.kind, was.name, was.told, is.told
            )),
            None => faults.push(format!("a neighbour's {} {} is gone", was.kind, was.name)),
        }
    }
    let was_there =
        |table: &Option<String>| before.iter().any(|was| was.kind == "relation" && was.on_table == *table);
    let new = after.iter().filter(theirs).filter(|is| {
        before.like(is).is_none()
            && was_there(&is.on_table)
            && !was_renamed(is, plan)
            && !is_of_a_partition(is)
    });
    faults.extend(new.map(|is| format!("a neighbour got {} {}: {}", is.kind, is.name, is.told)));
    faults
}

/// Functions are seen through the triggers that call them; schemas get a grant for us.
fn is_theirs(object: &Object, ours: &Ours) -> bool {
    let is_adoption = object.is_about_tenant
        && object.on_table.as_ref().is_some_and(|table| ADOPTED.contains(&table.as_str()));
    !is_adoption && !ours.includes(object) && object.kind != "function" && object.kind != "schema"
}

fn bare(name: &str) -> String {
    name.rsplit(['.', ' ']).next().unwrap_or_default().trim_matches('"').to_owned()
}

/// What had a name of ours has another one, if the plan asked.
fn was_renamed(object: &Object, plan: &Plan) -> bool {
    bare(&object.name).strip_suffix("_legacy").is_some_and(|name| plan.asks_about(name))
        || object.on_table.as_deref().map(bare).is_some_and(|table| table.ends_with("_legacy"))
}

/// An index of a table of partitions is one of each partition.
fn is_of_a_partition(object: &Object) -> bool {
    object.is_about_tenant
        && object
            .on_table
            .as_deref()
            .is_some_and(|table| ADOPTED.iter().any(|adopted| table.starts_with(adopted)))
}

fn may_go(object: &Object, plan: &Plan, before: &Objects) -> bool {
    let table = object.on_table.as_deref().unwrap_or_default();
    let bears_our_name = ["key", "index", "unique index", "relation"].contains(&object.kind.as_str());
    let is_of_such = before.iter().any(|relation| {
        relation.kind == "relation"
            && relation.name == table
            && plan.asks_about(&format!("{} has the name", bare(table)))
    });
    let calls_the_look_up =
        object.told.contains("get_tenant_by_phone(") && plan.asks_about("get_tenant_by_phone_legacy");
    if bears_our_name && plan.asks_about(&bare(&object.name)) || is_of_such || calls_the_look_up {
        return true;
    }
    let is_foreign_key = object.kind == "foreign key";
    let is_view_over_ours = before.iter().any(|view| {
        view.kind == "view" && view.name == table && view.told.starts_with("over tables of ours")
    });
    (is_foreign_key && plan.asks_about(&bare(&object.name)))
        || (is_view_over_ours && plan.asks_about(&bare(table)))
}
