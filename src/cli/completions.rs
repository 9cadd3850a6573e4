//! `switchboard completions SHELL`

use clap::{Args, Command};
use clap_complete::Shell;

use super::failure::Failure;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct CompletionsArguments {
    /// For which shell
    shell: Shell,
}

pub(super) fn run(arguments: CompletionsArguments, command: &mut Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "switchboard", &mut script);
    Ok(super::output::say(String::from_utf8_lossy(&script).trim_end())?)
}
