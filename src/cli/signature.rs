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
    for (index, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let judged = std::str::from_utf8(&line)
            .map_err(|_| "the line is not UTF-8".to_owned())
            .and_then(|line| signature_check::judge_line(line).map_err(|error| error.to_string()));
        match judged {
            Ok(verdict) => {
                say(serde_json::to_string(&verdict).map_err(|error| Failure::Failed(error.to_string()))?)?;
            }
            Err(reason) => {
                unreadable += 1;
                // A line out for each line in, so that they can be laid side by side.
                say(serde_json::json!({ "valid": false, "reason": format!("not judged: {reason}") }))?;
                super::output::complain(&Failure::Failed(format!("line {}: {reason}", index + 1)));
            }
        }
    }
    if unreadable == 0 {
        Ok(())
    } else {
        Err(Failure::Failed(format!("{unreadable} lines could not be judged")))
    }
}
