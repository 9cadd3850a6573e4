//! `switchboard settings try`: a call that nobody makes.
//!
//! Promises: the decisions that a caller would get, also under settings that nobody has saved; lines of 80 columns. Nobody is
//! rung, nothing is written. Doesn't: show TwiML; `POST /api/v1/settings/try` does.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::Value;

use super::sources::{begin, read, refused};
use crate::cli::failure::Failure;
use crate::cli::hours::Asked;
use crate::cli::layout::beside;
use crate::cli::output::say;
use crate::cli::workplace::Workplace;
use crate::clock::Clock;
use crate::handling::{Handling, changed};
use crate::hours::{ClockReading, Hours, State};
use crate::routing::{Call, Key};
use crate::settings::store;
use crate::settings::walk::{Answer, Callee, Cast, Walked, heard, in_words, walk};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

#[derive(Debug, Args)]
pub(in crate::cli) struct TriedCall {
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// Local time of the tenant, such as 2026-12-25T09:00; with an offset or Z, that moment [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Asked>,
    /// Who calls: a number, client:NAME or sip:ADDRESS [default: a caller whose number is withheld]
    #[arg(long, value_name = "CALLER", default_value = "", hide_default_value = true)]
    from: String,
    /// Which of the tenant's numbers is dialled [default: its main one]
    #[arg(long, value_name = "NUMBER", value_parser = E164PhoneNumber::parse)]
    to: Option<E164PhoneNumber>,
    /// The key that the caller presses; once for each question
    #[arg(long, value_name = "KEY", conflicts_with = "say")]
    press: Vec<Key>,
    /// What the caller says; once for each question
    #[arg(long, value_name = "WORDS")]
    say: Vec<String>,
    /// What somebody does who is rung: accepts, ignores, voicemail or busy; whoever isn't named ignores it
    #[arg(long = "callee", value_name = "NUMBER=WHAT")]
    callees: Vec<RungPerson>,
    /// A file with changes that nobody has saved, as for `settings set`; - for what is piped in
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What somebody does who is rung.
#[derive(Clone, Debug)]
struct RungPerson(E164PhoneNumber, Callee);

/// Nothing that somebody does.
#[derive(Debug, thiserror::Error)]
#[error("write a number and one of accepts, ignores, voicemail and busy, such as +12145550199=voicemail")]
struct NoRungPerson;

impl FromStr for RungPerson {
    type Err = NoRungPerson;

    fn from_str(text: &str) -> Result<Self, NoRungPerson> {
        let (number, word) = text.split_once('=').ok_or(NoRungPerson)?;
        let callee = Callee::ALL.into_iter().find(|callee| callee.as_str() == word).ok_or(NoRungPerson)?;
        Ok(Self(E164PhoneNumber::parse(number).map_err(|_| NoRungPerson)?, callee))
    }
}

pub(super) async fn run(workplace: &Workplace, wished: TriedCall) -> Result<(), Failure> {
    let mut tx = begin(workplace, &wished.tenant).await?;
    let (stored, own) = (store::row(&mut tx).await?, store::own_numbers(&mut tx).await?);
    tx.commit().await?;
    let row = match &wished.file {
        Some(file) => changed(&stored, &read(file)?, &own).map_err(|mistakes| refused(&mistakes))?,
        None => stored,
    };
    let dialled = wished.to.clone().or_else(|| own.first().cloned());
    Ok(say(told(&wished, &row, dialled, Clock::System.now()))?)
}

fn told(wished: &TriedCall, row: &Value, dialled: Option<E164PhoneNumber>, now: DateTime<Utc>) -> String {
    let handling = Handling::read(row, dialled.as_ref());
    let at = wished.at.map_or(now, |asked| moment(asked, &handling.hours));
    let standing = handling.hours.at(at);
    let (word, why) = match &standing.state {
        State::Open(opening) => ("open", opening.to_string()),
        State::Closed(closure) => ("closed", closure.to_string()),
    };
    let when = format!("{}, {}, {word}: {why}", wished.tenant, handling.hours.zone().words(at));
    let call = Call { caller: CallerId::parse(&wished.from), dialled };
    let steps = walk(&handling.settings, &standing.state, &call, &wished.cast());
    let steps = steps.iter().map(step);
    std::iter::once(beside("", &when)).chain(steps).collect::<Vec<_>>().join("\n\n")
}

/// Of a local time that comes twice, the first; of one that is left out, the jump of the clocks.
fn moment(asked: Asked, hours: &Hours) -> DateTime<Utc> {
    match asked {
        Asked::Moment(moment) => moment,
        Asked::OnTheWall(reading) => match hours.zone().moments_of(reading) {
            ClockReading::Once(moment) | ClockReading::Twice(moment, _) | ClockReading::Skipped(moment) => {
                moment
            }
        },
    }
}

fn step(Walked { after, decision }: &Walked) -> String {
    let heard = heard(decision).into_iter().map(|(_, text)| beside("  caller hears  ", &format!("“{text}”")));
    let mark = decision.mark.map(|mark| beside("  the log says  ", mark.as_str()));
    std::iter::once(beside("", after))
        .chain(heard)
        .chain([beside("  then          ", &in_words(&decision.step))])
        .chain(mark)
        .collect::<Vec<_>>()
        .join("\n")
}

impl TriedCall {
    fn cast(&self) -> Cast {
        let pressed = self.press.iter().map(|key| Answer::Presses(key.to_string()));
        Cast {
            caller: pressed.chain(self.say.iter().cloned().map(Answer::Says)).collect(),
            callees: self
                .callees
                .iter()
                .map(|RungPerson(number, callee)| (number.clone(), *callee))
                .collect(),
        }
    }
}
