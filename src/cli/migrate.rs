//! `switchboard migrate`

use clap::Args;

use super::failure::Failure;
use super::output::{count, say};
use super::verification;
use super::workplace::Workplace;
use crate::config::Settings;
use crate::schema::{self, Approval, Migrated, Plan, Rows, StepKind, Verification};

/// What `migrate` takes.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct MigrateArguments {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the plan as JSON
    #[arg(long, requires = "dry_run")]
    json: bool,
    /// Print the plan as a script for an SQL editor
    #[arg(long, conflicts_with_all = ["json", "approve", "approve_all"])]
    sql: bool,
    /// Also run the steps that wait, if they are those of this digest
    #[arg(long, value_name = "DIGEST", conflicts_with = "approve_all")]
    approve: Option<String>,
    /// Also run all steps that wait
    #[arg(long)]
    approve_all: bool,
    /// Print the read-only query whose result tells the state of a database
    #[arg(long, exclusive = true)]
    state_query: bool,
}

pub(super) async fn run(settings: Settings, arguments: MigrateArguments) -> Result<(), Failure> {
    if arguments.state_query {
        return Ok(say(schema::state_query(&schema::Names::usual(), Rows::Counted))?);
    }
    let workplace = Workplace::open(&settings).await?;
    let outcome = act(&workplace, &arguments).await;
    workplace.close().await;
    outcome
}

async fn act(workplace: &Workplace, arguments: &MigrateArguments) -> Result<(), Failure> {
    if arguments.sql {
        return Ok(say(schema::script(&workplace.plan_for_script().await?, &schema::Names::usual()))?);
    }
    if arguments.json {
        let plan = workplace.plan().await?;
        let text = serde_json::to_string_pretty(&plan).map_err(|error| Failure::Failed(error.to_string()))?;
        return Ok(say(text)?);
    }
    say(format!("database: {}", workplace.description))?;
    if arguments.dry_run {
        return Ok(say(in_words(&workplace.plan().await?))?);
    }
    let migrated = match (&arguments.approve, arguments.approve_all) {
        (Some(digest), _) => workplace.migrate_with(&Approval::Of(digest.clone())).await?,
        (None, true) => workplace.migrate_with(&Approval::All).await?,
        (None, false) => workplace.migrate().await?,
    };
    say(done(&migrated))?;
    if migrated.steps.is_empty() {
        return Ok(());
    }
    match workplace.verify(Rows::Counted).await? {
        Verification::Of(lines) => Ok(say(format!("\nverified:\n{}", verification::in_words(&lines)))?),
        Verification::NothingYet => Ok(()),
    }
}

fn done(migrated: &Migrated) -> String {
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

fn in_words(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for (number, step) in (1..).zip(&plan.steps) {
        let mark = if step.kind == StepKind::Waits { "  [waits for your approval]" } else { "" };
        lines.push(format!("{number:>3}. {}{mark}", step.words));
        lines.extend(step.stops.iter().map(|stops| format!("     - {stops}")));
    }
    lines.push(match (plan.steps.len(), plan.waiting().count()) {
        (0, _) => "nothing to do".to_owned(),
        (_, 0) => "Nothing waits for an approval. Run `switchboard migrate`.".to_owned(),
        (_, waiting) => format!(
            "{} for your approval. Run `switchboard migrate --approve {}`, or without it for the rest.",
            if waiting == 1 { "1 step waits".to_owned() } else { format!("{waiting} steps wait") },
            plan.digest()
        ),
    });
    lines.join("\n")
}
