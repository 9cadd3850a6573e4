//! What people do on a simulated call, as arguments.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::telling::{Expectation, Form};
use crate::simulator::{
    AfterMessage, Answer, Callee, Caller, Delivery, Leaves, Message, NumberSettings, Order, Patience, People,
    Script,
};

/// Somebody in Dallas; the digits are set aside for stories.
const DEFAULT_CALLER: &str = "+19725550123";
const MESSAGE_WORDS: &str = "Hello, this is a simulated message. Please call me back.";

#[derive(Debug, Args)]
pub(in crate::cli) struct WishedCall {
    /// The number to dial, in any form that people type
    #[arg(long)]
    pub(super) to: String,
    /// Who calls: a number, anonymous, client:NAME or sip:ADDRESS
    #[arg(long, default_value = DEFAULT_CALLER)]
    pub(super) from: String,
    /// The keys that the caller presses: at each question those up to the next comma, nothing between two commas
    #[arg(long, value_name = "KEYS", conflicts_with = "say")]
    digits: Option<String>,
    /// What the caller says; once for each question
    #[arg(long, value_name = "WORDS")]
    say: Vec<String>,
    /// Who answers the phones that ring; the first one first, the last one for all further ones
    #[arg(long, value_enum)]
    callee: Vec<WishedCallee>,
    /// The caller hangs up so many seconds after the first ring
    #[arg(long, value_name = "SECONDS")]
    hang_up_after: Option<u16>,
    /// How long a message the caller leaves; 0: silence
    #[arg(long, value_name = "SECONDS", default_value_t = 12)]
    message: u16,
    /// Leave the signature out, as somebody would who isn't Twilio
    #[arg(long)]
    no_signature: bool,
    /// Send every request K times; the log must show one call all the same
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    repeat: u16,
    /// Send the callbacks in any order and up to three times each; the same seed gives the same order
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Show the requests, too
    #[arg(long, conflicts_with = "json")]
    requests: bool,
    /// Print JSON instead of a story
    #[arg(long)]
    json: bool,
}

/// Who, or what, answers a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WishedCallee {
    /// Picks up, presses 1 where that is asked for, and talks
    Accepts,
    /// Lets it ring
    Ignores,
    /// A voicemail, which picks up and talks
    Voicemail,
    /// Is talking already
    Busy,
    /// Picks up and presses 2
    Declines,
    /// Picks up and hangs up
    HangsUp,
    /// Has no such number
    Unreachable,
}

impl From<WishedCallee> for Callee {
    fn from(wished: WishedCallee) -> Self {
        match wished {
            WishedCallee::Accepts => Self::Accepts,
            WishedCallee::Ignores => Self::Ignores,
            WishedCallee::Voicemail => Self::Voicemail,
            WishedCallee::Busy => Self::Busy,
            WishedCallee::Declines => Self::Declines,
            WishedCallee::HangsUp => Self::HangsUp,
            WishedCallee::Unreachable => Self::Unreachable,
        }
    }
}

impl WishedCall {
    pub(super) fn form(&self) -> Form {
        match (self.json, self.requests) {
            (true, _) => Form::Json,
            (false, true) => Form::StoryWithRequests,
            (false, false) => Form::Story,
        }
    }

    pub(super) fn expectation(&self) -> Expectation {
        if self.no_signature { Expectation::Refusal } else { Expectation::Content }
    }

    pub(super) fn script(&self) -> Script {
        let caller = Caller {
            answers: self.answers(),
            patience: Patience::HearsItOut,
            message: Message {
                length: Duration::from_secs(self.message.into()),
                words: MESSAGE_WORDS.to_owned(),
                then: AfterMessage::HangsUp,
            },
            leaves: self
                .hang_up_after
                .map_or(Leaves::AtTheEnd, |seconds| Leaves::After(Duration::from_secs(seconds.into()))),
        };
        let phones = self.callee.iter().map(|callee| Callee::from(*callee).into()).collect();
        let number = match self.expectation() {
            Expectation::Content => NumberSettings::Complete,
            Expectation::Refusal => NumberSettings::VoiceAlone,
        };
        let order = self.seed.map_or(Order::AsItHappens, |seed| Order::Shuffled { seed });
        Script {
            people: People { caller, phones, ..People::default() },
            delivery: Delivery { order, copies: self.repeat.into() },
            number,
        }
    }

    fn answers(&self) -> Vec<Answer> {
        let pressed = self.digits.iter().flat_map(|digits| digits.split(',')).map(|keys| match keys.trim() {
            "" => Answer::Nothing,
            keys => Answer::Keys(keys.to_owned()),
        });
        pressed.chain(self.say.iter().cloned().map(Answer::Words)).collect()
    }
}
