//! What to expect of the carried PostgreSQL, found out without asking the program.

use std::process::Command;

/// Whether this build carries a PostgreSQL, and this machine can run it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    Runs,
    NotInThisBuild,
    GlibcIsTooOld { found: String },
}

impl Carried {
    pub(crate) fn here() -> Self {
        let is_platform = cfg!(all(target_os = "linux", target_env = "gnu"))
            && cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
        if !(cfg!(feature = "bundled-postgres") && is_platform) {
            return Self::NotInThisBuild;
        }
        let getconf = Command::new("getconf").arg("GNU_LIBC_VERSION").output().unwrap();
        let said = String::from_utf8(getconf.stdout).unwrap();
        let found = said.trim().strip_prefix("glibc ").unwrap().to_owned();
        let minor: u32 = found.strip_prefix("2.").unwrap().parse().unwrap();
        if minor < 38 { Self::GlibcIsTooOld { found } } else { Self::Runs }
    }
}
