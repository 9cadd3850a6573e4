//! `switchboard demo`: a newcomer's first minute.
//!
//! Promises: needs nothing but PostgreSQL's programs; works in its data directory alone, the second time as the first; all
//! calls go through the real server's own door, and what they came to is read back and judged.
//! Doesn't: touch any other database, or listen to anybody but this machine.

mod calls;
mod cast;
mod evidence;
mod report;
mod story;
mod verdict;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::pin::{Pin, pin};

use clap::Args;

use self::cast::Cast;
use self::evidence::Evidence;
use self::report::Surroundings;
use super::failure::Failure;
use super::output::say;
use super::serve::{parts, told_to_stop};
use super::server_note;
use super::workplace::Workplace;
use crate::app::RunningServer;
use crate::config::Settings;
use crate::http::server;
use crate::simulator::{Line, Signer};

/// Settings that lead to other databases, addresses and accounts than the demo's own.
pub(super) const IGNORED: [&str; 6] = [
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "PUBLIC_BASE_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_SECONDARY",
];

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Stop after the calls: exit 0 if every row is as it should be, 1 otherwise
    #[arg(long)]
    once: bool,
    /// Listen on this port; without it, on PORT or 8080 if that is free, else on any
    #[arg(long)]
    port: Option<u16>,
    /// Keep the data here instead of in `SWITCHBOARD_DATA_DIR` or ./data
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,
    /// Which of the ignored settings are set.
    #[arg(skip)]
    pub(super) ignored: Vec<&'static str>,
}

pub(super) async fn run(settings: Settings, arguments: DemoArguments) -> Result<(), Failure> {
    let data_directory = arguments.data_dir.clone().unwrap_or(settings.data_directory);
    let settings = Settings { data_directory, ..settings };
    say(report::title())?;
    let workplace = Workplace::open_private(&settings).await?;
    let outcome = if workplace.is_borrowed() {
        Err(workplace.in_use("another --data-dir"))
    } else {
        perform(&settings, &workplace, &arguments).await
    };
    workplace.close().await;
    outcome
}

/// Everything between the start and the stop of the database.
async fn perform(
    settings: &Settings,
    workplace: &Workplace,
    arguments: &DemoArguments,
) -> Result<(), Failure> {
    let migrated = workplace.migrate().await?;
    let cast = Cast::assemble(workplace).await?;
    let (listener, taken_port) = listen(arguments.port, settings.port)?;
    let server = RunningServer::start(parts(settings, workplace), listener).await?;
    let note =
        server_note::leave(&workplace.data_directory, server.address, &server.app.doors.calls.public_url);
    let surroundings = Surroundings {
        database: workplace.description.clone(),
        migrations: migrated.applied.len(),
        address: server.address,
        taken_port,
        data_directory: workplace.data_directory.clone(),
        ignored: arguments.ignored.clone(),
    };
    let outcome = answer(workplace, &server, &cast, &surroundings, arguments).await;
    server.stop().await;
    note.remove();
    outcome
}

/// The listener, and the usual port if somebody else has it. A port that was asked for is taken or nothing is.
fn listen(wished: Option<u16>, usual: u16) -> Result<(TcpListener, Option<u16>), Failure> {
    let at = |port| server::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let failed = |port, error| {
        Failure::Failed(format!("127.0.0.1:{port} can't be listened on: {error}; choose another --port"))
    };
    match (wished, at(wished.unwrap_or(usual))) {
        (_, Ok(listener)) => Ok((listener, None)),
        (None, Err(error)) if error.kind() == ErrorKind::AddrInUse => {
            Ok((at(0).map_err(|error| failed(0, error))?, Some(usual)))
        }
        (_, Err(error)) => Err(failed(wished.unwrap_or(usual), error)),
    }
}

/// Places the calls, and serves on if that is wished.
async fn answer(
    workplace: &Workplace,
    server: &RunningServer,
    cast: &Cast,
    surroundings: &Surroundings,
    arguments: &DemoArguments,
) -> Result<(), Failure> {
    say(report::opening(surroundings, cast))?;
    // Scripts wait for this line, alone and unadorned.
    say(format!("listening on http://{}", server.address))?;
    let mut stop = pin!(told_to_stop());
    let Some(good) = place_calls(workplace, server, cast, stop.as_mut()).await? else {
        return Err(Failure::Failed("stopped before the calls were over".to_owned()));
    };
    if arguments.once {
        return match good {
            Goodness::Good => Ok(()),
            Goodness::Bad => Err(Failure::Failed("not every row is as it should be".to_owned())),
        };
    }
    say(report::what_next(surroundings, cast))?;
    stop.await
}

/// Whether every row is as it should be.
enum Goodness {
    Good,
    Bad,
}

/// None if somebody stopped the demo in the midst of it.
async fn place_calls(
    workplace: &Workplace,
    server: &RunningServer,
    cast: &Cast,
    stop: Pin<&mut impl Future<Output = Result<(), Failure>>>,
) -> Result<Option<Goodness>, Failure> {
    tokio::select! {
        stopped = stop => stopped.map(|()| None),
        good = tell(workplace, server, cast) => good.map(Some),
    }
}

async fn tell(workplace: &Workplace, server: &RunningServer, cast: &Cast) -> Result<Goodness, Failure> {
    let public_url = server.app.doors.calls.public_url.clone();
    let signer = Signer::Token(cast.token.clone());
    let line = Line::new(server.address, public_url, cast.account_sid.clone(), signer)?;
    let database = &server.app.doors.calls.database;
    let before = evidence::waiting_in_quarantine(database, workplace.operator()).await?;
    let placed = story::place_all(&line, cast).await?;
    let after = evidence::waiting_in_quarantine(database, workplace.operator()).await?;
    let evidence = Evidence::gather(server.address, cast, &placed, after - before).await?;
    say(report::call_log(&evidence))?;
    let checks = verdict::judge(&placed, &evidence);
    say(report::verdict(&checks))?;
    Ok(if checks.iter().all(verdict::Check::holds) { Goodness::Good } else { Goodness::Bad })
}
