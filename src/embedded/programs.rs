//! Where the programs `postgres` and `initdb` come from.
//!
//! Order of the sources: a directory that was set by hand, which is then the only one; what is installed; what this
//! program carries. Data that is there already comes first, though: of several, the version that made it is taken.
//! Nothing is downloaded.

use std::{ffi::OsString, path::PathBuf};

use super::{
    account::Account,
    carried,
    error::{EmbeddedError, OLDEST_MAJOR},
    installation::Installation,
    installed::{self, USUAL_PLACES, how_to_install},
    not_carried::NotCarried,
};

/// Where to look for the programs of PostgreSQL.
#[derive(Debug, Clone)]
pub enum Programs {
    /// In `PATH`, in the usual places, then in this program itself.
    Search {
        /// The value of the environment variable `PATH`.
        path: Option<OsString>,
        /// The user's folder for what can be made anew; the carried programs are unpacked below it. Root uses
        /// `/var/cache` instead, which PostgreSQL's account can read.
        cache: Option<PathBuf>,
    },
    /// In this program alone, whatever is installed (`SWITCHBOARD_PG_NO_SYSTEM`).
    Carried {
        /// As above.
        cache: Option<PathBuf>,
    },
    /// In this directory only (`SWITCHBOARD_PG_BIN`).
    Directory(PathBuf),
}

/// Finds programs that `account` can run; those of major version `wanted` if there are any.
pub(super) fn find(
    programs: &Programs,
    account: &Account,
    wanted: Option<u32>,
) -> Result<Installation, EmbeddedError> {
    let install = how_to_install();
    match programs {
        Programs::Directory(directory) => {
            let found = Installation::inspect(directory, account, Vec::new()).map_err(|_| {
                let (directory, account) = (directory.clone(), account.to_string());
                EmbeddedError::NothingRunnable { directory, account, install }
            })?;
            set_by_hand(found)
        }
        Programs::Search { path, cache } => {
            let installed = installed::search(path.as_deref(), &USUAL_PLACES, account);
            choose(installed, || carried::find(cache.as_deref(), account), wanted)
        }
        Programs::Carried { cache } => carried::find(cache.as_deref(), account)
            .map_err(|carried| EmbeddedError::NothingCarried { carried, install }),
    }
}

fn set_by_hand(found: Installation) -> Result<Installation, EmbeddedError> {
    if found.major >= OLDEST_MAJOR {
        Ok(found)
    } else {
        Err(EmbeddedError::SetTooOld { major: found.major, directory: found.directory })
    }
}

/// `carried` is asked only if nothing that is installed will do: unpacking takes a moment, and room.
fn choose(
    installed: Vec<Installation>,
    carried: impl FnOnce() -> Result<Installation, NotCarried>,
    wanted: Option<u32>,
) -> Result<Installation, EmbeddedError> {
    let (mut fit, too_old): (Vec<_>, Vec<_>) =
        installed.into_iter().partition(|installation| installation.major >= OLDEST_MAJOR);
    let is_wanted = |installation: &Installation| Some(installation.major) == wanted;

    let preferred = fit.iter().position(is_wanted).unwrap_or(0);
    if preferred < fit.len() {
        let preferred = fit.swap_remove(preferred);
        if wanted.is_none() || is_wanted(&preferred) {
            return Ok(preferred);
        }
        return Ok(carried().ok().filter(is_wanted).unwrap_or(preferred));
    }

    carried().map_err(|carried| {
        let install = how_to_install();
        match too_old.into_iter().max_by_key(|installation| installation.major) {
            Some(Installation { directory, major, .. }) => {
                EmbeddedError::TooOld { major, directory, carried, install }
            }
            None => EmbeddedError::NotFound { carried, install },
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{env, ffi::OsStr, path::Path, process::Command};

    use super::*;

    /// Written by a child process: a file that this process has open for writing, if only in a child that is being
    /// forked by another test at that moment, cannot be executed.
    fn fake_installation(version: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let script = format!(
            "cd \"$0\" && touch initdb && printf '#!/bin/sh\\necho \"postgres (PostgreSQL) {version}\"\\n' > postgres \
             && chmod 755 postgres"
        );

        let status = Command::new("/bin/sh").args(["-c", &script]).arg(directory.path()).status().unwrap();

        assert!(status.success());
        directory
    }

    fn carried(directory: &Path) -> Installation {
        Installation::inspect(directory, &Account::Own, Vec::new()).unwrap()
    }

    fn none_carried() -> Result<Installation, NotCarried> {
        Err(NotCarried::OldGlibc { needed: "2.38".to_owned(), found: "2.36".to_owned() })
    }

    fn installed(directories: &[&Path]) -> Vec<Installation> {
        let path = env::join_paths(directories).unwrap();
        installed::search(Some(&path), &[], &Account::Own)
    }

    #[test]
    fn where_nothing_is_there_the_message_says_why_and_names_one_command_and_both_settings() {
        let found = installed::search(Some(OsStr::new("/nonexistent")), &[], &Account::Own);

        let message = choose(found, none_carried, None).unwrap_err().to_string();

        for word in [
            how_to_install(),
            "DATABASE_URL",
            "SWITCHBOARD_PG_BIN",
            "needs glibc 2.38 or newer; this machine has 2.36",
        ] {
            assert!(message.contains(word), "{word}: {message}");
        }
    }

    #[test]
    fn a_server_that_is_too_old_is_named_with_its_place() {
        let old = fake_installation("14.9");

        let message = choose(installed(&[old.path()]), none_carried, None).unwrap_err().to_string();
        let by_hand =
            find(&Programs::Directory(old.path().into()), &Account::Own, None).unwrap_err().to_string();

        for message in [message, by_hand] {
            assert!(message.contains("14"), "{message}");
            assert!(message.contains(&*old.path().to_string_lossy()), "{message}");
            assert!(message.contains("15 or newer"), "{message}");
        }
    }

    #[test]
    fn the_version_that_made_the_data_is_preferred_to_the_first_found() {
        let newer = fake_installation("18.1");
        let same = fake_installation("16.2");
        let found = installed(&[newer.path(), same.path()]);

        assert_eq!(choose(found.clone(), none_carried, None).unwrap().major, 18);
        assert_eq!(choose(found.clone(), none_carried, Some(16)).unwrap().major, 16);
        assert_eq!(choose(found, none_carried, Some(17)).unwrap().major, 18);
    }

    #[test]
    fn what_is_installed_comes_before_what_is_carried() {
        let old = fake_installation("14.9");
        let fit = fake_installation("15.1");
        let ours = fake_installation("18.4");

        let of_both = choose(installed(&[fit.path()]), || panic!("nobody needs it"), None).unwrap();
        let of_old = choose(installed(&[old.path()]), || Ok(carried(ours.path())), None).unwrap();

        assert_eq!(of_both.major, 15);
        assert_eq!(of_old.major, 18);
    }

    #[test]
    fn data_of_the_carried_one_is_not_lost_when_another_gets_installed() {
        let other = fake_installation("17.5");
        let ours = fake_installation("18.4");

        let chosen = choose(installed(&[other.path()]), || Ok(carried(ours.path())), Some(18)).unwrap();

        assert_eq!(chosen.major, 18);
    }
}
