//! The files of the carried PostgreSQL, compressed into this program by `build.rs`.
//!
//! Promises: unpacked is what the crates' manifests name, byte for byte (SHA-256), with rights that don't depend on the
//! umask.
//! Doesn't: choose a place, or care for who else can write there.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions, Permissions},
    io::Write as _,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::not_carried::NotCarried;

/// What this program carries.
pub(super) static CARRIED: Archive<'static> = Archive {
    index: include_str!(concat!(env!("OUT_DIR"), "/postgresql.index")),
    deflated: include_bytes!(concat!(env!("OUT_DIR"), "/postgresql.deflate")),
};

/// One line of the index is one file; files of the same content follow each other, and share it.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    index: &'a str,
    deflated: &'a [u8],
}

struct Entry<'a> {
    mode: u32,
    sha256: &'a str,
    size: usize,
    path: &'a Path,
}

impl<'a> Archive<'a> {
    /// Another content has another version: 16 hexadecimal digits.
    pub(super) fn version(&self) -> String {
        let mut version = lower_hex(self.index.as_bytes());
        version.truncate(16);
        version
    }

    /// Whether every file is in `directory` with its size and rights. That finds what was removed or cut short; whoever
    /// could change a content unseen could change this program too.
    pub(super) fn is_whole_in(&self, directory: &Path) -> bool {
        let is_there = |entry: &Entry<'_>| {
            fs::symlink_metadata(directory.join(entry.path)).is_ok_and(|file| {
                file.is_file()
                    && usize::try_from(file.size()) == Ok(entry.size)
                    && file.mode() & 0o777 == entry.mode
            })
        };
        self.entries().is_ok_and(|entries| entries.iter().all(is_there))
    }

    /// Makes `directory` and everything in it, readable for everybody.
    pub(super) fn unpack(&self, directory: &Path) -> Result<(), NotCarried> {
        let entries = self.entries()?;
        let contents =
            miniz_oxide::inflate::decompress_to_vec(self.deflated).map_err(|_| NotCarried::Damaged)?;

        // A path sorts behind its parents.
        let folders: BTreeSet<_> = entries.iter().flat_map(|entry| entry.path.ancestors().skip(1)).collect();
        for folder in folders {
            make_readable(&directory.join(folder))?;
        }
        let (mut content, mut rest, mut sha256): (&[u8], &[u8], &str) = (&[], &contents, "");
        for entry in &entries {
            if entry.sha256 != sha256 {
                (content, rest) = rest.split_at_checked(entry.size).ok_or(NotCarried::Damaged)?;
                sha256 = entry.sha256;
                if lower_hex(content) != sha256 {
                    return Err(NotCarried::Damaged);
                }
            }
            write(&directory.join(entry.path), content, entry.mode)?;
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<Entry<'a>>, NotCarried> {
        self.index.lines().map(|line| parse(line).ok_or(NotCarried::Damaged)).collect()
    }
}

fn parse(line: &str) -> Option<Entry<'_>> {
    let mut words = line.splitn(4, ' ');
    Some(Entry {
        mode: u32::from_str_radix(words.next()?, 8).ok()?,
        sha256: words.next()?,
        size: words.next()?.parse().ok()?,
        path: Path::new(words.next()?),
    })
}

fn make_readable(directory: &Path) -> Result<(), NotCarried> {
    fs::create_dir(directory)
        .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(0o755)))
        .map_err(NotCarried::file("make the directory", directory))
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), NotCarried> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.set_permissions(Permissions::from_mode(mode))
        })
        .map_err(NotCarried::file("write", path))
}

fn lower_hex(bytes: &[u8]) -> String {
    let digits = |byte: u8| [byte >> 4, byte & 0x0f].map(|digit| char::from_digit(u32::from(digit), 16));
    Sha256::digest(bytes).into_iter().flat_map(digits).flatten().collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two programs of the same content, and an empty file.
    pub(in super::super) fn sample(take: impl FnOnce(Archive<'_>)) {
        let [twin, empty] = [&b"content"[..], b""].map(lower_hex);
        let index = format!(
            "755 {twin} 7 bin/initdb\n755 {twin} 7 bin/postgres\n644 {empty} 0 share/with blanks/empty\n"
        );
        let deflated = miniz_oxide::deflate::compress_to_vec(b"content", 6);
        take(Archive { index: &index, deflated: &deflated });
    }

    #[test]
    fn every_path_gets_its_content_and_rights() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("programs");

        sample(|archive| {
            archive.unpack(&directory).unwrap();

            assert!(archive.is_whole_in(&directory));
        });
        assert_eq!(fs::read(directory.join("bin/postgres")).unwrap(), b"content");
        assert_eq!(fs::metadata(directory.join("bin/initdb")).unwrap().mode() & 0o777, 0o755);
        assert_eq!(fs::read(directory.join("share/with blanks/empty")).unwrap(), b"");
    }

    #[test]
    fn a_file_that_is_missing_cut_short_or_of_other_rights_is_noticed() {
        let spoils: [fn(&Path); 3] = [
            |program| fs::remove_file(program).unwrap(),
            |program| fs::write(program, "cont").unwrap(),
            |program| fs::set_permissions(program, Permissions::from_mode(0o644)).unwrap(),
        ];
        for spoil in spoils {
            let parent = tempfile::tempdir().unwrap();
            let directory = parent.path().join("programs");

            sample(|archive| {
                archive.unpack(&directory).unwrap();
                spoil(&directory.join("bin/postgres"));

                assert!(!archive.is_whole_in(&directory));
            });
        }
    }

    #[test]
    fn another_content_than_the_named_one_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let deflated = miniz_oxide::deflate::compress_to_vec(b"contents", 6);

        sample(|Archive { index, .. }| {
            let changed = index.replace("7 bin", "8 bin");
            for (index, deflated) in [(&*changed, &*deflated), (index, &[]), ("no index", &*deflated)] {
                let _ = fs::remove_dir_all(parent.path().join("programs"));
                let refused =
                    Archive { index, deflated }.unpack(&parent.path().join("programs")).unwrap_err();
                assert!(matches!(refused, NotCarried::Damaged), "{index}: {refused}");
            }
        });
    }

    /// Unlike running them, this works with any C library.
    #[test]
    fn the_carried_programs_are_whole() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("programs");

        CARRIED.unpack(&directory).unwrap();

        assert!(CARRIED.is_whole_in(&directory));
        for needed in
            ["bin/initdb", "bin/postgres", "lib/libpq.so.5", "lib/postgresql/btree_gist.so", "LICENSE"]
        {
            assert!(directory.join(needed).is_file(), "{needed}");
        }
    }
}
