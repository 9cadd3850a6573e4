//! `switchboard signature check`

use std::io::BufRead;

use clap::Subcommand;

use super::failure::Failure;
use super::output::say;
use crate::twilio::signature_check;

#[derive(Debug, Subcommand)]
pub(super) enum SignatureCommand {
    /// Judge webhooks: JSON lines in, {valid, reason} lines out
    ///
    /// Each line of standard input holds `url`, `method`, `content_type`, `params` or `raw_body`, `signature`, and
    /// `auth_token` or `accepted_tokens`. Exit 0 if every line was judged, whatever the verdicts.
    Check,
}

pub(super) fn run(command: &SignatureCommand) -> Result<(), Failure> {
    let SignatureCommand::Check = command;
    let mut unreadable = 0_usize;
    for (index, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match signature_check::judge_line(&line) {
            Ok(verdict) => {
                say(serde_json::to_string(&verdict).map_err(|error| Failure::Failed(error.to_string()))?)?;
            }
            Err(error) => {
                unreadable += 1;
                super::output::complain(&Failure::Failed(format!("line {}: {error}", index + 1)));
            }
        }
    }
    if unreadable == 0 {
        Ok(())
    } else {
        Err(Failure::Failed(format!("{unreadable} lines could not be judged")))
    }
}
