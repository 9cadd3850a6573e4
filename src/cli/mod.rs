//! The command line.
//!
//! Promises: what a command was asked for goes to stdout, everything else to stderr; every list has `--json`; exit codes are
//! 0 done, 1 failed, 2 usage, 3 refused with nothing changed; no secret is ever an argument.
//! Doesn't: hold logic of its own; each command opens what it needs and calls the business.

mod account;
mod completions;
mod demo;
mod doctor;
mod failure;
mod healthcheck;
mod hours;
mod key;
mod layout;
mod migrate;
mod number;
mod number_import;
mod numbers_at_twilio;
mod older_tokens;
mod openapi;
mod output;
mod serve;
mod server_note;
mod settings;
mod signature;
mod simulate;
mod spoken;
mod tenant;
mod verification;
mod web_client;
mod workplace;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Environment, LogFormatSetting, Settings, Tracing};
use crate::telemetry::{self, Collector, LogFormat};
use failure::Failure;

/// Answers the phone for many businesses on Twilio.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, max_term_width = 80, after_help = SETTINGS_HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const SETTINGS_HELP: &str = "\
Settings come from the environment: DATABASE_URL, MIGRATION_DATABASE_URL,
SWITCHBOARD_MIGRATE_APPROVE, SWITCHBOARD_DATA_DIR (./data), PORT (8080),
BIND_ADDR, METRICS_PORT, PUBLIC_BASE_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN,
TWILIO_AUTH_TOKEN_SECONDARY, SWITCHBOARD_ENCRYPTION_KEYS, SWITCHBOARD_PG_BIN,
SWITCHBOARD_PG_NO_SYSTEM, RUST_LOG, LOG_FORMAT, OTEL_EXPORTER_OTLP_ENDPOINT
(traces; other OTEL_ variables as usual).
Secrets may come from a file instead: NAME_FILE holds its path.

Without DATABASE_URL, commands use the private PostgreSQL of the data directory.";

#[derive(Debug, Subcommand)]
enum Command {
    /// See it work: a private database, two tenants, and calls through the real door
    Demo(demo::DemoArguments),
    /// Answer the phone
    Serve(serve::ServeArguments),
    /// Bring the database to the schema of this version
    Migrate(migrate::MigrateArguments),
    /// Make and list tenants
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Give phone numbers to tenants, by hand or as Twilio knows them, and list them
    #[command(subcommand)]
    Number(number::NumberCommand),
    /// Show and change how a tenant's calls are handled
    #[command(subcommand)]
    Settings(settings::SettingsCommand),
    /// Say when a tenant is open
    #[command(subcommand)]
    Hours(hours::HoursCommand),
    /// Store the tokens of Twilio accounts, and list the accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Make keys of the API
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Do what Twilio does, on the local server
    #[command(subcommand)]
    Simulate(simulate::SimulateCommand),
    /// Say what is right and what is not, and what to do first
    Doctor(doctor::DoctorArguments),
    /// Judge the signatures of webhooks
    #[command(subcommand)]
    Signature(signature::SignatureCommand),
    /// Ask the server of this machine whether it answers calls: exit 0 if so, 1 if not
    Healthcheck,
    /// Print what the server answers to, as an OpenAPI 3.1 document
    Openapi,
    /// Print the completions of a shell
    Completions(completions::CompletionsArguments),
}

/// Reads the command line, does what it says, and tells how it went.
#[must_use]
pub fn run() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => {
            // Help and version come this way too, with exit code 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match execute(command_line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            failure.exit_code()
        }
    }
}

