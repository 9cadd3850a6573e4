//! The calls of the demo, and what each should come to.

use std::time::Duration;

use super::cast::{Cast, Firm};
use crate::simulator::{
    Callee, Caller, Conversation, Delivery, Leaves, Message, NumberSettings, Order, People, Script,
};
use crate::twilio::phone_number::{E164PhoneNumber, InvalidPhoneNumber};
use crate::twilio::sid::CallSid;

/// Set aside for stories, and nobody's here.
const NOBODYS_NUMBER: &str = "+14155550100";

/// The same disorder every time.
const SEED: u64 = 7;

/// Who signs a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// The agency's account.
    Twilio,
    /// Somebody who guesses at its token.
    Forger,
}

/// What a call should come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// One row in the log of the tenant.
    Logged {
        /// The tenant's slug.
        tenant: &'static str,
        /// What the row says it came to.
        outcome: Option<&'static str>,
    },
    /// Turned away at the door, nothing written.
    Refused,
    /// Set aside, in no tenant's log.
    Quarantined,
}

/// A call as it is going to be.
#[derive(Clone, Debug)]
pub(super) struct PlannedCall {
    pub(super) title: String,
    pub(super) from: &'static str,
    pub(super) to: E164PhoneNumber,
    pub(super) script: Script,
    pub(super) hand: Hand,
    pub(super) fate: Fate,
}

/// A call as it was.
#[derive(Debug)]
pub(super) struct MadeCall {
    pub(super) planned: PlannedCall,
    pub(super) call_sid: CallSid,
    pub(super) conversation: Conversation,
}

impl MadeCall {
    /// How long it took, begun seconds counted.
    pub(super) fn seconds(&self) -> u64 {
        self.conversation.truth.lasted.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
    }

    /// How many different requests there were: what the ledger should hold.
    pub(super) fn different_requests(&self) -> usize {
        self.conversation.exchanges().filter(|exchange| exchange.earlier == 0).count()
    }
}

/// All calls, in their order.
pub(super) fn planned(cast: &Cast) -> Result<Vec<PlannedCall>, InvalidPhoneNumber> {
    let (acme, lakeside) = (&cast.acme, &cast.lakeside);
    Ok(vec![
        PlannedCall {
            script: Script {
                delivery: Delivery { order: Order::Shuffled { seed: SEED }, copies: 1 },
                ..answered_by(Callee::Accepts)
            },
            ..to_firm(
                acme,
                "A customer reaches somebody at Acme Heating. Callbacks come in disorder.",
                "+19725550123",
                Some("answered"),
            )
        },
        PlannedCall {
            script: Script {
                delivery: Delivery { order: Order::AsItHappens, copies: 2 },
                ..answered_by(Callee::Ignores)
            },
            ..to_firm(
                acme,
                "Nobody at Acme picks up. Twilio sends everything twice.",
                "+12065550109",
                Some("missed"),
            )
        },
        PlannedCall {
            script: leaving_a_message(),
            ..to_firm(
                lakeside,
                "Somebody withholds their number, and leaves Lakeside Plumbing a message.",
                "anonymous",
                Some("voicemail"),
            )
        },
        PlannedCall {
            script: leaving_after(7),
            ..to_firm(acme, "A caller hangs up while Acme's phone rings.", "+15125550143", Some("abandoned"))
        },
        PlannedCall {
            hand: Hand::Forger,
            fate: Fate::Refused,
            script: Script { number: NumberSettings::VoiceAlone, ..Script::default() },
            ..to_firm(acme, "Somebody who isn't Twilio pretends to be.", "+12125550191", None)
        },
        PlannedCall {
            to: E164PhoneNumber::parse(NOBODYS_NUMBER)?,
            fate: Fate::Quarantined,
            ..to_firm(acme, "A call to a number that belongs to nobody here.", "+15045550118", None)
        },
    ])
}

fn to_firm(firm: &Firm, title: &str, from: &'static str, outcome: Option<&'static str>) -> PlannedCall {
    PlannedCall {
        title: title.to_owned(),
        from,
        to: firm.number.clone(),
        script: Script::default(),
        hand: Hand::Twilio,
        fate: Fate::Logged { tenant: firm.slug, outcome },
    }
}

fn answered_by(callee: Callee) -> Script {
    let people = People { phones: vec![callee.into()], ..People::default() };
    Script { people, ..Script::default() }
}

fn leaving_a_message() -> Script {
    let message = Message { length: Duration::from_secs(9), ..Message::default() };
    let caller = Caller { message, ..Caller::default() };
    Script { people: People { caller, ..People::default() }, ..Script::default() }
}

fn leaving_after(seconds: u64) -> Script {
    let leaves = Leaves::After(Duration::from_secs(seconds));
    let caller = Caller { leaves, ..Caller::default() };
    Script { people: People { caller, ..answered_by(Callee::Ignores).people }, ..Script::default() }
}
