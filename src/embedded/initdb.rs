//! Makes the database directory once.
//!
//! `initdb` works in a directory with a fresh name, which becomes `data` by one rename when it is whole. So `data` is
//! either complete or not there, and the remains of an interrupted start can't be mistaken for it.
//! Data of another major version is refused; upgrading it is a person's decision.

use std::{
    fs::{self, File},
    path::Path,
};

use nix::sys::signal::Signal;
use uuid::Uuid;

use super::{
    account::Account,
    error::EmbeddedError,
    installation::Installation,
    place::{self, Place},
    process,
    settings::Durability,
};

const UNFINISHED_PREFIX: &str = "initdb-";

/// The version that `data` was made by: `15`. `None` if there is no database.
pub(super) fn made_by(data: &Path) -> Option<String> {
    let version = fs::read_to_string(data.join("PG_VERSION")).ok()?;
    Some(version.trim().to_owned())
}

/// Makes sure that the place holds a complete database directory of this installation's version.
pub(super) fn ensure(
    place: &Place,
    installation: &Installation,
    account: &Account,
    durability: Durability,
) -> Result<(), EmbeddedError> {
    let data = place.data();
    remove_unfinished(place.directory());

    match made_by(&data) {
        Some(version) if version == installation.major.to_string() => Ok(()),
        Some(version) => Err(EmbeddedError::WrongVersion {
            data,
            made_by: version,
            found: installation.major,
            programs: installation.directory.clone(),
        }),
        None if is_occupied(&data)? => Err(EmbeddedError::NotADatabase { data }),
        None => make(place, installation, account, durability),
    }
}

fn make(
    place: &Place,
    installation: &Installation,
    account: &Account,
    durability: Durability,
) -> Result<(), EmbeddedError> {
    let data = place.data();
    let unfinished = place.directory().join(format!("{UNFINISHED_PREFIX}{}", Uuid::now_v7()));
    place::make_private(&unfinished, account)?;

    let mut command = installation.command("initdb", account);
    command.arg("-D").arg(&unfinished);
    // Trust: the socket lies in a directory that nobody else can enter, and there is no TCP.
    command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]);
    if durability == Durability::Disposable {
        command.arg("--no-sync");
    }
    process::die_with_us(&mut command, Signal::SIGKILL);

    let output = command
        .output()
        .map_err(|reason| EmbeddedError::NotRun { program: installation.program("initdb"), reason })?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(EmbeddedError::InitdbFailed { data, output });
    }

    fs::rename(&unfinished, &data)
        .and_then(|()| File::open(place.directory())?.sync_all())
        .map_err(EmbeddedError::file("finish the directory", data))
}

fn is_occupied(data: &Path) -> Result<bool, EmbeddedError> {
    match fs::read_dir(data) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(EmbeddedError::file("read", data)(error)),
    }
}

/// What cannot be removed now is only litter, and tried again at the next start.
fn remove_unfinished(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED_PREFIX.as_bytes()) {
            tracing::info!(directory = %entry.path().display(), "removing what an interrupted initdb left");
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
