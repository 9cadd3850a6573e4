//! Where the cluster really is.
//!
//! Usually in the wished-for directory. When PostgreSQL's account cannot enter that (we are root, and it lies below a
//! private directory), the cluster gets a fresh directory in `/var/lib/switchboard`, and a note in the wished-for
//! directory names it. Without the note nobody ever finds it again: an old database is not picked up by accident.

use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    io::{ErrorKind, Write as _},
    os::unix::{
        ffi::OsStringExt as _,
        fs::{DirBuilderExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::{account::Account, error::EmbeddedError, installation::Installation};

const NOTE: &str = "location";
const RELOCATED_PARENT: &str = "/var/lib/switchboard";

/// The directory that holds `data`, `socket` and `postgres.log`.
#[derive(Debug)]
pub(super) enum Place {
    Wished(PathBuf),
    Relocated(PathBuf),
}

impl Place {
    /// The place that an earlier start settled on; the wished-for directory if there was none.
    pub(super) fn recorded(wished: &Path) -> Result<Self, EmbeddedError> {
        let note = wished.join(NOTE);
        let location = match fs::read(&note) {
            Ok(content) => PathBuf::from(OsString::from_vec(content.trim_ascii().to_vec())),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Wished(wished.to_owned())),
            Err(error) => return Err(EmbeddedError::file("read", note)(error)),
        };

        // Only what `relocate` can have written: whoever can write the note shall not lead us elsewhere.
        let is_ours = location.parent() == Some(Path::new(RELOCATED_PARENT))
            && location.file_name().and_then(|name| Uuid::try_parse(name.to_str()?).ok()).is_some();
        if is_ours && location.is_dir() {
            Ok(Self::Relocated(location))
        } else {
            Err(EmbeddedError::LocationLost { note, location })
        }
    }

    /// This place if `account` can enter it; else, while there is no data yet, a fresh one.
    pub(super) fn settle(
        self,
        account: &Account,
        installation: &Installation,
    ) -> Result<Self, EmbeddedError> {
        let unreachable = |directory| EmbeddedError::Unreachable { account: account.to_string(), directory };
        if account.can_enter(self.directory(), installation.probe(account)) {
            return Ok(self);
        }

        match self {
            Self::Wished(directory) if !directory.join("data").exists() => {
                let fresh = relocate(&directory)?;
                if account.can_enter(&fresh, installation.probe(account)) {
                    Ok(Self::Relocated(fresh))
                } else {
                    Err(unreachable(fresh))
                }
            }
            Self::Wished(directory) | Self::Relocated(directory) => Err(unreachable(directory)),
        }
    }

    pub(super) fn directory(&self) -> &Path {
        match self {
            Self::Wished(directory) | Self::Relocated(directory) => directory,
        }
    }

    pub(super) fn relocated(&self) -> Option<&Path> {
        match self {
            Self::Wished(_) => None,
            Self::Relocated(directory) => Some(directory),
        }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory().join("data")
    }
}

/// Makes an empty directory that only `account` and root can enter. It must not exist: one that somebody else made
/// beforehand is not private.
pub(super) fn make_private(directory: &Path, account: &Account) -> Result<(), EmbeddedError> {
    fs::DirBuilder::new()
        .mode(0o700)
        .create(directory)
        .map_err(EmbeddedError::file("make the directory", directory))?;
    account.give(directory)
}

/// Makes a fresh directory and leaves the note. The note is written last and in one step, so that it never names a
/// directory that was not made.
fn relocate(wished: &Path) -> Result<PathBuf, EmbeddedError> {
    let parent = Path::new(RELOCATED_PARENT);
    let fresh = parent.join(Uuid::now_v7().to_string());
    if !parent.exists() {
        make_searchable(parent)?;
    }
    make_searchable(&fresh)?;

    let note = wished.join(NOTE);
    let unfinished = wished.join("location.new");
    File::create(&unfinished)
        .and_then(|mut file| {
            file.write_all(fresh.as_os_str().as_encoded_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, &note))
        .map_err(EmbeddedError::file("write", &note))?;
    Ok(fresh)
}

/// Whatever our umask says: others may pass through, and not look around.
fn make_searchable(directory: &Path) -> Result<(), EmbeddedError> {
    fs::create_dir_all(directory)
        .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(0o711)))
        .map_err(EmbeddedError::file("make the directory", directory))
}
