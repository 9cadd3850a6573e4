//! The PostgreSQL that is installed on this machine.
//!
//! Order of the search: `PATH`, then the usual places of distributions and installers, the newest version first.
//! Nothing is downloaded, and nothing is judged: versions that are too old are found too.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use super::{account::Account, installation::Installation};

/// `base/prefix*/tail` holds the programs of one installed version.
pub(super) struct UsualPlace {
    base: &'static str,
    prefix: &'static str,
    tail: &'static str,
}

pub(super) const USUAL_PLACES: [UsualPlace; 7] = [
    UsualPlace { base: "/usr/lib/postgresql", prefix: "", tail: "bin" }, // Debian, Ubuntu
    UsualPlace { base: "/usr", prefix: "pgsql-", tail: "bin" }, // RPM packages of the PostgreSQL project
    UsualPlace { base: "/usr/local", prefix: "pgsql", tail: "bin" }, // built from source
    UsualPlace { base: "/opt/homebrew/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/usr/local/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/home/linuxbrew/.linuxbrew/opt", prefix: "postgresql", tail: "bin" },
    UsualPlace { base: "/Applications/Postgres.app/Contents/Versions", prefix: "", tail: "bin" },
];

/// Everything that is installed, the preferred first.
pub(super) fn search(
    path: Option<&OsStr>,
    usual_places: &[UsualPlace],
    account: &Account,
) -> Vec<Installation> {
    let inspect = |directory: &Path| Installation::inspect(directory, account, Vec::new()).ok();
    let mut found: Vec<_> =
        path.into_iter().flat_map(env::split_paths).filter_map(|directory| inspect(&directory)).collect();

    let mut usual: Vec<_> =
        usual_places.iter().flat_map(directories).filter_map(|directory| inspect(&directory)).collect();
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

/// The one command that installs it here.
pub(super) fn how_to_install() -> &'static str {
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
