//! The demo's texts around the calls.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::cast::{Cast, Firm};
use super::evidence::{Evidence, Row};
use super::verdict::Check;
use crate::cli::layout::beside;
use crate::cli::output::{count, table};

/// What a command works with that is told nothing else.
const USUAL_DIRECTORY: &str = "./data";

/// Where the demo takes place.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// In words.
    pub(super) database: String,
    /// How many were applied just now.
    pub(super) migrations: usize,
    /// Where the server listens.
    pub(super) address: SocketAddr,
    /// The port that it would have liked.
    pub(super) taken_port: Option<u16>,
    /// Where the data is.
    pub(super) data_directory: PathBuf,
    /// Settings that are set, and not heeded.
    pub(super) ignored: Vec<&'static str>,
}

pub(super) fn title() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("Switchboard {version}: two firms, one private PostgreSQL, and six phone calls.")
}

/// Before the first call.
pub(super) fn opening(surroundings: &Surroundings, cast: &Cast) -> String {
    let Surroundings { database, migrations, address, taken_port, ignored, .. } = surroundings;
    let mut text = String::from("\n");
    let mut line = |name: &str, value: &str| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{}", beside(&format!("  {name:<10} "), value));
    };
    line("database", database);
    line(
        "schema",
        &match migrations {
            0 => "current".to_owned(),
            applied => format!("current; {} applied now", count(*applied, "migration")),
        },
    );
    if let Some(port) = taken_port {
        line("port", &format!("{}, because {port} is taken", address.port()));
    }
    if !ignored.is_empty() {
        line("ignored", &format!("{}; the demo has its own", ignored.join(", ")));
    }
    for (firm, name) in cast.firms().into_iter().zip(["tenants", ""]) {
        let to = firm.forward_number.unwrap_or("nobody");
        let _ = writeln!(text, "  {name:<10} {:<18} {}  forwards to {to}", firm.slug, firm.number.as_str());
    }
    text
}

/// The log of this run's calls.
pub(super) fn call_log(evidence: &Evidence) -> String {
    let dash = || "-".to_owned();
    let cells = |Row { tenant, call }: &Row| {
        [
            call.from_number.clone().unwrap_or_else(dash),
            call.to_number.clone().unwrap_or_else(dash),
            (*tenant).to_owned(),
            call.status.clone(),
            call.duration_seconds.map_or_else(dash, |seconds| format!("{seconds} s")),
            call.outcome.clone().unwrap_or_else(dash),
        ]
    };
    let rows: Vec<[String; 6]> = evidence.rows.iter().map(cells).collect();
    let head = ["caller", "number", "tenant", "status", "duration", "outcome"];
    format!(
        "\nThe call log, read back over GET /api/v1/calls with each tenant's key:\n\n{}",
        table(head, &rows)
    )
}

/// What was checked, and how it went.
pub(super) fn verdict(checks: &[Check]) -> String {
    let mut text = String::from("Checked:\n\n");
    for check in checks {
        let mark = if check.holds() { "  ok    " } else { "  WRONG " };
        let _ = writeln!(text, "{}", beside(mark, &check.promise));
        for fault in &check.faults {
            let _ = writeln!(text, "{}", beside("        * ", fault));
        }
    }
    let all = if checks.iter().all(Check::holds) {
        "Every row is as it should be."
    } else {
        "Not every row is as it should be."
    };
    text + "\n" + all
}

/// What to try while it serves on.
pub(super) fn what_next(surroundings: &Surroundings, cast: &Cast) -> String {
    let base = format!("http://{}", surroundings.address);
    let acme = &cast.acme;
    let simulate = simulate_lines(surroundings, acme);
    let keys: Vec<String> =
        cast.firms().iter().map(|firm| format!("  {:<18} {}", firm.slug, firm.key.reveal())).collect();
    format!(
        "
The server goes on. Try next, in a second terminal:

Call {name}, and read what the caller hears:
{simulate}
Read its call log:
  curl -H 'Authorization: Bearer {key}' {base}/api/v1/calls

API keys, which open one tenant's log each:
{keys}

Addresses:
  manual   {base}/docs
  health   {base}/health
  log      {base}/api/v1/calls
  voice    {base}/twilio/voice
  status   {base}/twilio/voice/status#rc=5&rp=5xx,ct,rt
The last two are a Twilio number's webhooks, by POST. README.md tells how to
connect a real one.

Ctrl-C stops the server. The data stays, and the next demo finds it.",
        name = acme.company_name,
        key = acme.key.reveal(),
        keys = keys.join("\n"),
    )
}

/// The command, so that it finds this server when it is pasted into another terminal of the same environment.
fn simulate_lines(surroundings: &Surroundings, firm: &Firm) -> String {
    let mut settings = String::new();
    if surroundings.ignored.contains(&"DATABASE_URL") {
        settings.push_str("env -u DATABASE_URL ");
    }
    let directory = &surroundings.data_directory;
    if directory != Path::new(USUAL_DIRECTORY) {
        // The other terminal may stand elsewhere.
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
        let _ = write!(settings, "SWITCHBOARD_DATA_DIR={} ", quoted(&directory.to_string_lossy()));
    }
    let call = format!("simulate call --to {}", firm.number.as_str());
    let installed = format!("  {settings}switchboard {call}\n");
    if is_built_here() {
        format!("  {settings}cargo run -- {call}\nor, once it is installed:\n{installed}")
    } else {
        installed
    }
}

/// Whether cargo has built this program and left it where it was built.
fn is_built_here() -> bool {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent).and_then(Path::file_name);
    folder.is_some_and(|folder| folder == "debug" || folder == "release")
}

/// For a shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(&byte);
    if text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_survives_the_shell() {
        assert_eq!(quoted("/tmp/a-b.c"), "/tmp/a-b.c");
        assert_eq!(quoted("/tmp/it's here"), r"'/tmp/it'\''s here'");
    }
}
