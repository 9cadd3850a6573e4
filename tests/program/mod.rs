//! The real program, started as a newcomer would: in a folder of its own, with no settings. It knows what it takes to
//! find PostgreSQL's programs, so that the tests choose those with the variables that the program has for it. It logs as
//! much as it can, and every line is looked at.

use std::env;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use switchboard::embedded::remove_abandoned;
use tempfile::TempDir;

#[path = "../secrets/mod.rs"]
pub(crate) mod secrets;

/// A folder that other accounts can enter, unlike a usual temporary one; cleaned up behind it.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// Made anew.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// Where the program keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_abandoned(&self.data(), "postgres");
    }
}

/// A command of the program, on this data directory.
#[expect(clippy::disallowed_methods, reason = "the test's own environment; no settings of the program")]
pub(crate) fn switchboard(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).env_clear();
    for name in ["PATH", "HOME", "XDG_CACHE_HOME", "SWITCHBOARD_PG_BIN", "SWITCHBOARD_PG_NO_SYSTEM"] {
        command.envs(env::var_os(name).map(|value| (name, value)));
    }
    command.env("SWITCHBOARD_DATA_DIR", data).env("PORT", "0").env("RUST_LOG", "trace");
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// What it told a person on stderr: everything but the log, whose lines were looked at.
pub(crate) fn told(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.lines().filter(|line| !is_logged(line)).collect::<Vec<_>>().join("\n")
}

/// A look at each line that a program in the background logs, until it ends; lives as long as that.
pub(crate) struct Watch(Option<JoinHandle<()>>);

impl Watch {
    /// Takes what it says on stderr.
    pub(crate) fn over(process: &mut Child) -> Self {
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let looking = thread::spawn(|| {
            lines.map_while(Result::ok).for_each(|line| {
                is_logged(&line);
            });
        });
        Self(Some(looking))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It ended before us, and its last line may not have been looked at yet.
        if let Some(looking) = self.0.take() {
            looking.join().unwrap();
        }
    }
}

/// Whether this is a line of the log; it may hold no secret then.
fn is_logged(line: &str) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return false };
    let word = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    secrets::must_not_be_in(line, word("target"), word("level"));
    assert_holds_no_token(line);
    fields.contains_key("level")
}

/// The program makes tokens that no test knows: they are 32 hexadecimal digits; a SID has letters before them.
#[track_caller]
pub(crate) fn assert_holds_no_token(text: &str) {
    let is_token = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric());
    assert!(!words.any(is_token), "{text}");
}
