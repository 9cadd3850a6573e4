//! Why the PostgreSQL that this program carries can't be used here.
//!
//! Each message is one sentence for the person at the terminal. What to do instead stands in the error around it.

use std::{io, path::PathBuf};

/// Why the carried PostgreSQL can't be used on this machine.
#[derive(Debug, thiserror::Error)]
pub enum NotCarried {
    /// The feature of the build is off.
    #[error("this program carries none: it was built without the feature `bundled-postgres`")]
    SwitchedOff,
    /// There is none for this platform.
    #[error("this program carries none: there is one for Linux with glibc on x86-64 and arm64 alone")]
    OtherPlatform,
    /// The C library of this machine is too old for it.
    #[error("the one that this program carries needs glibc {needed} or newer; this machine has {found}")]
    OldGlibc {
        /// The oldest version that works, such as `2.38`.
        needed: String,
        /// This machine's.
        found: String,
    },
    /// An ordinary user without a home.
    #[error(
        "the one that this program carries has nowhere to be unpacked; set HOME, or XDG_CACHE_HOME to a directory of yours"
    )]
    NoCache,
    /// A directory above the programs belongs to somebody else, or is open to somebody else.
    #[error(
        "the one that this program carries can't be unpacked below {directory}, which others may change; \
         make it yours alone (chown, chmod go-w), or set XDG_CACHE_HOME to a directory that is"
    )]
    Unguarded {
        /// The directory in question.
        directory: PathBuf,
    },
    /// A file or directory could not be made.
    #[error("the one that this program carries can't be unpacked: cannot {action} {path}: {reason}")]
    File {
        /// What was tried, as a verb phrase that ends before the path.
        action: &'static str,
        /// The file or directory in question.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The program file of ours was changed after it was built.
    #[error("the one that this program carries is damaged; build or install this program anew")]
    Damaged,
    /// It is unpacked, and doesn't run.
    #[error("the one that this program carries does not run here: {program}: {said}")]
    DoesNotRun {
        /// The server's program.
        program: PathBuf,
        /// What it or the operating system said.
        said: String,
    },
}

impl NotCarried {
    /// For `map_err`: adds what was tried, and on what.
    #[cfg(carries_postgresql)]
    pub(super) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |reason| Self::File { action, path, reason }
    }
}
