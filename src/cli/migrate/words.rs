//! What `migrate` tells a person.
//!
//! Promises: the same words for a live database and for a state that was sent; lines of 80 columns where names allow it.

use super::super::layout::beside;
use super::super::output::count;
use crate::schema::{Diagnosis, Migrated, Plan, StepKind};

/// What a run did.
pub(super) fn done(migrated: &Migrated) -> String {
    let mut lines: Vec<String> =
        migrated.applied.iter().map(|applied| format!("applied:  {applied}")).collect();
    lines.extend(migrated.steps.iter().map(|step| format!("done:     {step}")));
    if !migrated.from_the_future.is_empty() {
        lines.push(format!(
            "newer:    {:?} are of a newer version; this one serves all the same",
            migrated.from_the_future
        ));
    }
    lines.push(if migrated.applied.is_empty() && migrated.steps.is_empty() {
        "nothing to do".to_owned()
    } else {
        let steps = count(migrated.steps.len(), "step");
        format!("done: {} applied, {steps} run", count(migrated.applied.len(), "migration"))
    });
    lines.join("\n")
}

/// What stands, and each step with what it stops.
pub(super) fn diagnosis(diagnosis: &Diagnosis) -> String {
    let widest = diagnosis.stands.iter().map(|line| line.name.len()).max().unwrap_or_default();
    let mut lines = vec!["what stands:".to_owned()];
    lines.extend(
        diagnosis.stands.iter().map(|line| beside(&format!("  {:widest$}  ", line.name), &line.found)),
    );
    lines.push("\nwhat is to be done:".to_owned());
    for (number, step) in (1..).zip(&diagnosis.plan.steps) {
        let mark = if step.kind == StepKind::Waits { " [waits for your approval]" } else { "" };
        lines.push(beside(&format!("{number:>3}. "), &format!("{}{mark}", step.words)));
        lines.extend(step.stops.iter().map(|stops| beside("     - ", stops)));
    }
    if diagnosis.plan.steps.is_empty() {
        lines.push("  nothing to do".to_owned());
    }
    lines.join("\n")
}

/// How to go on from a plan of a live database; nothing where nothing is to be done.
pub(super) fn how_to_go_on(plan: &Plan) -> Option<String> {
    match (plan.steps.len(), plan.waiting().count()) {
        (0, _) => None,
        (_, 0) => Some("\nNothing waits for an approval. Run `switchboard migrate`.".to_owned()),
        (_, waiting) => Some(format!(
            "\n{} for your approval; `switchboard migrate` does only the rest.\nTo do all of it, run\n\n\
             switchboard migrate --approve {}",
            if waiting == 1 { "1 step waits".to_owned() } else { format!("{waiting} steps wait") },
            plan.digest()
        )),
    }
}
