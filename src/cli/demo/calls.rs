//! The calls of the demo, and what each should come to.

use super::cast::{Cast, Firm};
use crate::simulator::{Exchange, Forwarding, Progress, Script};
use crate::twilio::phone_number::{E164PhoneNumber, InvalidPhoneNumber};
use crate::twilio::sid::CallSid;

/// Set aside for stories, and nobody's here.
const NOBODYS_NUMBER: &str = "+14155550100";

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
    /// From the first ring to the end, in seconds.
    pub(super) length: u32,
    pub(super) script: Script,
    pub(super) hand: Hand,
    pub(super) fate: Fate,
}

/// A call as it was.
#[derive(Debug)]
pub(super) struct MadeCall {
    pub(super) planned: PlannedCall,
    pub(super) call_sid: CallSid,
    pub(super) exchanges: Vec<Exchange>,
}

impl MadeCall {
    /// How many different requests there were: what the ledger should hold.
    pub(super) fn different_requests(&self) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.earlier == 0).count()
    }
}

/// All calls, in their order.
pub(super) fn planned(cast: &Cast) -> Result<Vec<PlannedCall>, InvalidPhoneNumber> {
    let (acme, lakeside) = (&cast.acme, &cast.lakeside);
    let [ringing, in_progress, completed] = Progress::ALL;
    Ok(vec![
        PlannedCall {
            script: script(
                Forwarding::Answered { seconds: 38 },
                &[completed, ringing, completed, in_progress, ringing],
            ),
            ..to_firm(
                acme,
                "A customer reaches somebody at Acme Heating. Statuses come in disorder.",
                "+19725550123",
                47,
                Some("answered"),
            )
        },
        PlannedCall {
            script: Script { copies: 2, ..script(Forwarding::Unanswered, &[ringing, completed]) },
            ..to_firm(
                acme,
                "Nobody at Acme picks up. Twilio sends everything twice.",
                "+12065550109",
                26,
                Some("missed"),
            )
        },
        to_firm(lakeside, "Somebody withholds their number from Lakeside Plumbing.", "anonymous", 9, None),
        PlannedCall {
            script: script(Forwarding::CallerLeft, &[completed, in_progress, ringing]),
            ..to_firm(acme, "A caller hangs up while Acme's phone rings.", "+15125550143", 12, Some("missed"))
        },
        PlannedCall {
            hand: Hand::Forger,
            fate: Fate::Refused,
            ..to_firm(acme, "Somebody who isn't Twilio pretends to be.", "+12125550191", 5, None)
        },
        PlannedCall {
            to: E164PhoneNumber::parse(NOBODYS_NUMBER)?,
            fate: Fate::Quarantined,
            ..to_firm(acme, "A call to a number that belongs to nobody here.", "+15045550118", 8, None)
        },
    ])
}

fn to_firm(
    firm: &Firm,
    title: &str,
    from: &'static str,
    length: u32,
    outcome: Option<&'static str>,
) -> PlannedCall {
    PlannedCall {
        title: title.to_owned(),
        from,
        to: firm.number.clone(),
        length,
        script: script(Forwarding::Unanswered, &[Progress::Completed]),
        hand: Hand::Twilio,
        fate: Fate::Logged { tenant: firm.slug, outcome },
    }
}

fn script(forwarding: Forwarding, statuses: &[Progress]) -> Script {
    Script { forwarding, statuses: statuses.to_vec(), copies: 1 }
}
