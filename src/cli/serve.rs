//! `switchboard serve`

use std::fmt::Write;
use std::net::SocketAddr;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::failure::Failure;
use super::older_tokens;
use super::output::{count, say};
use super::server_note;
use super::workplace::Workplace;
use crate::app::{Parts, RunningServer};
use crate::clock::Clock;
use crate::config::Settings;
use crate::http::server::{self, Limits};
use crate::schema::Migrated;
use crate::tenancy::database::PoolSizes;
use crate::tenants;
use crate::tenants::tenant::ListedTenant;
use crate::twilio::public_url::PublicBaseUrl;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ServeArguments {
    /// Listen on this port instead of PORT; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// Use the private PostgreSQL of the data directory
    #[arg(long)]
    embedded: bool,
}

pub(super) async fn run(settings: Settings, arguments: ServeArguments) -> Result<(), Failure> {
    let workplace = open(&settings, arguments).await?;
    let outcome = if workplace.is_borrowed() {
        Err(workplace.in_use("another SWITCHBOARD_DATA_DIR"))
    } else {
        serve(&settings, &workplace, arguments.port.unwrap_or(settings.port)).await
    };
    workplace.close().await;
    outcome
}

/// Without a word about the database we refuse: a forgotten secret must not become an empty database.
async fn open(settings: &Settings, arguments: ServeArguments) -> Result<Workplace, Failure> {
    match (&settings.database, arguments.embedded) {
        (Some(_), true) => Err(Failure::Usage(
            "DATABASE_URL is set, and --embedded asks for another database; unset one of them".to_owned(),
        )),
        (None, false) => Err(Failure::Refused(
            "DATABASE_URL is not set; set it to postgres://user:password@host/database, \
             or add --embedded to use a private PostgreSQL in the data directory"
                .to_owned(),
        )),
        (Some(_), false) => Workplace::open(settings).await,
        (None, true) => Workplace::open_private(settings).await,
    }
}

async fn serve(settings: &Settings, workplace: &Workplace, port: u16) -> Result<(), Failure> {
    let consent = older_tokens::consent(workplace, workplace.approval()).await;
    let migrated = workplace.migrate().await?;
    // Before the accounts are read: what is moved may sign from the first call on.
    let tokens = older_tokens::settle(workplace, consent).await;
    let address = SocketAddr::new(settings.bind_address, port);
    let listener = server::listen(address).map_err(|error| {
        Failure::Failed(format!("{address} can't be listened on: {error}; set PORT or BIND_ADDR"))
    })?;
    let mut server = RunningServer::start(parts(settings, workplace), listener).await?;
    show_metrics(settings, &mut server)?;
    say(screen(settings, workplace, &migrated, &server).await?)?;
    if !tokens.is_empty() {
        say(format!("{}\n", tokens.join("\n")))?;
    }
    let note =
        server_note::leave(&workplace.data_directory, server.address, &server.app.doors.calls.public_url);
    // Scripts wait for this line, alone and unadorned.
    say(format!("listening on http://{}", server.address))?;
    told_to_stop().await?;
    let outcome = stop(server).await;
    note.remove();
    outcome
}

/// The parts of a server that works here.
pub(super) fn parts(settings: &Settings, workplace: &Workplace) -> Parts {
    Parts {
        database: workplace.database.clone(),
        pools: PoolSizes::default(),
        public_urls: settings.public_urls.clone(),
        environment_account: settings.twilio_account.clone(),
        twilio_api: settings.twilio_api.clone(),
        key_ring: workplace.key_ring.clone(),
        limits: Limits::default(),
        clock: Clock::System,
    }
}

/// On a port of their own, if one is set: they are nobody's business on the internet.
fn show_metrics(settings: &Settings, server: &mut RunningServer) -> Result<(), Failure> {
    let Some(port) = settings.metrics_port else { return Ok(()) };
    let address = SocketAddr::new(settings.bind_address, port);
    let shown = server::listen(address).and_then(|listener| {
        let address = listener.local_addr()?;
        server.show_metrics(listener).map(|()| address)
    });
    let address = shown.map_err(|error| {
        Failure::Failed(format!("{address} can't be listened on: {error}; set METRICS_PORT"))
    })?;
    tracing::info!("figures on http://{address}/metrics");
    Ok(())
}

