//! The server's own pid file, `postmaster.pid`: whether it is ready, and whether one of an earlier run is left.
//!
//! The file survives a power loss and proves nothing by itself: its process id may belong to anybody by now. Nothing
//! is signalled unless it is a `postgres` that works in this very data directory.

use std::{fs, io::ErrorKind, path::Path, time::Duration};

use nix::unistd::Pid;

use super::{error::EmbeddedError, process};

const FILE: &str = "postmaster.pid";
const LAST_SESSIONS_WITHIN: Duration = Duration::from_secs(10);

/// Whether the server `process_id` on `data` accepts connections. Line 8 of the file says so; `pg_ctl -w` trusts the
/// same line.
pub(super) fn is_ready(data: &Path, process_id: Pid) -> bool {
    fs::read(data.join(FILE)).is_ok_and(|content| {
        parse_process_id(&content) == Some(process_id)
            && content.split(|byte| *byte == b'\n').nth(7).is_some_and(|line| line.trim_ascii() == b"ready")
    })
}

/// Stops a server that outlived its owner, and removes a stale pid file. The caller holds the lock of the directory,
/// so a server that is found here belongs to nobody.
pub(super) fn stop_left_over(data: &Path) -> Result<(), EmbeddedError> {
    let file = data.join(FILE);
    let content = match fs::read(&file) {
        Ok(content) => content,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => return Err(EmbeddedError::file("read", file)(error)),
    };

    if let Some(process_id) = parse_process_id(&content)
        && !process::shut_down(process_id, || !serves(process_id, data))
    {
        return Err(EmbeddedError::LeftOverStays { process_id: process_id.as_raw(), data: data.to_owned() });
    }

    // The sessions of a server that was killed itself end a moment later. One that doesn't keeps PostgreSQL from
    // starting, by its shared memory, with a message of its own; the pid file is not needed for that.
    process::within(LAST_SESSIONS_WITHIN, || !is_served(data));

    // PostgreSQL refuses a file that it cannot read, and one whose process id the same account uses again.
    if let Err(error) = fs::remove_file(&file)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(EmbeddedError::file("remove", file)(error));
    }
    Ok(())
}

/// 0 and 1 and negative numbers are never a postmaster of ours, and would address groups of processes.
fn parse_process_id(content: &[u8]) -> Option<Pid> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    let number: i32 = str::from_utf8(line).ok()?.trim().parse().ok()?;
    (number > 1).then(|| Pid::from_raw(number))
}

/// Whether this process is a `postgres` that works in `data`. A zombie has neither a program nor a directory.
#[cfg(target_os = "linux")]
fn serves(process_id: Pid, data: &Path) -> bool {
    use std::os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _};

    let process = Path::new("/proc").join(process_id.to_string());
    let is_postgres = fs::read_link(process.join("exe")).is_ok_and(|program| {
        // The kernel appends " (deleted)" when the package was upgraded meanwhile.
        program.file_name().is_some_and(|name| name.as_bytes().starts_with(b"postgres"))
    });
    let works_in = fs::metadata(process.join("cwd"));
    is_postgres
        && works_in.is_ok_and(|there| {
            fs::metadata(data).is_ok_and(|ours| (there.dev(), there.ino()) == (ours.dev(), ours.ino()))
        })
}

/// Whether any process is a `postgres` that works in `data`.
#[cfg(target_os = "linux")]
fn is_served(data: &Path) -> bool {
    fs::read_dir("/proc").into_iter().flatten().flatten().any(|process| {
        let process_id = process.file_name().to_str().and_then(|name| name.parse().ok());
        process_id.is_some_and(|process_id| serves(Pid::from_raw(process_id), data))
    })
}

/// Other systems don't tell where a process works.
#[cfg(not(target_os = "linux"))]
fn is_served(_data: &Path) -> bool {
    false
}

/// Whether this process is a `postgres`, and no zombie. The pid file lies in `data`, which has to do as the proof of
/// where it works.
#[cfg(not(target_os = "linux"))]
fn serves(process_id: Pid, _data: &Path) -> bool {
    std::process::Command::new("/bin/ps")
        .args(["-o", "stat=,comm=", "-p", &process_id.to_string()])
        .output()
        .is_ok_and(|output| {
            let line = String::from_utf8_lossy(&output.stdout);
            !line.trim_start().starts_with('Z') && line.contains("postgres")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_process_id_is_taken_from_the_first_line() {
        assert_eq!(parse_process_id(b"4711\n/data\n"), Some(Pid::from_raw(4711)));

        for garbage in [&b""[..], b"0\n", b"1\n", b"-4711\n", b"\xff\xfe\n", b"abc\n", b"99999999999\n"] {
            assert_eq!(parse_process_id(garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn a_file_of_another_process_or_without_the_word_is_not_ready() {
        let data = tempfile::tempdir().unwrap();
        let server = Pid::from_raw(4711);

        let starting = "4711\n/data\n0\n5432\n/socket\n\n0 0\nstarting\n";
        fs::write(data.path().join(FILE), starting).unwrap();
        assert!(!is_ready(data.path(), server));

        fs::write(data.path().join(FILE), starting.replace("starting", "ready   ")).unwrap();
        assert!(is_ready(data.path(), server));
        assert!(!is_ready(data.path(), Pid::from_raw(4712)));
    }

    #[test]
    fn a_living_process_that_is_no_postgres_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let own = nix::unistd::getpid();
        fs::write(data.path().join(FILE), format!("{own}\n")).unwrap();

        stop_left_over(data.path()).unwrap();

        assert!(!data.path().join(FILE).exists());
    }
}
