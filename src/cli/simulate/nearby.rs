//! The server on this machine.
//!
//! Promises: the running one that left a note in the data directory; without a note, what PORT and `PUBLIC_BASE_URL` say.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::cli::failure::Failure;
use crate::cli::server_note;
use crate::config::Settings;
use crate::twilio::public_url::PublicBaseUrl;

/// A server on this machine takes a connection at once, or isn't there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a server should be.
#[derive(Debug)]
pub(super) struct NearbyServer {
    /// Where to post to.
    pub(super) address: SocketAddr,
    /// Over which URL to sign.
    pub(super) public_url: PublicBaseUrl,
}

impl NearbyServer {
    /// Looks where it should be, and not yet whether it is there.
    pub(super) fn find(settings: &Settings) -> Result<Self, Failure> {
        if let Some(note) = server_note::read(&settings.data_directory) {
            return Ok(Self { address: note.local_address(), public_url: parse(&note.public_base_url)? });
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
        let configured = settings.public_urls.first().cloned();
        let public_url = configured.map_or_else(|| parse(&format!("http://{address}")), Ok)?;
        Ok(Self { address, public_url })
    }

    /// Before a database is opened, or even made, for nothing.
    pub(super) async fn must_be_there(&self) -> Result<(), Failure> {
        let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(self.address)).await;
        if matches!(connected, Ok(Ok(_))) {
            return Ok(());
        }
        Err(Failure::Failed(format!(
            "no server answers at {}; start one: `switchboard serve --embedded` (or set \
             SWITCHBOARD_DATA_DIR or PORT as the running one has it)",
            self.address
        )))
    }

    /// The token comes from the server's database. A data directory without one isn't the server's: looking there would
    /// make an empty database and find nothing.
    pub(super) fn database_must_be_known(&self, settings: &Settings) -> Result<(), Failure> {
        if settings.database.is_some() || settings.data_directory.join("postgres").exists() {
            return Ok(());
        }
        Err(Failure::Failed(format!(
            "the server at {} has its database elsewhere: set DATABASE_URL, or SWITCHBOARD_DATA_DIR, as it has",
            self.address
        )))
    }
}

fn parse(url: &str) -> Result<PublicBaseUrl, Failure> {
    PublicBaseUrl::parse(url).map_err(|error| Failure::Failed(format!("{url}: {error}")))
}