fn execute(command: Command) -> Result<(), Failure> {
    // These need no settings to be right, and no runtime of ours.
    let command = match command {
        Command::Signature(command) => return signature::run(&command),
        Command::Completions(arguments) => return completions::run(arguments, &mut CommandLine::command()),
        Command::Healthcheck => return healthcheck::run(&Environment::of_process()),
        Command::Openapi => return openapi::run(),
        Command::Migrate(arguments) if arguments.needs_no_database() => {
            return migrate::run_without_database(&arguments);
        }
        other @ (Command::Demo(_)
        | Command::Serve(_)
        | Command::Migrate(_)
        | Command::Tenant(_)
        | Command::Number(_)
        | Command::Settings(_)
        | Command::Hours(_)
        | Command::Account(_)
        | Command::Key(_)
        | Command::Simulate(_)
        | Command::Doctor(_)) => other,
    };
    let (command, environment) = set_aside(command, Environment::of_process());
    let settings = match (Settings::read(&environment), &command) {
        (Err(mistakes), Command::Doctor(arguments)) => {
            return doctor::complain_of_settings(*arguments, &mistakes);
        }
        (settings, _) => settings?,
    };
    let collector = collector(&command, &settings)?;
    telemetry::start(
        log_format(&settings),
        settings.log_filter.as_deref().unwrap_or(default_filter(&command)),
        collector.as_ref(),
    )
    .map_err(|error| {
        Failure::Usage(format!("RUST_LOG can't be read: {error}; write one such as info,sqlx=warn"))
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(dispatch(command, settings));
    // Outside of the runtime, because it blocks.
    if let Some(collector) = collector {
        collector.finish();
    }
    outcome
}

/// A server's spans are worth collecting; those of a command that a person waits for are not.
fn collector(command: &Command, settings: &Settings) -> Result<Option<Collector>, Failure> {
    match settings.tracing {
        Tracing::ToCollector if matches!(command, Command::Serve(_)) => {
            Collector::of_environment().map(Some).map_err(|error| Failure::Usage(error.to_string()))
        }
        Tracing::ToCollector | Tracing::Off => Ok(None),
    }
}

/// The demo has its own database, address and account, whatever the environment holds.
fn set_aside(command: Command, environment: Environment) -> (Command, Environment) {
    if let Command::Demo(mut arguments) = command {
        let (environment, ignored) = environment.without(&demo::IGNORED);
        arguments.ignored = ignored;
        (Command::Demo(arguments), environment)
    } else {
        (command, environment)
    }
}

async fn dispatch(command: Command, settings: Settings) -> Result<(), Failure> {
    match command {
        Command::Demo(arguments) => Box::pin(demo::run(settings, arguments)).await,
        Command::Serve(arguments) => serve::run(settings, arguments).await,
        Command::Migrate(arguments) => migrate::run(settings, arguments).await,
        Command::Tenant(command) => tenant::run(settings, command).await,
        Command::Number(command) => number::run(settings, command).await,
        Command::Settings(command) => settings::run(settings, command).await,
        Command::Hours(command) => hours::run(settings, command).await,
        Command::Account(command) => account::run(settings, command).await,
        Command::Key(command) => key::run(settings, command).await,
        Command::Simulate(command) => Box::pin(simulate::run(settings, command)).await,
        Command::Doctor(arguments) => Box::pin(doctor::run(settings, arguments)).await,
        Command::Signature(command) => signature::run(&command),
        Command::Completions(arguments) => completions::run(arguments, &mut CommandLine::command()),
        Command::Healthcheck => healthcheck::run(&Environment::of_process()),
        Command::Openapi => openapi::run(),
    }
}

/// A server tells what it does; a command that a person waits for speaks through its result.
fn default_filter(command: &Command) -> &'static str {
    match command {
        Command::Serve(_) => "info,sqlx=warn",
        // What it provokes on purpose would be a warning.
        Command::Demo(_) => "error",
        // It says all of it in its list.
        Command::Doctor(_) => "off",
        Command::Migrate(_)
        | Command::Tenant(_)
        | Command::Number(_)
        | Command::Settings(_)
        | Command::Hours(_)
        | Command::Account(_)
        | Command::Key(_)
        | Command::Simulate(_)
        | Command::Signature(_)
        | Command::Completions(_)
        | Command::Healthcheck
        | Command::Openapi => "warn",
    }
}

fn log_format(settings: &Settings) -> LogFormat {
    let unset = if std::io::stderr().is_terminal() { LogFormatSetting::Text } else { LogFormatSetting::Json };
    match settings.log_format.unwrap_or(unset) {
        LogFormatSetting::Text => LogFormat::Text,
        LogFormatSetting::Json => LogFormat::Json,
    }
}
