//! The private directory in which the server's unix socket lies.
//!
//! It is made anew at each start, beside the data, or in the temp folder where that path is too long for a socket.
//! Nobody but PostgreSQL's account and root can enter it; that is the whole access control of the private server.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::ErrorKind,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::{
    account::Account,
    error::EmbeddedError,
    installation::Installation,
    place::{self, Place},
};

/// The socket's file name carries the port, though nothing listens on TCP.
pub(super) const PORT: u16 = 5432;

/// The longest path of a socket, in bytes: `sun_path` less its closing NUL.
const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The socket that a server listening in `directory` makes.
pub(super) fn socket_path(directory: &Path) -> PathBuf {
    directory.join(format!(".s.PGSQL.{PORT}"))
}

/// Removed when dropped.
#[derive(Debug)]
pub(super) struct SocketDirectory(PathBuf);

impl SocketDirectory {
    pub(super) fn make(
        place: &Place,
        account: &Account,
        installation: &Installation,
    ) -> Result<Self, EmbeddedError> {
        let beside_the_data = place.directory().join("socket");
        if let Err(error) = fs::remove_dir_all(&beside_the_data)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(EmbeddedError::file("remove the old", beside_the_data)(error));
        }
        if fits(&beside_the_data) {
            place::make_private(&beside_the_data, account)?;
            return Ok(Self(beside_the_data));
        }

        // The end of such an id is random; nobody can make the directory before us.
        let mut name = Uuid::now_v7().simple().to_string().split_off(16);
        name.insert_str(0, "sb-");
        let directory = [env::temp_dir(), PathBuf::from("/tmp")]
            .into_iter()
            .filter(|parent| account.can_enter(parent, installation.probe(account)))
            .map(|parent| parent.join(&name))
            .find(|directory| fits(directory))
            .ok_or_else(|| EmbeddedError::NoPlaceForSocket {
                limit: LONGEST_PATH,
                account: account.to_string(),
            })?;
        place::make_private(&directory, account)?;
        Ok(Self(directory))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The value of the server's setting, which is a list: quoted, because a path may contain a comma.
    pub(super) fn setting(&self) -> OsString {
        let mut value = b"unix_socket_directories=\"".to_vec();
        value.extend(quoted(self.0.as_os_str()));
        value.push(b'"');
        OsString::from_vec(value)
    }
}

impl Drop for SocketDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fits(directory: &Path) -> bool {
    socket_path(directory).as_os_str().len() <= LONGEST_PATH
}

fn quoted(path: &OsStr) -> impl Iterator<Item = u8> {
    path.as_bytes().iter().flat_map(|byte| {
        let times = if *byte == b'"' { 2 } else { 1 };
        std::iter::repeat_n(*byte, times)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_commas_and_quotes_stays_one_entry_of_the_list() {
        let directory = SocketDirectory(PathBuf::from("/nonexistent/a, \"b\""));

        assert_eq!(directory.setting(), r#"unix_socket_directories="/nonexistent/a, ""b""""#);
    }

    #[test]
    fn the_limit_counts_the_name_of_the_socket_too() {
        let longest = LONGEST_PATH - "/.s.PGSQL.5432".len();

        assert!(fits(Path::new(&"x".repeat(longest))));
        assert!(!fits(Path::new(&"x".repeat(longest + 1))));
    }
}