/// Finishes what is under way, unless somebody asks a second time.
async fn stop(server: RunningServer) -> Result<(), Failure> {
    tracing::info!("stopping: finishing what is under way; a second signal ends it at once");
    tokio::select! {
        () = server.stop() => Ok(()),
        told = told_to_stop() => {
            told?;
            Err(Failure::Failed("a second signal came; what was under way was cut".to_owned()))
        }
    }
}

/// Waits for SIGTERM, which a service manager sends, or SIGINT, which Ctrl-C does.
pub(super) async fn told_to_stop() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// All that an engineer wants to know at start, on one screen.
async fn screen(
    settings: &Settings,
    workplace: &Workplace,
    migrated: &Migrated,
    server: &RunningServer,
) -> Result<String, Failure> {
    let doors = &server.app.doors;
    let mut connection = doors.calls.database.operator(workplace.operator()).await?;
    let tenants = tenants::store::list(&mut connection).await?;
    let unrouted = tenants::store::count_unrouted_calls(&mut connection).await?;
    let numbers: i64 = tenants.iter().map(|tenant| tenant.numbers).sum();
    let accounts = doors.twilio.accounts.count();
    let schema = match (migrated.applied.len(), migrated.steps.len()) {
        (0, 0) => "current".to_owned(),
        (applied, 0) => format!("current; {} applied now", count(applied, "migration")),
        (_, steps) => format!("current; made right in {}", count(steps, "step")),
    };
    let urls: Vec<&str> = doors.twilio.public_urls.iter().map(PublicBaseUrl::as_str).collect();

    let mut text = format!("switchboard {}\n\n", env!("CARGO_PKG_VERSION"));
    let lines = [
        ("listens on", server.address.to_string()),
        ("public URL", urls.join(", ")),
        ("database", format!("{}, as role switchboard_app", workplace.description)),
        ("schema", schema),
        ("accounts", count(accounts, "Twilio account")),
        ("serves", format!("{}, {}", count(tenants.len(), "tenant"), count(numbers, "number"))),
        ("quarantine", count(unrouted, "unrouted call")),
    ];
    for (name, value) in lines {
        // Writing to a String can't fail.
        let _ = writeln!(text, "  {name:<11} {value}");
    }
    let missing = missing(settings, accounts, &tenants, server);
    if !missing.is_empty() {
        let _ = write!(text, "\nmissing\n\n{missing}");
    }
    Ok(text)
}

/// What keeps calls from being answered, each with what to do.
fn missing(settings: &Settings, accounts: usize, tenants: &[ListedTenant], server: &RunningServer) -> String {
    let mut lines = String::new();
    if settings.public_urls.is_empty() {
        let _ = writeln!(
            lines,
            "  * PUBLIC_BASE_URL is not set. Twilio can't call {}:\n    set it to the https address that leads here.",
            server.app.doors.calls.public_url.as_str()
        );
    }
    if accounts == 0 {
        lines.push_str(
            "  * No Twilio account: every webhook is refused. Set TWILIO_ACCOUNT_SID and\n    TWILIO_AUTH_TOKEN, or `switchboard account create`.\n",
        );
    }
    if tenants.iter().all(|tenant| tenant.numbers == 0) {
        lines.push_str(&no_number(tenants));
    }
    lines
}

fn no_number(tenants: &[ListedTenant]) -> String {
    match tenants.iter().find(|tenant| tenant.accepts_unknown_numbers) {
        Some(ListedTenant { slug, .. }) => format!(
            "  * No number: {slug} answers every number until it gets one.\n    `switchboard number import --tenant {slug}` asks Twilio.\n"
        ),
        None => "  * No number: every call goes to quarantine. `switchboard tenant create`,\n    then `switchboard number create`.\n".to_owned(),
    }
}
