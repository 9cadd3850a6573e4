//! Which PostgreSQL programs run the private database.
//!
//! Promises: the settings as they were given.
//! Doesn't: look whether anything is there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::mistakes::Mistakes;

/// Where to find them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresPrograms {
    /// `SWITCHBOARD_PG_BIN`: in this directory.
    Directory(PathBuf),
    /// Installed, else carried by this program.
    Search {
        /// `PATH`.
        path: Option<OsString>,
        /// `XDG_CACHE_HOME`, else `.cache` in `HOME`: for what can be made anew.
        cache: Option<PathBuf>,
    },
    /// `SWITCHBOARD_PG_NO_SYSTEM=1`: carried by this program, whatever is installed.
    Carried {
        /// As above.
        cache: Option<PathBuf>,
    },
}

impl PostgresPrograms {
    pub(super) fn read(environment: &Environment, mistakes: &mut Mistakes) -> Self {
        const NO_SYSTEM: &str = "SWITCHBOARD_PG_NO_SYSTEM";
        let no_system = environment.get(NO_SYSTEM).unwrap_or("0");
        if !["0", "1"].contains(&no_system) {
            mistakes.add(NO_SYSTEM, "must be 1, to ignore an installed PostgreSQL, or unset".to_owned());
        }
        if let Some(directory) = environment.get("SWITCHBOARD_PG_BIN") {
            return Self::Directory(directory.into());
        }
        let cache = cache(environment);
        if no_system == "1" {
            return Self::Carried { cache };
        }
        Self::Search { path: environment.get("PATH").map(OsString::from), cache }
    }
}

/// A relative path is none, says the XDG Base Directory Specification.
fn cache(environment: &Environment) -> Option<PathBuf> {
    let absolute =
        |name| environment.get(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(Path::new(".cache"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (PostgresPrograms, Mistakes) {
        let mut mistakes = Mistakes::default();
        let programs = PostgresPrograms::read(&Environment::of_pairs(pairs.iter().copied()), &mut mistakes);
        (programs, mistakes)
    }

    #[test]
    fn a_directory_set_by_hand_comes_before_everything() {
        let (programs, _) = read(&[("SWITCHBOARD_PG_BIN", "/pg/bin"), ("SWITCHBOARD_PG_NO_SYSTEM", "1")]);

        assert_eq!(programs, PostgresPrograms::Directory("/pg/bin".into()));
    }

    #[test]
    fn an_installed_one_is_ignored_only_on_demand() {
        let cache = Some(PathBuf::from("/home/dev/.cache"));
        let home = ("HOME", "/home/dev");
        let search = PostgresPrograms::Search { path: None, cache: cache.clone() };

        assert_eq!(read(&[home]).0, search);
        assert_eq!(read(&[home, ("SWITCHBOARD_PG_NO_SYSTEM", "0")]).0, search);
        assert_eq!(read(&[home, ("SWITCHBOARD_PG_NO_SYSTEM", "1")]).0, PostgresPrograms::Carried { cache });
        let said = read(&[("SWITCHBOARD_PG_NO_SYSTEM", "yes")]).1.none_or(()).unwrap_err().to_string();
        assert!(said.contains("SWITCHBOARD_PG_NO_SYSTEM must be 1"), "{said}");
    }

    #[test]
    fn the_cache_is_where_the_desktop_keeps_it() {
        let environment = [("HOME", "/home/dev"), ("XDG_CACHE_HOME", "/var/tmp/dev")];
        let relative = [("HOME", "/home/dev"), ("XDG_CACHE_HOME", "tmp")];

        assert_eq!(cache(&Environment::of_pairs(environment)), Some("/var/tmp/dev".into()));
        assert_eq!(cache(&Environment::of_pairs(relative)), Some("/home/dev/.cache".into()));
        assert_eq!(cache(&Environment::of_pairs([])), None);
    }
}
