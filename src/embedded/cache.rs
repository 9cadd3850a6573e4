//! The folder that the carried PostgreSQL is unpacked into.
//!
//! Promises: unpacked once for each content, in one step, by one process at a time; what is damaged is made anew; nobody
//! but us and root can have put a program there, or can put one there later.
//! Doesn't: remove what another version of this program unpacked, which may be running.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::ErrorKind,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use nix::{
    fcntl::OFlag,
    unistd::{Gid, Group, User, geteuid},
};
use uuid::Uuid;

use super::{archive::Archive, not_carried::NotCarried};

const NAME: &str = "switchboard";
/// Root's own folders are often closed to the account that PostgreSQL then runs as.
const CACHE_OF_ROOT: &str = "/var/cache";
const UNFINISHED_PREFIX: &str = "unfinished-";

/// Where to unpack; `cache` is the user's folder.
pub(super) fn folder(cache: Option<&Path>) -> Result<PathBuf, NotCarried> {
    let cache = if geteuid().is_root() { Some(Path::new(CACHE_OF_ROOT)) } else { cache };
    cache.map(|cache| cache.join(NAME)).ok_or(NotCarried::NoCache)
}

/// The directory below `folder` that holds the files of `archive`.
pub(super) fn unpacked(archive: &Archive<'_>, folder: &Path) -> Result<PathBuf, NotCarried> {
    let folder = make(folder)?;
    guard(&folder)?;
    let lock = folder.join("lock");
    let held = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(&lock)
        .map_err(NotCarried::file("open", &lock))?;
    // Until the end of the function: another process waits, and then finds it done.
    held.lock().map_err(NotCarried::file("lock", &lock))?;

    let directory = folder.join(format!("postgresql-{}", archive.version()));
    if !archive.is_whole_in(&directory) {
        remove_unfinished(&folder);
        let unfinished = folder.join(format!("{UNFINISHED_PREFIX}{}", Uuid::now_v7()));
        archive.unpack(&unfinished)?;
        remove_damaged(&directory)?;
        fs::rename(&unfinished, &directory).map_err(NotCarried::file("finish the directory", &directory))?;
    }
    Ok(directory)
}

/// Makes the folder if it is missing, readable for everybody whatever our umask says. Returns its path without links.
fn make(folder: &Path) -> Result<PathBuf, NotCarried> {
    let made = if folder.exists() {
        Ok(())
    } else {
        fs::create_dir_all(folder).and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755)))
    };
    made.and_then(|()| fs::canonicalize(folder)).map_err(NotCarried::file("make the directory", folder))
}

/// Whoever may write a directory may replace what is in it: the folder and all above must be ours or root's. Above it,
/// a directory for all is good enough if its entries stay their makers' (the sticky bit of `/tmp`).
fn guard(folder: &Path) -> Result<(), NotCarried> {
    let own = geteuid().as_raw();
    for directory in folder.ancestors() {
        let metadata =
            fs::symlink_metadata(directory).map_err(NotCarried::file("look at the directory", directory))?;
        let is_sticky = metadata.mode() & 0o1000 != 0 && directory != folder;
        let is_open_to_all = metadata.mode() & 0o002 != 0;
        let is_open_to_group = metadata.mode() & 0o020 != 0 && !is_ours_alone(metadata.gid());
        let is_open = (is_open_to_all || is_open_to_group) && !is_sticky;
        if is_open || (metadata.uid() != own && metadata.uid() != 0) {
            return Err(NotCarried::Unguarded { directory: directory.to_owned() });
        }
    }
    Ok(())
}

/// Many systems give each user a group of the same name, and let new directories be open to it.
fn is_ours_alone(group: u32) -> bool {
    let user = User::from_uid(geteuid()).ok().flatten();
    let group = Group::from_gid(Gid::from_raw(group)).ok().flatten();
    user.zip(group).is_some_and(|(user, group)| {
        group.name == user.name && group.mem.iter().all(|member| *member == user.name)
    })
}

