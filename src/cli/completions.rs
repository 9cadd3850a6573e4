//! `switchboard completions SHELL`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::CommandLine;
use super::failure::Failure;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct CompletionsArguments {
    /// For which shell
    shell: Shell,
}

pub(super) fn run(arguments: CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut CommandLine::command(), "switchboard", &mut script);
    Ok(super::output::say(String::from_utf8_lossy(&script).trim_end())?)
}
