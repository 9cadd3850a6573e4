//! Other programs' objects: unchanged, but for what adopting `leads`, `signals` and `contacts` means.
//!
//! A trigger that somebody adds to a table of ours after the adoption stays as well.
//!
//! A view over tables of ours may be made anew with the same columns. Where the plan asked about it by name, such a view and a
//! foreign key on a table of ours may go, a default that calls our look-up may be written anew, and what bears a name of ours
//! may get another one.

use super::objects::{Object, Objects, Ours};
use crate::plan::Plan;

/// The tables that are given a tenant.
pub(crate) const ADOPTED: [&str; 3] = ["public.leads", "public.signals", "public.contacts"];

/// What the triggers of older programs call. Those never stay on tables of ours.
const OLDER_FUNCTIONS: [&str; 2] = ["update_updated_at_column(", "update_weekly_analytics("];

/// Is there once a database was adopted.
const ADOPTED_ONCE: &str = "switchboard.verified_schema";

/// The one function that other programs call.
const LOOK_UP: &str = "get_tenant_by_phone";

/// What is no longer as it was.
pub(crate) fn faults(before: &Objects, after: &Objects, ours: &Ours, plan: &Plan) -> Vec<String> {
    let theirs = |object: &&Object| is_theirs(object, ours);
    let mut faults = Vec::new();
    for was in before.iter().filter(theirs) {
        match after.like(was) {
            Some(is) if is.told == was.told => {}
            _ if may_go(was, plan, before) || may_be_renamed(was, ours, plan) => {}
            Some(is) => faults.push(format!(
                "a neighbour's {} {} changed from {} to {}",
                was.kind, was.name, was.told, is.told
            )),
            None => faults.push(format!("a neighbour's {} {} is gone", was.kind, was.name)),
        }
    }
    let added = before.iter().filter(|was| is_added_trigger(was, before, ours));
    let gone = added.filter(|was| after.like(was) != Some(was));
    faults.extend(
        gone.map(|was| format!("the trigger {}, which somebody added to a table of ours, is gone", was.name)),
    );
    let was_there =
        |table: &Option<String>| before.iter().any(|was| was.kind == "relation" && was.on_table == *table);
    let is_renamed = |is: &Object| {
        let had_it = |was: &Object| {
            was.kind == is.kind && was.told.replace(bare(&was.name), bare(&is.name)) == is.told
        };
        before.iter().any(|was| may_be_renamed(was, ours, plan) && had_it(was))
    };
    let new = after
        .iter()
        .filter(theirs)
        .filter(|is| before.like(is).is_none() && was_there(&is.on_table) && !is_renamed(is));
    faults.extend(new.map(|is| format!("a neighbour got {} {}: {}", is.kind, is.name, is.told)));
    faults
}

/// Functions are seen through the triggers that call them; schemas get a grant for us.
fn is_theirs(object: &Object, ours: &Ours) -> bool {
    let is_adoption = object.is_about_tenant
        && object.on_table.as_ref().is_some_and(|table| ADOPTED.contains(&table.as_str()));
    !is_adoption && !ours.includes(object) && object.kind != "function" && object.kind != "schema"
}

/// A trigger on a table of ours that came after the adoption, and is no older program's.
fn is_added_trigger(object: &Object, before: &Objects, ours: &Ours) -> bool {
    let is_older = OLDER_FUNCTIONS.iter().any(|function| object.told.contains(function));
    let is_adopted = before.iter().any(|was| was.kind == "relation" && was.name == ADOPTED_ONCE);
    object.kind == "trigger" && ours.includes(object) && is_adopted && !is_older
}

fn may_go(object: &Object, plan: &Plan, before: &Objects) -> bool {
    let table = object.on_table.as_deref().unwrap_or_default();
    let is_view_over_ours = before.iter().any(|view| {
        view.kind == "view" && view.name == table && view.told.starts_with("over tables of ours")
    });
    let calls_ours = object.kind == "column" && object.told.contains(&format!("{LOOK_UP}("));
    (object.kind == "foreign key" && plan.asks_about(bare(&object.name)))
        || (is_view_over_ours && plan.asks_about(bare(table)))
        || (calls_ours && plan.asks_about(LOOK_UP))
}

/// An index, a key or a relation under a name that is ours, or what stands on such a relation.
fn may_be_renamed(object: &Object, ours: &Ours, plan: &Plan) -> bool {
    let table = object.on_table.as_deref().unwrap_or_default();
    let is_in_the_way = |name: &str| {
        let is_in_a_schema_of_ours = name.starts_with("public.") || name.starts_with("switchboard.");
        is_in_a_schema_of_ours && ours.has_relation_called(bare(name)) && plan.asks_about(bare(name))
    };
    let bears_a_name = ["index", "unique index", "key", "relation"].contains(&object.kind.as_str());
    (bears_a_name && is_in_the_way(&object.name)) || is_in_the_way(table)
}

/// The last part of a name, without quotes.
fn bare(name: &str) -> &str {
    name.rsplit(['.', ' ']).next().unwrap_or_default().trim_matches('"')
}
