//! `switchboard doctor`
//!
//! Promises: a list of what is right and what is not, each with what to do, and at the end what to do first; exit 0 if
//! nothing is red, 1 otherwise. It changes nothing, except that a private database migrates itself as for any command.
//! Doesn't: repair anything, or print a token, a key or a password.

mod accounts;
mod check;
mod database;
mod explanation;
mod handling;
mod number_settings;
mod report;
mod schema;
mod settings;
mod tenants;
mod test_call;
mod webhooks;

use std::io::IsTerminal as _;

use clap::Args;

use self::check::{Area, Check};
use self::explanation::Codes;
use self::report::{Ink, Report};
use super::failure::Failure;
use super::output::{print_json, say};
use super::server_note;
use super::verification;
use super::workplace::Workplace;
use crate::config::{Mistakes, Settings};
use crate::numbers::store::ListedNumber;
use crate::schema::{Rows, Verification};
use crate::tenancy::Database;
use crate::tenancy::account::Account;
use crate::tenancy::routes::{StoredSettings, stored_settings};
use crate::tenants::tenant::ListedTenant;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct DoctorArguments {
    /// Print JSON instead of the list
    #[arg(long)]
    json: bool,
    /// Only the schema, and each part of it
    #[arg(long)]
    schema: bool,
    /// Only say what an error code of a migration means for this database; without CODE, all that people met
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = explanation::ALL, conflicts_with = "schema")]
    explain: Option<Codes>,
}

/// The list where not even the settings can be read.
pub(super) fn complain_of_settings(arguments: DoctorArguments, mistakes: &Mistakes) -> Result<(), Failure> {
    print(arguments, &settings::of_mistakes(mistakes))
}

pub(super) async fn run(settings: Settings, arguments: DoctorArguments) -> Result<(), Failure> {
    if arguments.schema || arguments.explain.is_some() {
        let workplace = open(&settings).await?;
        let outcome = answer(&workplace, arguments).await;
        workplace.close().await;
        return outcome;
    }
    let mut checks = settings::checks(&settings);
    match open(&settings).await {
        Ok(workplace) => {
            examine(&settings, Some(&workplace), &mut checks).await;
            workplace.close().await;
        }
        Err(failure) => {
            checks.push(Check::red(
                Area::Database,
                failure.to_string(),
                "set DATABASE_URL as the server has it, or SWITCHBOARD_DATA_DIR to its data directory",
            ));
            examine(&settings, None, &mut checks).await;
        }
    }
    print(arguments, &checks)
}

/// The answer to one question, instead of the list.
async fn answer(workplace: &Workplace, arguments: DoctorArguments) -> Result<(), Failure> {
    if let Some(codes) = arguments.explain {
        let explanations = workplace.explain(&codes.each()).await?;
        if arguments.json {
            return print_json(&explanations);
        }
        say(format!("database: {}\n", workplace.description))?;
        return Ok(say(explanation::in_words(&explanations))?);
    }
    let lines = match workplace.verify(Rows::Counted).await? {
        Verification::Of(lines) => lines,
        Verification::NothingYet if arguments.json => Vec::new(),
        Verification::NothingYet => {
            return Err(Failure::Failed(
                "nothing of Switchboard's is here yet; run `switchboard migrate`".to_owned(),
            ));
        }
    };
    if arguments.json {
        print_json(&lines)?;
    } else {
        say(format!("database: {}\n", workplace.description))?;
        say(verification::in_words(&lines))?;
    }
    match verification::wrong(&lines) {
        0 => Ok(()),
        wrong => Err(Failure::Failed(format!(
            "{} not right; `switchboard migrate --dry-run` says what would be done",
            if wrong == 1 { "1 part is".to_owned() } else { format!("{wrong} parts are") }
        ))),
    }
}

/// Whoever only looks makes no database.
async fn open(settings: &Settings) -> Result<Workplace, Failure> {
    if settings.database.is_none() && !settings.data_directory.join("postgres").exists() {
        let place = settings.data_directory.display();
        return Err(Failure::Failed(format!(
            "DATABASE_URL is not set, and there is no private PostgreSQL in {place}"
        )));
    }
    Workplace::open(settings).await
}

/// From the inside to the outside: what stands first is often the cause of what follows.
async fn examine(settings: &Settings, workplace: Option<&Workplace>, checks: &mut Vec<Check>) {
    let database = match workplace {
        Some(workplace) => database::examine(workplace, checks).await,
        None => None,
    };
    let opened = workplace.zip(database.as_ref());
    let directory = match opened {
        Some((workplace, database)) => match Directory::read(workplace, database).await {
            Ok(directory) => Some(directory),
            Err(error) => {
                checks.push(Check::red(
                    Area::Database,
                    format!("tenants and numbers can't be read: {error}"),
                    "see the reason given by PostgreSQL; `switchboard migrate` brings back what is missing",
                ));
                None
            }
        },
        None => None,
    };
    let tenants = directory.as_ref().map_or(&[][..], |directory| &directory.tenants);
    let accounts = accounts::examine(settings, opened, tenants, checks).await;
    if let Some(directory) = &directory {
        checks.extend(tenants::checks(&directory.tenants, &directory.numbers, directory.unrouted));
        checks.extend(handling::checks(&directory.settings));
    }
    let numbers = directory.as_ref().map_or(&[][..], |directory| &directory.numbers);
    outside(settings, &accounts, numbers, checks).await;
}

async fn outside(
    settings: &Settings,
    accounts: &[Account],
    numbers: &[ListedNumber],
    checks: &mut Vec<Check>,
) {
    let note = server_note::read(&settings.data_directory);
    test_call::examine(&settings.public_urls, note.as_ref(), accounts, checks).await;
    webhooks::examine(settings, accounts, numbers, checks).await;
}

/// What the database knows of the firms.
struct Directory {
    tenants: Vec<ListedTenant>,
    numbers: Vec<ListedNumber>,
    settings: Vec<StoredSettings>,
    unrouted: i64,
}

impl Directory {
    async fn read(workplace: &Workplace, database: &Database) -> Result<Self, sqlx::Error> {
        let settings = stored_settings(database, workplace.operator()).await?;
        let mut connection = database.operator(workplace.operator()).await?;
        Ok(Self {
            settings,
            tenants: crate::tenants::store::list(&mut connection).await?,
            numbers: crate::numbers::store::list(&mut connection).await?,
            unrouted: crate::tenants::store::count_unrouted_calls(&mut connection).await?,
        })
    }
}

fn print(arguments: DoctorArguments, checks: &[Check]) -> Result<(), Failure> {
    let report = Report::of(checks);
    if arguments.json {
        say(serde_json::to_string_pretty(&report).map_err(|error| Failure::Failed(error.to_string()))?)?;
    } else {
        let ink = if std::io::stdout().is_terminal() { Ink::Coloured } else { Ink::Plain };
        say(report.text(ink))?;
    }
    match report.red() {
        0 => Ok(()),
        1 => Err(Failure::Failed("one thing is red".to_owned())),
        red => Err(Failure::Failed(format!("{red} things are red"))),
    }
}