fn remove_damaged(directory: &Path) -> Result<(), NotCarried> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(NotCarried::file("remove the damaged", directory)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What cannot be removed now is only litter, and tried again the next time.
fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED_PREFIX.as_bytes()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, thread};

    use super::{super::archive::tests::sample, *};

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn it_is_unpacked_once_by_however_many() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("not yet/there");

        sample(|archive| {
            let directories: Vec<_> = thread::scope(|scope| {
                let unpackers: Vec<_> =
                    (0..4).map(|_| scope.spawn(|| unpacked(&archive, &folder).unwrap())).collect();
                unpackers.into_iter().map(|unpacker| unpacker.join().unwrap()).collect()
            });
            let made = fs::metadata(directories[0].join("bin/postgres")).unwrap();
            let again = unpacked(&archive, &folder).unwrap();

            assert!(directories.iter().all(|directory| *directory == again));
            assert_eq!(fs::metadata(again.join("bin/postgres")).unwrap().ino(), made.ino());
            assert_eq!(names(&folder), ["lock", &format!("postgresql-{}", archive.version())]);
        });
    }

    #[test]
    fn what_is_damaged_or_unfinished_is_made_anew() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("programs");

        sample(|archive| {
            let directory = unpacked(&archive, &folder).unwrap();
            fs::remove_file(directory.join("bin/postgres")).unwrap();
            fs::create_dir(folder.join("unfinished-of-a-killed-process")).unwrap();

            let again = unpacked(&archive, &folder).unwrap();

            assert!(archive.is_whole_in(&again));
            assert_eq!(names(&folder).len(), 2);
        });
    }

    #[test]
    fn a_folder_that_others_may_change_is_refused_and_named() {
        let cache = tempfile::tempdir().unwrap();
        let open = cache.path().join("open");
        let prepared = open.join("switchboard");
        fs::create_dir_all(&prepared).unwrap();
        let rights = |mode| fs::set_permissions(&open, Permissions::from_mode(mode)).unwrap();
        let link = cache.path().join("link");
        symlink(&prepared, &link).unwrap();

        for folder in [&prepared, &link] {
            sample(|archive| {
                rights(0o777);
                let refused = unpacked(&archive, folder).unwrap_err();
                assert!(
                    matches!(&refused, NotCarried::Unguarded { directory } if directory.ends_with("open"))
                );
                assert!(refused.to_string().contains("XDG_CACHE_HOME"), "{refused}");

                // As /tmp is: what we make there stays ours.
                rights(0o1777);
                unpacked(&archive, folder).unwrap();
            });
        }
    }

    #[test]
    fn a_folder_that_is_open_to_a_group_is_trusted_if_the_group_is_ours_alone() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("switchboard");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o775)).unwrap();
        let is_ours = is_ours_alone(fs::metadata(&folder).unwrap().gid());

        sample(|archive| assert_eq!(unpacked(&archive, &folder).is_ok(), is_ours));
        assert!(!is_ours_alone(Group::from_name("daemon").unwrap().unwrap().gid.as_raw()));
    }

    #[test]
    fn a_folder_that_another_user_prepared_is_refused() {
        if !geteuid().is_root() {
            // Only root can play another user; the rule is the same.
            assert!(guard(Path::new("/")).is_ok(), "what is root's is trusted");
            return;
        }
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("switchboard");
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::chown(&folder, Some(65534), None).unwrap();

        sample(|archive| {
            let refused = unpacked(&archive, &folder).unwrap_err();
            assert!(
                matches!(&refused, NotCarried::Unguarded { directory } if directory.ends_with("switchboard"))
            );
        });
    }

    #[test]
    fn without_a_home_there_is_nowhere_to_unpack_but_for_root() {
        let nowhere = folder(None);

        if geteuid().is_root() {
            assert_eq!(nowhere.unwrap(), Path::new("/var/cache/switchboard"));
        } else {
            assert!(matches!(nowhere, Err(NotCarried::NoCache)));
        }
    }
}
