//! `switchboard hours …`

mod asked;
mod explanation;

use clap::{Args, Subcommand};

pub(super) use self::asked::Asked;
use self::explanation::explain;
use super::failure::Failure;
use super::number::named_tenant;
use super::output::{print_json, say};
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::hours::Hours;
use crate::tenants;

#[derive(Debug, Subcommand)]
pub(super) enum HoursCommand {
    /// Say whether a tenant is open at a moment, why, and until when
    ///
    /// A local time that comes twice, because the clocks are put back, is told both times. For one that is left out,
    /// because they are put forward, the moment of their jump is told.
    Explain(Question),
}

#[derive(Debug, Args)]
pub(super) struct Question {
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// Local time of the tenant, such as 2026-11-01T01:30; with an offset or Z, that moment [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Asked>,
    /// Print JSON instead of sentences
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(settings: Settings, command: HoursCommand) -> Result<(), Failure> {
    let HoursCommand::Explain(question) = command;
    let workplace = Workplace::open(&settings).await?;
    let hours = hours_of(&workplace, &question.tenant).await;
    workplace.close().await;
    let hours = hours?;
    let explanation = explain(&hours, question.at.unwrap_or_else(|| Asked::Moment(Clock::System.now())));
    if question.json {
        return print_json(&explanation.rows(&question.tenant, &hours));
    }
    Ok(say(explanation.text(&question.tenant, &hours))?)
}

async fn hours_of(workplace: &Workplace, tenant: &str) -> Result<Hours, Failure> {
    let database = workplace.pools().await?;
    let mut tx = database.begin(named_tenant(workplace, &database, tenant).await?).await?;
    let stored = tenants::store::hours(&mut tx).await?;
    tx.commit().await?;
    Hours::read(&stored.timezone, stored.business_hours.as_ref())
        .map_err(|error| Failure::Failed(format!("the hours of {tenant} can't be read: {error}")))
}
