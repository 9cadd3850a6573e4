//! From a plan to a right database.
//!
//! Promises: a crash at any moment leaves a state of which the next run makes a new plan; what waits runs only when approved,
//! and an approval is kept over a crash.
//! Doesn't: decide what a step is, or how it runs.

use std::collections::BTreeSet;

use sqlx::migrate::Migration;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::catalogue::{Catalogue, Relation};
use super::compare::{Building, compare};
use super::error::{Refusal, SchemaError};
use super::names::{Names, literal};
use super::plan::{AUDIT, Plan, Step, StepKind, hex};
use super::prepare::{connect, prepare};
use super::read::{self, Rows, Target};
use super::run::{met_a_new_row, run_step};
use super::target;

/// What somebody has agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Approval {
    /// Nothing: only what needs nobody's consent.
    #[default]
    None,
    /// The plan of this digest.
    Of(String),
    /// Whatever is needed.
    All,
}

/// How often a plan may have a next one. A dropped function takes what hangs on it along, which the next plan makes again.
const ROUNDS: usize = 9;
const APPROVED: &str = "approved step ";
/// The columns of the audit that the note of an approval needs.
const NOTED: [&str; 3] = ["relation", "decision", "detail"];

/// What would be done, with the rows counted. Changes nothing.
pub async fn plan(options: &PgConnectOptions) -> Result<Plan, SchemaError> {
    let (names, found, target) = both(options).await?;
    Ok(whole_plan(&found, &target, &names, Building::WhileCallsCome)?)
}

/// The same for [`script`](super::script()): as much as possible of it can run in one transaction. Changes nothing.
pub async fn plan_for_script(options: &PgConnectOptions) -> Result<Plan, SchemaError> {
    let (names, found, target) = both(options).await?;
    Ok(whole_plan(&found, &target, &names, Building::InOneScript)?)
}

/// The steps, and the note that the migrations were applied, when nothing else is left.
pub(super) fn whole_plan(
    found: &Catalogue,
    target: &Catalogue,
    names: &Names,
    building: Building,
) -> Result<Plan, Refusal> {
    let mut plan = compare(found, target, &names.shared, building)?;
    let missing: Vec<_> =
        target::migrations().filter(|migration| !found.applied.contains(&migration.version)).collect();
    if missing.is_empty() {
        return Ok(plan);
    }
    let note = |migration: &&Migration| {
        format!(
            "INSERT INTO {} (version, description, success, checksum, execution_time) VALUES ({}, {}, true, '\\x{}', 0) ON CONFLICT DO NOTHING",
            names.ledger(),
            migration.version,
            literal(&migration.description),
            hex(&migration.checksum)
        )
    };
    plan.steps.push(Step::new(
        StepKind::Additive,
        target.relations.iter().map(Relation::full_name).collect(),
        "the schema is then what the migrations make: note them as applied",
        missing.iter().map(note).collect(),
    ));
    Ok(plan)
}

/// What stands, and what should, without a change.
pub(super) async fn both(options: &PgConnectOptions) -> Result<(Names, Catalogue, Catalogue), SchemaError> {
    let mut connection = connect(options).await?;
    let names = Names::of_database(&mut connection).await?;
    let found = read::read(&mut connection, &names, Rows::Counted).await?;
    let target = read::read_target(&mut connection, &names).await?;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok((names, found, target))
}

/// A database that is right.
#[derive(Debug)]
pub(super) struct Converged {
    /// What was done, in words.
    pub(super) done: Vec<String>,
    /// What stands now.
    pub(super) found: Catalogue,
    /// What it was compared with.
    pub(super) target: Target,
}

