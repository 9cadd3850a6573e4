//! The command line.
use std::process::ExitCode;
/// Run.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
