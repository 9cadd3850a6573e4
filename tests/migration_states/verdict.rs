//! Runs the program on one state and says what came of it.

use crate::cluster::{Database, Sessions};
use crate::judge::objects::Ours;
use crate::judge::{self, Before, Versions};
use crate::plan::Plan;
use crate::program::Ended;

/// Where the program keeps that it found everything right.
const VERIFIED: &str = "switchboard.verified_schema";

/// What came of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything holds.
    Converged,
    /// Nothing was changed, and a person was told why.
    Refused { sentence: String },
    /// What doesn't hold.
    Failed { faults: Vec<String> },
}

/// How the program is run: on this database, with these arguments to `migrate`.
pub(crate) type Program<'a> = &'a dyn Fn(&Database, &[&str]) -> Ended;

/// Plans, migrates, migrates again, and judges.
pub(crate) async fn of(database: &Database, ours: &Ours, migrate: Program<'_>) -> Verdict {
    let mut sessions = database.sessions().await;
    let before = Before::of(&mut sessions, ours).await;
    let untouched = Versions::now(&mut sessions.superuser).await;
    let planned = migrate(database, &["--dry-run", "--json"]);
    let mut faults = Vec::new();
    faults.extend(changes("the dry run", &mut sessions, &untouched).await);
    let plan = plan(&planned).unwrap_or_else(|fault| {
        faults.push(fault);
        Plan::default()
    });
    let migrated = migrate(database, &["--approve-all"]);
    if migrated.exit == Some(3) {
        faults.extend(changes("a refusal", &mut sessions, &untouched).await);
        return refusal(&migrated, faults);
    }
    if migrated.exit != Some(0) {
        faults.push(format!("the migration: {}", migrated.told()));
        return Verdict::Failed { faults };
    }
    faults.extend(judge::faults(&mut sessions, ours, &before, &plan).await);
    let done = Versions::now(&mut sessions.superuser).await;
    if plan.steps.is_empty() {
        faults.extend(
            done.changed_since(&untouched)
                .into_iter()
                .filter(|table| table != VERIFIED)
                .map(|table| format!("the plan was empty, and yet rows of {table} were changed")),
        );
    }
    let again = migrate(database, &["--approve-all"]);
    if again.exit != Some(0) || !again.stdout.lines().any(|line| line.trim() == "nothing to do") {
        faults.push(format!(
            "the second run did not say `nothing to do`: {} {}",
            again.told(),
            again.stdout.trim()
        ));
    }
    faults.extend(changes("the second run", &mut sessions, &done).await);
    if faults.is_empty() { Verdict::Converged } else { Verdict::Failed { faults } }
}

/// A refusal has a plan of its own: none.
fn plan(planned: &Ended) -> Result<Plan, String> {
    match planned.exit {
        Some(0) => Plan::parse(&planned.stdout),
        Some(3) => Ok(Plan::default()),
        Some(_) | None => Err(format!("the plan: {}", planned.told())),
    }
}

fn refusal(ended: &Ended, mut faults: Vec<String>) -> Verdict {
    let sentence = ended.stderr.trim().to_owned();
    if sentence.is_empty() {
        faults.push("it was refused without a word".to_owned());
    }
    if faults.is_empty() { Verdict::Refused { sentence } } else { Verdict::Failed { faults } }
}

async fn changes(by: &str, sessions: &mut Sessions, before: &Versions) -> Option<String> {
    let changed = Versions::now(&mut sessions.superuser).await.changed_since(before);
    (!changed.is_empty()).then(|| format!("{by} changed rows of {}", changed.join(", ")))
}