/// Brings what stands to the target. `found` is what stands, where it was read under the lock and nothing was changed since.
pub(super) async fn converge(
    connection: &mut PgConnection,
    names: &Names,
    approval: &Approval,
    found: Option<Catalogue>,
) -> Result<Converged, SchemaError> {
    let target = Target::build(connection, names).await?;
    let mut known = found;
    let mut done = Vec::new();
    let mut approved = BTreeSet::new();
    for round in 0..ROUNDS {
        let found = match known.take() {
            Some(found) => found,
            None => read::read(connection, names, Rows::Ignored).await?,
        };
        let plan = whole_plan(&found, target.catalogue(), names, Building::WhileCallsCome)?;
        if plan.steps.is_empty() {
            return Ok(Converged { done, found, target });
        }
        if round == 0 {
            // Only now: a plan that is refused must change nothing.
            prepare(connection, names).await?;
        }
        if let Some(audit) = missing_audit(&plan, &found) {
            // Before all others: it keeps an approval over a crash.
            run_step(connection, audit).await?;
            done.push(audit.words.clone());
            continue;
        }
        if round == 0 {
            continue;
        }
        approve(connection, &plan, approval, &found, &mut approved).await?;
        match run(connection, &plan, &approved, &mut done).await {
            Err(error) if round + 1 < ROUNDS && met_a_new_row(&error) => {
                tracing::info!("a row was written meanwhile that needs the same: making a new plan");
            }
            outcome => outcome?,
        }
    }
    let found = read::read(connection, names, Rows::Ignored).await?;
    let plan = whole_plan(&found, target.catalogue(), names, Building::WhileCallsCome)?;
    let left: Vec<String> = plan.steps.into_iter().map(|step| step.words).collect();
    if left.is_empty() {
        Ok(Converged { done, found, target })
    } else {
        Err(Refusal::NotConverged { found: left.join("; ") }.into())
    }
}

/// The step that makes the audit, where nothing stands in its place.
fn missing_audit<'a>(plan: &'a Plan, found: &Catalogue) -> Option<&'a Step> {
    if found.relations.iter().any(|relation| relation.full_name() == AUDIT) {
        return None;
    }
    plan.steps.iter().find(|step| step.kind == StepKind::Additive && step.about == [AUDIT])
}

/// Adds the digests of the waiting steps that somebody agreed to, now or before a crash. An agreement is kept where there is
/// a place for it, before the first of its steps runs.
async fn approve(
    connection: &mut PgConnection,
    plan: &Plan,
    approval: &Approval,
    found: &Catalogue,
    approved: &mut BTreeSet<String>,
) -> Result<(), SchemaError> {
    let before = found.decided.iter().filter_map(|decision| decision.strip_prefix(APPROVED));
    approved.extend(before.map(str::to_owned));
    let agreed = match approval {
        Approval::All => true,
        Approval::Of(digest) => *digest == plan.digest(),
        Approval::None => false,
    };
    if !agreed {
        return Ok(());
    }
    let new: Vec<&Step> = plan.waiting().filter(|step| !approved.contains(&step.digest())).collect();
    let audit = found.relations.iter().find(|relation| relation.full_name() == AUDIT);
    let takes_it = |audit: &Relation| NOTED.iter().all(|column| audit.column(column).is_some());
    if audit.is_some_and(takes_it) {
        note_approval(connection, &new).await?;
    }
    approved.extend(new.into_iter().map(Step::digest));
    Ok(())
}

/// Runs what may run, and keeps in words what did.
async fn run(
    connection: &mut PgConnection,
    plan: &Plan,
    approved: &BTreeSet<String>,
    done: &mut Vec<String>,
) -> Result<(), SchemaError> {
    let agreed = plan.waiting().all(|step| approved.contains(&step.digest()));
    let steps: Vec<&Step> = if agreed { plan.steps.iter().collect() } else { plan.ready() };
    for step in steps {
        run_step(connection, step).await?;
        tracing::info!("migrated: {}", step.words);
        done.push(step.words.clone());
    }
    if agreed {
        return Ok(());
    }
    let waiting = plan.waiting().map(|step| step.words.clone()).collect();
    Err(Refusal::Waiting { waiting, digest: plan.digest() }.into())
}

async fn note_approval(connection: &mut PgConnection, steps: &[&Step]) -> Result<(), SchemaError> {
    let statement = "INSERT INTO switchboard.migration_audit (relation, decision, detail)
                     SELECT relation, decision, jsonb_build_object('step', words)
                       FROM unnest($1::text[], $2::text[], $3::text[]) AS note (relation, decision, words)";
    let relations: Vec<Option<&str>> =
        steps.iter().map(|step| step.about.first().map(String::as_str)).collect();
    let decisions: Vec<String> = steps.iter().map(|step| format!("{APPROVED}{}", step.digest())).collect();
    let words: Vec<&str> = steps.iter().map(|step| step.words.as_str()).collect();
    sqlx::query(statement).bind(relations).bind(decisions).bind(words).execute(connection).await?;
    Ok(())
}
