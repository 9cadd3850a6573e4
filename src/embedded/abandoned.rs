//! Removes clusters that killed test runs left.
//!
//! A directory counts as abandoned when it was opened once and nobody holds its lock now. For disposable clusters
//! only; nothing in the server calls this.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use nix::unistd::geteuid;

use super::{
    error::EmbeddedError,
    lock::{self, Attempt, Lock},
    place::Place,
    postmaster,
};

/// Removes every directory `parent/name_prefix…` that was given to [`open`](super::open) as
/// [`Settings::directory`](super::Settings::directory), belongs to this user and is held by nobody, with the place
/// that it was relocated to. What can't be removed is logged and left.
pub fn remove_abandoned(parent: &Path, name_prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_candidate = entry.file_name().as_encoded_bytes().starts_with(name_prefix.as_bytes())
            // Not through links, and nothing that another user put there.
            && entry.metadata().is_ok_and(|entry| entry.is_dir() && entry.uid() == geteuid().as_raw());
        if is_candidate && let Err(error) = remove_if_abandoned(&entry.path()) {
            tracing::warn!(%error, "an abandoned cluster stays");
        }
    }
}

fn remove_if_abandoned(directory: &Path) -> Result<(), EmbeddedError> {
    if !lock::was_opened(directory) {
        return Ok(());
    }
    // Held until the end: whoever opens the directory meanwhile finds that it is gone, and makes a new one.
    let Attempt::Taken(_lock) = Lock::attempt(directory)? else { return Ok(()) };

    let place = Place::recorded(directory)?;
    postmaster::stop_left_over(&place.data())?;
    if let Some(relocated) = place.relocated() {
        fs::remove_dir_all(relocated).map_err(EmbeddedError::file("remove", relocated))?;
    }
    fs::remove_dir_all(directory).map_err(EmbeddedError::file("remove", directory))
}
