//! The programs of one PostgreSQL that runs on this machine.
//!
//! Promises: an [`Installation`] has said its version when it was asked, as the account that will run it.
//! Doesn't: search, or judge the version.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::{account::Account, process};

#[derive(Debug, Clone)]
pub(super) struct Installation {
    pub(super) directory: PathBuf,
    pub(super) major: u32,
    /// What the programs need beside what every program of ours gets.
    environment: Vec<(&'static str, OsString)>,
}

/// Why a directory holds no programs that run.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("is missing")]
    Missing,
    #[error("{0}")]
    NotRun(io::Error),
    #[error("{0}")]
    Failed(String),
    #[error("says no version")]
    NoVersion,
}

impl Installation {
    /// Asks the `postgres` of this directory for its version, as the account that will run it.
    pub(super) fn inspect(
        directory: &Path,
        account: &Account,
        environment: Vec<(&'static str, OsString)>,
    ) -> Result<Self, Unusable> {
        // PATH often holds a link; initdb and the shared files lie beside the real program.
        let postgres = fs::canonicalize(directory.join("postgres")).map_err(|_| Unusable::Missing)?;
        let directory = postgres.parent().ok_or(Unusable::Missing)?.to_path_buf();
        if !directory.join("initdb").is_file() {
            return Err(Unusable::Missing);
        }

        let mut command = process::command(&postgres, account);
        command.envs(environment.iter().cloned()).arg("--version");
        let output = command.output().map_err(Unusable::NotRun)?;
        if !output.status.success() {
            return Err(Unusable::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let major = parse_major(&String::from_utf8_lossy(&output.stdout)).ok_or(Unusable::NoVersion)?;
        Ok(Self { directory, major, environment })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(super) fn command(&self, name: &str, account: &Account) -> Command {
        let mut command = process::command(&self.program(name), account);
        command.envs(self.environment.iter().cloned());
        command
    }

    /// A command that only says its version: whether it runs is what is asked.
    pub(super) fn probe(&self, account: &Account) -> Command {
        let mut probe = self.command("postgres", account);
        probe.arg("--version");
        probe
    }
}

/// The major version in a line such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 18beta1`.
fn parse_major(line: &str) -> Option<u32> {
    let version = line.split_once(") ")?.1;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_releases_and_betas_are_read() {
        let debian = parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n");
        let beta = parse_major("postgres (PostgreSQL) 19beta2\n");

        assert_eq!(debian, Some(15));
        assert_eq!(beta, Some(19));
        assert_eq!(parse_major("postgres: command not found"), None);
    }
}
