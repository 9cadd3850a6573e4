//! The account that PostgreSQL runs as.
//!
//! PostgreSQL refuses to run as root. When we are root, it runs as the owner of the data that is there already, else
//! as `postgres`, else as `nobody`. An ordinary user runs it as itself. No account is ever made.

use std::{
    fmt, fs,
    os::unix::{
        fs::{MetadataExt as _, lchown},
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

use nix::unistd::{Uid, User, geteuid};

use super::error::EmbeddedError;

#[derive(Debug, Clone)]
pub(super) enum Account {
    /// The one that we run as.
    Own,
    /// Another one, because we are root.
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    /// Chooses the account for the data directory `data`, which need not exist yet.
    pub(super) fn choose(data: &Path) -> Result<Self, EmbeddedError> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }

        if let Ok(owner) = fs::metadata(data)
            && owner.uid() != 0
        {
            let name = User::from_uid(Uid::from_raw(owner.uid())).ok().flatten().map(|user| user.name);
            let name = name.unwrap_or_else(|| owner.uid().to_string());
            return Ok(Self::Other { name, uid: owner.uid(), gid: owner.gid() });
        }

        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self::Other { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() })
            .ok_or(EmbeddedError::NoAccount)
    }

    /// Makes `command` run as this account.
    pub(super) fn apply(&self, command: &mut Command) {
        match self {
            Self::Own => {}
            Self::Other { uid, gid, name: _ } => {
                // The standard library drops root's supplementary groups along the way.
                command.uid(*uid).gid(*gid);
            }
        }
    }

    /// Makes this account the owner of `path`. Doesn't follow a symbolic link.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, name: _ } => lchown(path, Some(*uid), Some(*gid))
                .map_err(EmbeddedError::file("hand to PostgreSQL's account the directory", path)),
        }
    }

    /// Whether this account can enter `directory`. The kernel is asked, by running `probe` there, as this account: rights on every
    /// directory above, access lists and network file systems are all its business.
    pub(super) fn can_enter(&self, directory: &Path, mut probe: Command) -> bool {
        match self {
            Self::Own => true,
            Self::Other { .. } => {
                probe.current_dir(directory).output().is_ok_and(|output| output.status.success())
            }
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("of this process"),
            Self::Other { name, .. } => write!(f, "`{name}`"),
        }
    }
}
