//! One owner a directory.
//!
//! The kernel drops the lock (`flock`) however its owner dies. The owner writes into the lock file where its server
//! listens, once it does; that is how another process of ours finds it. The lock says nothing about whether a server
//! of an earlier owner still runs: see `postmaster`.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
};

use nix::fcntl::OFlag;

use super::error::EmbeddedError;

const FILE: &str = "lock";

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

pub(super) enum Attempt {
    Taken(Lock),
    /// Somebody else has it; `socket_directory` is where its server listens, as soon as it does.
    Held {
        socket_directory: Option<PathBuf>,
    },
}

/// Whether the directory was ever opened by us.
pub(super) fn was_opened(directory: &Path) -> bool {
    directory.join(FILE).exists()
}

impl Lock {
    /// Takes the lock of `directory` if it is free; never waits.
    pub(super) fn attempt(directory: &Path) -> Result<Attempt, EmbeddedError> {
        let path = directory.join(FILE);
        // As root we write here, maybe in somebody else's directory: a link must not lead us astray.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&path)
            .map_err(EmbeddedError::file("open", &path))?;

        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Attempt::Held { socket_directory: announced(&path) }),
            Err(TryLockError::Error(error)) => return Err(EmbeddedError::file("lock", path)(error)),
        }
        if !is_still_at(&file, &path) {
            return Ok(Attempt::Held { socket_directory: None });
        }

        let lock = Self { file, path };
        lock.withdraw()?;
        Ok(Attempt::Taken(lock))
    }

    /// Tells other processes where our server listens.
    pub(super) fn announce(&self, socket_directory: &Path) -> Result<(), EmbeddedError> {
        let mut line = socket_directory.as_os_str().as_bytes().to_vec();
        line.push(b'\n');
        self.file.write_all_at(&line, 0).map_err(EmbeddedError::file("write", &self.path))
    }

    /// Takes the announcement back, before the server stops.
    pub(super) fn withdraw(&self) -> Result<(), EmbeddedError> {
        self.file.set_len(0).map_err(EmbeddedError::file("write", &self.path))
    }
}

/// The directory may have been removed between our opening the file and locking it; then the lock is worth nothing.
fn is_still_at(file: &File, path: &Path) -> bool {
    let (Ok(ours), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

/// The line break proves that the path was written whole.
fn announced(path: &Path) -> Option<PathBuf> {
    let mut content = fs::read(path).ok()?;
    (content.pop() == Some(b'\n') && !content.is_empty()).then(|| OsString::from_vec(content).into())
}
