//! The note that a running server leaves in its data directory: where it listens, and what Twilio calls it.
//!
//! Promises: `simulate` in a second terminal finds the server without being told. A data directory that can't be written
//! costs only this comfort.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::twilio::public_url::PublicBaseUrl;

/// What the note says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ServerNote {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// Under which URL its webhooks are signed.
    pub(super) public_base_url: String,
}

/// A note that was left. It is taken away with [`remove`](LeftNote::remove).
#[derive(Debug)]
pub(super) struct LeftNote(Option<(PathBuf, Vec<u8>)>);

fn place(data_directory: &Path) -> PathBuf {
    data_directory.join("server.json")
}

/// The note of the server that works in this directory, or of one that was killed there.
pub(super) fn read(data_directory: &Path) -> Option<ServerNote> {
    let file = place(data_directory);
    let text = fs::read(&file).ok()?;
    serde_json::from_slice(&text)
        .inspect_err(
            |error| tracing::warn!(%error, file = %file.display(), "the note of a server can't be read"),
        )
        .ok()
}

impl ServerNote {
    /// Where the server is reached from this machine.
    pub(super) fn local_address(&self) -> SocketAddr {
        reached_from_here(self.address)
    }
}

/// Where a listener is reached from this machine: one that listens everywhere does so on loopback, too.
pub(super) fn reached_from_here(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listener.port())
}

/// Leaves the note.
pub(super) fn leave(data_directory: &Path, address: SocketAddr, public_url: &PublicBaseUrl) -> LeftNote {
    let note = ServerNote { address, public_base_url: public_url.as_str().to_owned() };
    let file = place(data_directory);
    let text = serde_json::to_vec(&note).unwrap_or_default();
    match fs::create_dir_all(data_directory).and_then(|()| fs::write(&file, &text)) {
        Ok(()) => LeftNote(Some((file, text))),
        Err(error) => {
            tracing::warn!(%error, file = %file.display(), "no note of this server could be left; `simulate` needs PORT and PUBLIC_BASE_URL");
            LeftNote(None)
        }
    }
}

impl LeftNote {
    /// Takes the note away, unless another server has left its own since.
    pub(super) fn remove(self) {
        if let Some((file, text)) = self.0
            && fs::read(&file).is_ok_and(|found| found == text)
        {
            // Somebody else may have tidied up.
            let _ = fs::remove_file(file);
        }
    }
}
