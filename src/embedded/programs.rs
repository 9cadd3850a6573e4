//! Where the programs `postgres` and `initdb` are.
//!
//! Order of the search: `PATH`, then the usual places of distributions and installers, the newest version first.
//! A directory that was set by hand is the only one looked at. Nothing is downloaded. A further source of programs is
//! one more entry in [`USUAL_PLACES`], or one more variant of [`Programs`].

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    account::Account,
    error::{EmbeddedError, OLDEST_MAJOR},
    process,
};

/// Where to look for the programs of PostgreSQL.
#[derive(Debug, Clone)]
pub enum Programs {
    /// In `PATH`, then in the usual places.
    Search {
        /// The value of the environment variable `PATH`.
        path: Option<OsString>,
    },
    /// In this directory only (`SWITCHBOARD_PG_BIN`).
    Directory(PathBuf),
}

/// `base/prefix*/tail` holds the programs of one installed version.
struct UsualPlace {
    base: &'static str,
    prefix: &'static str,
    tail: &'static str,
}

const USUAL_PLACES: [UsualPlace; 7] = [
    UsualPlace { base: "/usr/lib/postgresql", prefix: "", tail: "bin" }, // Debian, Ubuntu
    UsualPlace { base: "/usr", prefix: "pgsql-", tail: "bin" }, // RPM packages of the PostgreSQL project
    UsualPlace { base: "/usr/local", prefix: "pgsql", tail: "bin" }, // built from source
    UsualPlace { base: "/opt/homebrew/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/usr/local/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/home/linuxbrew/.linuxbrew/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/Applications/Postgres.app/Contents/Versions", prefix: "", tail: "bin" },
];

/// The programs of one PostgreSQL that runs on this machine.
#[derive(Debug, Clone)]
pub(super) struct Installation {
    pub(super) directory: PathBuf,
    pub(super) major: u32,
}

impl Installation {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(super) fn command(&self, name: &str, account: &Account) -> Command {
        process::command(&self.program(name), account)
    }

    /// A command that only says its version: whether it runs is what is asked.
    pub(super) fn probe(&self, account: &Account) -> Command {
        let mut probe = self.command("postgres", account);
        probe.arg("--version");
        probe
    }
}

/// Finds programs that `account` can run; those of major version `wanted` if there are any.
pub(super) fn find(
    programs: &Programs,
    account: &Account,
    wanted: Option<u32>,
) -> Result<Installation, EmbeddedError> {
    match programs {
        Programs::Directory(directory) => {
            let found = inspect(directory, account).ok_or_else(|| EmbeddedError::NothingRunnable {
                directory: directory.clone(),
                account: account.to_string(),
                install: how_to_install(),
            })?;
            choose(vec![found], wanted)
        }
        Programs::Search { path } => choose(search(path.as_deref(), &USUAL_PLACES, account), wanted),
    }
}

/// Everything that is installed, the preferred first.
fn search(path: Option<&OsStr>, usual_places: &[UsualPlace], account: &Account) -> Vec<Installation> {
    let mut found: Vec<_> = path
        .into_iter()
        .flat_map(env::split_paths)
        .filter_map(|directory| inspect(&directory, account))
        .collect();

    let mut usual: Vec<_> = usual_places
        .iter()
        .flat_map(directories)
        .filter_map(|directory| inspect(&directory, account))
        .collect();
    usual.sort_by_key(|installation| std::cmp::Reverse(installation.major));

    found.append(&mut usual);
    found
}

fn directories(place: &UsualPlace) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.base) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(place.prefix.as_bytes()))
        .map(|entry| entry.path().join(place.tail))
        .collect()
}

