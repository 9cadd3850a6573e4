//! `switchboard migrate`

mod clean_slate;
mod from_state;
mod words;

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::failure::Failure;
use super::number_import;
use super::older_tokens;
use super::output::say;
use super::verification;
use super::workplace::Workplace;
use crate::config::Settings;
use crate::schema::{self, Approval, Rows, Verification};
use from_state::Form;

/// What `migrate` takes.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("looks").args(["dry_run", "from"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct MigrateArguments {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the plan as JSON
    #[arg(long, requires = "looks")]
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
    /// Say what is to be done about a state that somebody sent: the result of that query, in a file, or - for standard
    /// input. Needs no database
    #[arg(long, value_name = "STATE.json", conflicts_with_all = ["approve", "approve_all"])]
    from: Option<PathBuf>,
    /// Drop all that belongs to tenants, so that a migration begins anew; says first what that is. Where there are rows,
    /// it wants their number
    #[arg(long, conflicts_with_all = ["json", "sql", "approve", "approve_all", "from"])]
    clean_slate: bool,
    /// How many rows --clean-slate may drop: the number that it shows
    #[arg(long, value_name = "NUMBER", requires = "clean_slate", conflicts_with = "dry_run")]
    drop_rows: Option<i64>,
}

impl MigrateArguments {
    /// Whether it works on nothing but its arguments.
    pub(super) fn needs_no_database(&self) -> bool {
        self.state_query || self.from.is_some()
    }
}

/// What needs no database, and no setting to be right.
pub(super) fn run_without_database(arguments: &MigrateArguments) -> Result<(), Failure> {
    let form = match (arguments.json, arguments.sql) {
        (true, _) => Form::Json,
        (false, true) => Form::Script,
        (false, false) => Form::Words,
    };
    match &arguments.from {
        Some(file) => from_state::answer(file, form),
        None => Ok(say(schema::state_query(&schema::Names::usual(), Rows::Counted))?),
    }
}

pub(super) async fn run(settings: Settings, arguments: MigrateArguments) -> Result<(), Failure> {
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
    match (arguments.clean_slate, arguments.dry_run) {
        (true, true) => clean_slate::look(workplace).await,
        (true, false) => clean_slate::clear(workplace, arguments.drop_rows.unwrap_or(0)).await,
        (false, true) => tell(workplace).await,
        (false, false) => migrate(settings, workplace, arguments).await,
    }
}

/// A dry run.
async fn tell(workplace: &Workplace) -> Result<(), Failure> {
    let diagnosis = workplace.diagnose().await?;
    say(format!("\n{}", words::diagnosis(&diagnosis)))?;
    if let Some(next) = words::how_to_go_on(&diagnosis.plan) {
        say(next)?;
    }
    let stand = workplace.clear_tokens().await?;
    let told = older_tokens::foretold(&stand, &diagnosis.plan, workplace);
    told.map_or(Ok(()), |told| Ok(say(format!("\n{told}"))?))
}

async fn migrate(
    settings: &Settings,
    workplace: &Workplace,
    arguments: &MigrateArguments,
) -> Result<(), Failure> {
    let approval = match (&arguments.approve, arguments.approve_all) {
        (Some(digest), _) => Approval::Of(digest.clone()),
        (None, true) => Approval::All,
        (None, false) => workplace.approval().clone(),
    };
    let consent = older_tokens::consent(workplace, &approval).await;
    let migrated = workplace.migrate_with(&approval).await?;
    say(words::done(&migrated))?;
    if !migrated.steps.is_empty() {
        tell_of_all_parts(workplace, &migrated).await?;
    }
    let mut told = older_tokens::settle(workplace, consent).await;
    // With a token that was just moved Twilio can be asked.
    told.extend(number_import::for_the_lone_tenant(settings, workplace).await);
    Ok(if told.is_empty() { Ok(()) } else { say(format!("\n{}", told.join("\n"))) }?)
}

async fn tell_of_all_parts(workplace: &Workplace, migrated: &schema::Migrated) -> Result<(), Failure> {
    match workplace.verify_migrated(migrated).await? {
        Verification::Of(lines) => Ok(say(format!("\nverified:\n{}", verification::in_words(&lines)))?),
        Verification::NothingYet => Ok(()),
    }
}
