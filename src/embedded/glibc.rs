//! The version of this machine's C library.
//!
//! `getconf` knows it, and comes with the library. Where it is missing, nobody knows: then one has to try.

use std::{fmt, path::Path};

use super::{account::Account, process};

/// What the carried programs were linked against.
pub(super) const NEEDED: Version = Version { major: 2, minor: 38 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

pub(super) fn installed() -> Option<Version> {
    let mut getconf = process::command(Path::new("getconf"), &Account::Own);
    let output = getconf.arg("GNU_LIBC_VERSION").output().ok()?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Reads a line such as `glibc 2.36`.
fn parse(line: &str) -> Option<Version> {
    let (major, minor) = line.strip_prefix("glibc ")?.trim().split_once('.')?;
    let minor: String = minor.chars().take_while(char::is_ascii_digit).collect();
    Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(parse("glibc 2.36\n").unwrap() < NEEDED);
        assert!(parse("glibc 2.9\n").unwrap() < NEEDED);
        assert!(parse("glibc 2.38.9000\n").unwrap() >= NEEDED);
        assert!(parse("glibc 3.0\n").unwrap() > NEEDED);
        assert_eq!(parse("undefined\n"), None);
    }

    #[test]
    fn this_machine_says_its_version() {
        assert!(
            installed().is_some_and(|version| version.major >= 2),
            "getconf GNU_LIBC_VERSION says nothing"
        );
    }
}
