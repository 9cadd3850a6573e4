//! The calls as they happen: what Twilio sends, and what it gets.
//!
//! Promises: one line for each request, with what the caller hears beside it.

use chrono::TimeDelta;

use super::calls::{Fate, Hand, MadeCall, PlannedCall, planned};
use super::cast::Cast;
use crate::cli::failure::Failure;
use crate::cli::layout::beside;
use crate::cli::output::say;
use crate::clock::Clock;
use crate::simulator::{Conversation, Exchange, Forwarding, Line, PlacedCall, Request, Signer};
use crate::twilio::signature::AuthToken;

/// Not the token.
const A_GUESS: &str = "a guess";

/// Places all calls, one after the other.
pub(super) async fn place_all(line: &Line, cast: &Cast) -> Result<Vec<MadeCall>, Failure> {
    let planned = planned(cast).map_err(|error| Failure::Failed(error.to_string()))?;
    let mut made = Vec::with_capacity(planned.len());
    for (index, call) in planned.into_iter().enumerate() {
        say(format!("\n{}. {}", index + 1, call.title))?;
        made.push(place(line, call).await?);
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
    // It is over now: a log that speaks of the future would puzzle.
    let began = Clock::System.now() - TimeDelta::seconds(planned.length.into());
    let call = PlacedCall::new(&line, planned.from, &planned.to, began, planned.length)?;
    let mut conversation = Conversation::new(&line, &call, planned.script.clone());
    let mut exchanges = Vec::new();
    while let Some(exchange) = conversation.next().await? {
        say(told(&planned, &exchange))?;
        exchanges.push(exchange);
    }
    Ok(MadeCall { call_sid: call.call_sid().clone(), planned, exchanges })
}

/// `   what is sent                 → 200  what is heard`
fn told(planned: &PlannedCall, exchange: &Exchange) -> String {
    let head = format!("   {:<29} → {}  ", sent(planned, exchange), exchange.reply.status);
    let blank = " ".repeat(head.chars().count());
    let heads = std::iter::once(head.as_str()).chain(std::iter::repeat(blank.as_str()));
    let lines = heads.zip(answered(planned, exchange)).map(|(head, answer)| beside(head, &answer));
    lines.collect::<Vec<_>>().join("\n")
}

fn sent(planned: &PlannedCall, exchange: &Exchange) -> String {
    let what = match (exchange.request, planned.hand) {
        (Request::Incoming, Hand::Forger) => "call, signature guessed".to_owned(),
        (Request::Incoming, Hand::Twilio) => format!("call from {}", planned.from),
        (Request::ForwardingEnded(_) | Request::Status(_), _) => exchange.request.to_string(),
    };
    if exchange.earlier > 0 { format!("{what}, again") } else { what }
}

/// One line for each thing that is heard, or one for all.
fn answered(planned: &PlannedCall, exchange: &Exchange) -> Vec<String> {
    let says = |text: &str| vec![text.to_owned()];
    if !exchange.is_accepted() {
        return says("refused; nothing is written");
    }
    match (exchange.request, exchange.earlier, planned.fate) {
        (Request::ForwardingEnded(Forwarding::CallerLeft), ..) => says("nobody is left to hear the answer"),
        (Request::Incoming | Request::ForwardingEnded(_), 0, _) => {
            exchange.reply.heard.iter().map(ToString::to_string).collect()
        }
        (Request::Incoming | Request::ForwardingEnded(_), ..) => says("the same answer"),
        (Request::Status(_), 0, Fate::Quarantined) => says("kept in quarantine"),
        (Request::Status(_), 0, Fate::Logged { .. } | Fate::Refused) => says("logged"),
        (Request::Status(_), ..) => says("known already"),
    }
}
