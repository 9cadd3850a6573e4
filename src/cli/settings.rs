//! `switchboard settings …`

mod sources;
mod tried;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use self::sources::{begin, read, refused};
use self::tried::TriedCall;
use super::failure::Failure;
use super::output::say;
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::handling::{changed, shown};
use crate::settings::store;

#[derive(Debug, Subcommand)]
pub(super) enum SettingsCommand {
    /// Show how a tenant's calls are handled, as JSON
    Show {
        /// The tenant's slug
        #[arg(long)]
        tenant: String,
    },
    /// Change how a tenant's calls are handled
    ///
    /// Takes a JSON merge patch: parts that are missing stay, null takes a part back to its usual value, a list is replaced as
    /// a whole. What `settings show` prints can be changed and given back. All mistakes are told at once, and nothing is
    /// saved then (exit 3).
    Set {
        /// The tenant's slug
        #[arg(long)]
        tenant: String,
        /// A file with JSON; - for what is piped in
        #[arg(long, default_value = "-", value_name = "FILE")]
        file: PathBuf,
    },
    /// Try a call: what its caller would hear, and who would be rung
    ///
    /// Nobody is rung, and nothing is written. With a file, the call is tried under settings that are not saved.
    Try(TriedCall),
}

pub(super) async fn run(settings: Settings, command: SettingsCommand) -> Result<(), Failure> {
    let workplace = Workplace::open(&settings).await?;
    let outcome = match command {
        SettingsCommand::Show { tenant } => show(&workplace, &tenant).await,
        SettingsCommand::Set { tenant, file } => set(&workplace, &tenant, &file).await,
        SettingsCommand::Try(wished) => tried::run(&workplace, wished).await,
    };
    workplace.close().await;
    outcome
}

async fn show(workplace: &Workplace, tenant: &str) -> Result<(), Failure> {
    let mut tx = begin(workplace, tenant).await?;
    let row = store::row(&mut tx).await?;
    tx.commit().await?;
    let text =
        serde_json::to_string_pretty(&shown(&row)).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(say(text)?)
}

async fn set(workplace: &Workplace, tenant: &str, file: &Path) -> Result<(), Failure> {
    let patch = read(file)?;
    let mut tx = begin(workplace, tenant).await?;
    store::take_turn(&mut tx).await?;
    let (old, own) = (store::row(&mut tx).await?, store::own_numbers(&mut tx).await?);
    let row = changed(&old, &patch, &own).map_err(|mistakes| refused(&mistakes))?;
    if row == old {
        return Ok(say(format!("{tenant}'s calls are handled like that already"))?);
    }
    store::save(&mut tx, &row, Clock::System.now()).await?;
    tx.commit().await?;
    Ok(say(format!("saved; {tenant}'s calls follow it from now on"))?)
}
