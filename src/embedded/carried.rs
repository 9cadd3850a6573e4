//! The PostgreSQL that this program carries: 18.4, from crates of the feature `bundled-postgres`.
//!
//! For trying out and for tests, on machines without an installed one. It knows no ICU locale, no TLS and no
//! compression, none of which a private server needs; of the extensions it has `btree_gist`. Where it can't run, the
//! answer says why; nothing here panics or fails a build.

use std::path::Path;

use super::{account::Account, installation::Installation, not_carried::NotCarried};

/// Unpacks it if that has not been done, and asks it for its version.
#[cfg(carries_postgresql)]
pub(super) fn find(cache: Option<&Path>, account: &Account) -> Result<Installation, NotCarried> {
    use super::{archive, cache, glibc};

    if let Some(found) = glibc::installed()
        && found < glibc::NEEDED
    {
        return Err(NotCarried::OldGlibc { needed: glibc::NEEDED.to_string(), found: found.to_string() });
    }

    let directory = cache::unpacked(&archive::CARRIED, &cache::folder(cache)?)?;
    let programs = directory.join("bin");
    let environment = vec![
        // It looks for its libraries where it was built.
        ("LD_LIBRARY_PATH", directory.join("lib").into_os_string()),
        // initdb asks ICU and the system for locales; this build has no data of the one and wants none of the other.
        ("OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "1".into()),
        ("OLIPHAUNT_INTERNAL_SKIP_SYSTEM_COLLATION_DISCOVERY", "1".into()),
    ];
    Installation::inspect(&programs, account, environment).map_err(|unusable| NotCarried::DoesNotRun {
        program: programs.join("postgres"),
        said: unusable.to_string(),
    })
}

/// There is none in this build.
#[cfg(not(carries_postgresql))]
pub(super) fn find(_cache: Option<&Path>, _account: &Account) -> Result<Installation, NotCarried> {
    Err(if cfg!(feature = "bundled-postgres") { NotCarried::OtherPlatform } else { NotCarried::SwitchedOff })
}
