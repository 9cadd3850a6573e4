//! `switchboard migrate`

use clap::Args;

use super::failure::Failure;
use super::number_import;
use super::older_tokens;
use super::output::{count, say};
use super::workplace::Workplace;
use crate::config::Settings;
use crate::schema::{self, Approval, Migrated, Plan, Rows, StepKind, Verified};

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
    let outcome = act(&settings, &workplace, &arguments).await;
    workplace.close().await;
    outcome
}

async fn act(
    settings: &Settings,
    workplace: &Workplace,
    arguments: &MigrateArguments,
) -> Result<(), Failure> {
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
        let plan = workplace.plan().await?;
        say(in_words(&plan))?;
        let stand = workplace.clear_tokens().await?;
        return Ok(older_tokens::foretold(&stand, &plan, workplace)
            .map_or(Ok(()), |told| say(format!("\n{told}")))?);
    }
    let approval = match (&arguments.approve, arguments.approve_all) {
        (Some(digest), _) => Approval::Of(digest.clone()),
        (None, true) => Approval::All,
        (None, false) => workplace.approval().clone(),
    };
    let consent = older_tokens::consent(workplace, &approval).await;
    let migrated = workplace.migrate_with(&approval).await?;
    say(done(&migrated))?;
    if !migrated.steps.is_empty() {
        say(verified(&workplace.verify().await?))?;
    }
    let mut told = older_tokens::settle(workplace, consent).await;
    // With a token that was just moved Twilio can be asked.
    told.extend(number_import::for_the_lone_tenant(settings, workplace).await);
    Ok(if told.is_empty() { Ok(()) } else { say(format!("\n{}", told.join("\n"))) }?)
}

/// A line for each part, and ok or what is wrong.
fn verified(lines: &[Verified]) -> String {
    let widest = lines.iter().map(|line| line.subject.len()).max().unwrap_or_default();
    let line = |line: &Verified| {
        let verdict =
            if line.wrong.is_empty() { "ok".to_owned() } else { format!("WRONG: {}", line.wrong.join("; ")) };
        format!("{:widest$}  {verdict}  {}", line.subject, line.found)
    };
    ["\nverified:".to_owned()].into_iter().chain(lines.iter().map(line)).collect::<Vec<_>>().join("\n")
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
