//! `postgres.log`, what the server says.
//!
//! It lies beside the data. It is emptied at a start when it has grown large; nothing else rotates it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use nix::fcntl::OFlag;

use super::error::EmbeddedError;

const LARGEST_BYTES: u64 = 4 * 1024 * 1024;
const QUOTED_LINES: usize = 8;
const QUOTED_BYTES: u64 = 64 * 1024;

#[derive(Debug)]
pub(super) struct ServerLog {
    pub(super) file: File,
    pub(super) path: PathBuf,
    /// Where the lines of this start begin.
    begin: u64,
}

impl ServerLog {
    pub(super) fn open(path: PathBuf) -> Result<Self, EmbeddedError> {
        let opened = || -> io::Result<(File, u64)> {
            let no_link = OFlag::O_NOFOLLOW.bits();
            let file =
                OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(no_link).open(&path)?;
            let mut begin = file.metadata()?.len();
            if begin > LARGEST_BYTES {
                file.set_len(0)?;
                begin = 0;
            }
            Ok((file, begin))
        };
        let (file, begin) = opened().map_err(EmbeddedError::file("open", &path))?;
        Ok(Self { file, path, begin })
    }

    /// The last lines since this start; empty if the log cannot be read.
    pub(super) fn tail(&self) -> String {
        let content = read_from(&self.path, self.begin).unwrap_or_default();
        let text = String::from_utf8_lossy(&content);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(QUOTED_LINES)..).unwrap_or_default().join("\n")
    }
}

fn read_from(path: &Path, begin: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let begin = begin.max(file.metadata()?.len().saturating_sub(QUOTED_BYTES));
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    file.take(QUOTED_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_lines_of_this_start_are_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("postgres.log");
        fs::write(&path, "of yesterday\n").unwrap();

        let log = ServerLog::open(path.clone()).unwrap();
        io::Write::write_all(&mut &log.file, b"one\ntwo\n").unwrap();

        assert_eq!(log.tail(), "one\ntwo");
    }

    #[test]
    fn a_large_log_is_emptied_at_a_start() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("postgres.log");
        fs::write(&path, vec![b'x'; 5 * 1024 * 1024]).unwrap();

        let log = ServerLog::open(path).unwrap();

        assert_eq!(log.file.metadata().unwrap().len(), 0);
    }
}
