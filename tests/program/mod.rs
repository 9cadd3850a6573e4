//! The real program, started as a newcomer would: in a folder of its own, with no settings. It knows what it takes to
//! find PostgreSQL's programs, so that the tests choose those with the variables that the program has for it.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use switchboard::embedded::remove_abandoned;
use tempfile::TempDir;

/// A folder that other accounts can enter, unlike a usual temporary one; cleaned up behind it.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// Made anew.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// Where the program keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_abandoned(&self.data(), "postgres");
    }
}

/// A command of the program, on this data directory.
#[expect(clippy::disallowed_methods, reason = "the test's own environment; no settings of the program")]
pub(crate) fn switchboard(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).env_clear();
    for name in ["PATH", "HOME", "XDG_CACHE_HOME", "SWITCHBOARD_PG_BIN", "SWITCHBOARD_PG_NO_SYSTEM"] {
        command.envs(env::var_os(name).map(|value| (name, value)));
    }
    command.env("SWITCHBOARD_DATA_DIR", data).env("PORT", "0").stdin(Stdio::null());
    command
}
