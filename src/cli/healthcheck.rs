//! `switchboard healthcheck`
//!
//! Promises: asks the server of this machine how it is, as whoever routes calls to it would, and answers by exit code: 0 for
//! ready or degraded, 1 for everything else, wrong settings included. Ends within two seconds; needs no shell.
//! Doesn't: open the database, or read a secret.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use serde::Deserialize;

use super::failure::Failure;
use super::output::say;
use super::server_note::{self, reached_from_here};
use crate::config::{Environment, Settings};

/// The server itself gives the database one second.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a server says that callers may be sent to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Answering {
    /// All is well.
    Ready,
    /// The database is away; callers are answered all the same.
    Degraded,
}

#[derive(Debug, Deserialize)]
struct Probe {
    status: Answering,
}

pub(super) fn run(environment: &Environment) -> Result<(), Failure> {
    // Exit code 2 has no meaning for those who run health checks, so a wrong setting fails as a sick server does.
    let settings = Settings::read(environment).map_err(|mistakes| Failure::Failed(mistakes.to_string()))?;
    let address = address(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(ask(address)) {
        Ok(Answering::Ready) => Ok(say("ready")?),
        Ok(Answering::Degraded) => Ok(say("degraded")?),
        Err(reason) => {
            Err(Failure::Failed(format!("the server at {address} does not answer calls: {reason}")))
        }
    }
}

/// Where the running server says that it listens, else where the settings say that one would.
fn address(settings: &Settings) -> Result<SocketAddr, Failure> {
    if let Some(note) = server_note::read(&settings.data_directory) {
        return Ok(note.local_address());
    }
    if settings.port == 0 {
        return Err(Failure::Failed(
            "PORT is 0 and the data directory has no note of a running server; set PORT or SWITCHBOARD_DATA_DIR"
                .to_owned(),
        ));
    }
    Ok(reached_from_here(SocketAddr::new(settings.bind_address, settings.port)))
}

async fn ask(address: SocketAddr) -> Result<Answering, String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()
        .map_err(|error| error.to_string())?;
    let answer = client.get(format!("http://{address}/readyz")).send().await.map_err(|error| why(&error))?;
    let code = answer.status();
    if !code.is_success() {
        return Err(format!("/readyz says {}", code.as_u16()));
    }
    let probe: Probe =
        answer.json().await.map_err(|_| "/readyz says something else; is it another program?")?;
    Ok(probe.status)
}

/// The innermost reason is the one that helps: "connection refused", not "error sending request".
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", PATIENCE.as_secs());
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