fn choose(found: Vec<Installation>, wanted: Option<u32>) -> Result<Installation, EmbeddedError> {
    let (fit, too_old): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|installation| installation.major >= OLDEST_MAJOR);

    if let Some(same) = fit.iter().find(|installation| Some(installation.major) == wanted) {
        return Ok(same.clone());
    }
    if let Some(preferred) = fit.into_iter().next() {
        return Ok(preferred);
    }

    let install = how_to_install();
    Err(match too_old.into_iter().max_by_key(|installation| installation.major) {
        Some(Installation { directory, major }) => EmbeddedError::TooOld { major, directory, install },
        None => EmbeddedError::NotFound { install },
    })
}

/// Asks the `postgres` of this directory for its version, as the account that will run it.
fn inspect(directory: &Path, account: &Account) -> Option<Installation> {
    // PATH often holds a link; initdb and the shared files lie beside the real program.
    let postgres = fs::canonicalize(directory.join("postgres")).ok()?;
    let directory = postgres.parent()?.to_path_buf();
    if !directory.join("initdb").is_file() {
        return None;
    }

    let output = process::command(&postgres, account).arg("--version").output().ok()?;
    if !output.status.success() {
        return None;
    }
    let major = parse_major(&String::from_utf8_lossy(&output.stdout))?;
    Some(Installation { directory, major })
}

/// The major version in a line such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 18beta1`.
fn parse_major(line: &str) -> Option<u32> {
    let version = line.split_once(") ")?.1;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn how_to_install() -> &'static str {
    if cfg!(target_os = "macos") {
        "brew install postgresql@17"
    } else if Path::new("/usr/bin/apt-get").exists() {
        "apt-get update && apt-get install -y postgresql"
    } else if Path::new("/usr/bin/dnf").exists() {
        "dnf install -y postgresql-server"
    } else {
        "use the package manager of this system; the server is needed, not only the client"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by a child process: a file that this process has open for writing, if only in a child that is being
    /// forked by another test at that moment, cannot be executed.
    fn fake_installation(directory: &Path, version: &str) {
        let script = format!(
            "cd \"$0\" && touch initdb && printf '#!/bin/sh\\necho \"postgres (PostgreSQL) {version}\"\\n' > postgres \
             && chmod 755 postgres"
        );

        let status = Command::new("/bin/sh").args(["-c", &script]).arg(directory).status().unwrap();

        assert!(status.success());
    }

    #[test]
    fn versions_of_releases_and_betas_are_read() {
        let debian = parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n");
        let beta = parse_major("postgres (PostgreSQL) 19beta2\n");

        assert_eq!(debian, Some(15));
        assert_eq!(beta, Some(19));
        assert_eq!(parse_major("postgres: command not found"), None);
    }

    #[test]
    fn where_nothing_is_installed_the_message_names_one_command_and_both_settings() {
        let found = search(Some(OsStr::new("/nonexistent")), &[], &Account::Own);

        let message = choose(found, None).unwrap_err().to_string();

        assert!(message.contains(how_to_install()), "{message}");
        assert!(message.contains("DATABASE_URL"), "{message}");
        assert!(message.contains("SWITCHBOARD_PG_BIN"), "{message}");
    }

    #[test]
    fn a_server_that_is_too_old_is_named_with_its_place() {
        let directory = tempfile::tempdir().unwrap();
        fake_installation(directory.path(), "14.9");

        let found = search(Some(directory.path().as_os_str()), &[], &Account::Own);
        let message = choose(found, None).unwrap_err().to_string();

        assert!(message.contains("version 14"), "{message}");
        assert!(message.contains(&*directory.path().to_string_lossy()), "{message}");
        assert!(message.contains("15 or newer"), "{message}");
    }

    #[test]
    fn the_version_that_made_the_data_is_preferred_to_the_first_found() {
        let newer = tempfile::tempdir().unwrap();
        let same = tempfile::tempdir().unwrap();
        fake_installation(newer.path(), "18.1");
        fake_installation(same.path(), "16.2");
        let path = env::join_paths([newer.path(), same.path()]).unwrap();

        let found = search(Some(&path), &[], &Account::Own);

        assert_eq!(choose(found.clone(), None).unwrap().major, 18);
        assert_eq!(choose(found, Some(16)).unwrap().major, 16);
    }
}
