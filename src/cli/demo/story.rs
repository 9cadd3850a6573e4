//! The calls as they happen.
//!
//! Promises: what people hear and do, with the clock times of the call; how many requests of Twilio's it took.

use std::time::Duration;

use super::calls::{Fate, Hand, MadeCall, PlannedCall, planned};
use super::cast::Cast;
use crate::cli::failure::Failure;
use crate::cli::output::say;
use crate::cli::spoken;
use crate::clock::Clock;
use crate::simulator::{self, Line, PlacedCall, Signer};
use crate::twilio::signature::AuthToken;

/// Not the token.
const A_GUESS: &str = "a guess";
/// They are over now: a log that speaks of the future would puzzle.
const AGO: Duration = Duration::from_mins(5);

/// Places all calls, one after the other.
pub(super) async fn place_all(line: &Line, cast: &Cast) -> Result<Vec<MadeCall>, Failure> {
    let planned = planned(cast).map_err(|error| Failure::Failed(error.to_string()))?;
    let mut made = Vec::with_capacity(planned.len());
    for (index, call) in planned.into_iter().enumerate() {
        say(format!("\n{}. {}", index + 1, call.title))?;
        let call = place(line, call).await?;
        say(told(&call))?;
        made.push(call);
    }
    Ok(made)
}

async fn place(line: &Line, planned: PlannedCall) -> Result<MadeCall, Failure> {
    let line = match planned.hand {
        Hand::Twilio => line.clone(),
        Hand::Forger => {
            let guess = AuthToken::parse(A_GUESS).map_err(|error| Failure::Failed(error.to_string()))?;
            line.signed_by(Signer::Token(guess))
        }
    };
    let call = PlacedCall::new(&line, planned.from, &planned.to, Clock::System.now() - AGO)?;
    let conversation = simulator::converse(&line, &call, &planned.script).await;
    Ok(MadeCall { call_sid: call.call_sid().clone(), planned, conversation })
}

fn told(call: &MadeCall) -> String {
    match call.planned.fate {
        Fate::Refused => "  the signature is guessed: refused with 403, nothing is written".to_owned(),
        Fate::Logged { .. } | Fate::Quarantined => {
            let requests = spoken::requests(&call.conversation);
            format!("{}\n         {requests}", spoken::story(&call.conversation))
        }
    }
}
