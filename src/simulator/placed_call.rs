//! One leg of a call, and what every request that Twilio makes about it carries.
//!
//! Promises: pure; the same request of the same leg is the same webhook, so that it can be sent early, late or twice.
//! Doesn't: send anything, or decide what happens next.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::line::{Line, Webhook};
use super::origin::Origin;
use crate::twilio::call_status::{CallStatus, Direction};
use crate::twilio::form::FormParameters;
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};
use crate::twilio::sha256;
use crate::twilio::sid::{CallSid, InvalidSid};

/// Where a number's calls come in.
pub const VOICE_PATH: &str = "/twilio/voice";
/// Where it is told how they go on.
pub const STATUS_PATH: &str = "/twilio/voice/status";
/// Twilio's times: RFC 2822 in UTC, the day in two digits.
const RFC_2822: &str = "%a, %d %b %Y %H:%M:%S +0000";

/// A call that somebody places to a number of ours, or a leg that it makes.
#[derive(Clone, Debug)]
pub struct PlacedCall {
    call_sid: CallSid,
    from: String,
    direction: Direction,
    common: Vec<(&'static str, String)>,
    began: DateTime<Utc>,
}

impl PlacedCall {
    /// A new call over the line. `from` is whatever Twilio may say of a caller: a number, `anonymous`, `client:…`,
    /// `sip:…`. It begins to ring at `began`.
    pub fn new(
        line: &Line,
        from: &str,
        to: &E164PhoneNumber,
        began: DateTime<Utc>,
    ) -> Result<Self, InvalidSid> {
        let call_sid = CallSid::parse(&format!("CA{}", Uuid::now_v7().simple()))?;
        let account = ("AccountSid", line.account_sid().to_string());
        let common = parameters(account, &call_sid, Direction::Inbound, (from, to.as_str()));
        Ok(Self { call_sid, from: from.to_owned(), direction: Direction::Inbound, common, began })
    }

    /// The leg that this call makes when it dials its `nth` telephone. The same again is the same leg.
    pub(super) fn dials(&self, number: &str, shows: &str, nth: usize) -> Result<Self, InvalidSid> {
        let hash = sha256::lower_hex(format!("{} dials {nth}", self.call_sid).as_bytes());
        let call_sid = CallSid::parse(&format!("CA{}", hash.chars().take(32).collect::<String>()))?;
        let account = ("AccountSid", self.parameter("AccountSid").to_owned());
        let direction = Direction::OutboundDial;
        let mut common = parameters(account, &call_sid, direction, (shows, number));
        common.push(("ParentCallSid", self.call_sid.to_string()));
        Ok(Self { call_sid, from: shows.to_owned(), direction, common, began: self.began })
    }

    /// Its id.
    #[must_use]
    pub fn call_sid(&self) -> &CallSid {
        &self.call_sid
    }

    /// Who calls, as Twilio says it.
    pub(super) fn from(&self) -> &str {
        &self.from
    }

    fn parameter(&self, name: &str) -> &str {
        self.common.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The request that a call comes in.
    #[must_use]
    pub fn incoming(&self, line: &Line) -> Webhook {
        let attested = match CallerId::parse(&self.from) {
            CallerId::Known(_) => "TN-Validation-Passed-A",
            CallerId::Withheld | CallerId::Client(_) | CallerId::Sip(_) | CallerId::Other(_) => {
                "No-TN-Validation"
            }
        };
        let more = vec![("CallToken", self.call_token()), ("StirVerstat", attested.to_owned())];
        self.ask(line.url(VOICE_PATH), "incoming", CallStatus::Ringing, more)
    }

    /// A status callback, `at` after the first ring; a call that is over lasted `lasted`, begun seconds counted.
    #[must_use]
    pub fn status(&self, url: String, status: CallStatus, at: Duration, lasted: Duration) -> Webhook {
        let time = self.time(at);
        let mut more = vec![
            ("CallbackSource", "call-progress-events".to_owned()),
            ("SequenceNumber", self.sequence_number(status).to_string()),
            ("Timestamp", time),
        ];
        if status.is_terminal() {
            let seconds = whole_seconds(lasted);
            more.push(("CallDuration", seconds.to_string()));
            // Minutes, begun ones counted.
            more.push(("Duration", seconds.div_ceil(60).to_string()));
        }
        self.ask(url, status.as_str(), status, more)
    }

    /// Any request about the leg. `name` tells those apart that are not repetitions of each other.
    pub(super) fn ask(
        &self,
        url: String,
        name: &str,
        status: CallStatus,
        more: Vec<(&'static str, String)>,
    ) -> Webhook {
        let status = ("CallStatus", status.to_string());
        let form = FormParameters::from_pairs(self.common.iter().cloned().chain([status]).chain(more));
        let event = sha256::lower_hex(format!("{} {url} {name}", self.call_sid).as_bytes());
        Webhook { url, form, idempotency_token: event.chars().take(32).collect() }
    }

    /// A moment of the call as Twilio writes it.
    pub(super) fn time(&self, at: Duration) -> String {
        let at = self.began + TimeDelta::seconds(i64::try_from(at.as_secs()).unwrap_or_default());
        at.format(RFC_2822).to_string()
    }

    /// Twilio counts the events of a leg from nought; an inbound one is not initiated.
    fn sequence_number(&self, status: CallStatus) -> u32 {
        let of_outbound: u32 = match status {
            CallStatus::Queued | CallStatus::Initiated => 0,
            CallStatus::Ringing => 1,
            CallStatus::InProgress => 2,
            CallStatus::Completed
            | CallStatus::Busy
            | CallStatus::NoAnswer
            | CallStatus::Failed
            | CallStatus::Canceled => 3,
        };
        if self.direction == Direction::Inbound { of_outbound.saturating_sub(1) } else { of_outbound }
    }

    /// A token in Twilio's form: signed text that says who calls whom. Nothing of ours looks into it.
    fn call_token(&self) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(&format!(r#"{{"callSid":"{}","from":"{}"}}"#, self.call_sid, self.from));
        let signature = part("a signature of the simulator, with about as many bytes as Twilio's");
        let token = format!("{}.{claims}.{signature}", part(r#"{"alg":"ES256"}"#));
        format!(r#"{{"parentCallInfoToken":"{token}","identityHeaderTokens":[]}}"#)
    }
}

/// Begun seconds counted.
pub(super) fn whole_seconds(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

/// What every request about the leg carries: 24 parameters.
fn parameters(
    account: (&'static str, String),
    call_sid: &CallSid,
    direction: Direction,
    (from, to): (&str, &str),
) -> Vec<(&'static str, String)> {
    let (from_home, to_home) = (Origin::find(from), Origin::find(to));
    let mut parameters = vec![
        account,
        ("ApiVersion", "2010-04-01".to_owned()),
        ("CallSid", call_sid.to_string()),
        ("Direction", direction.to_string()),
    ];
    let parties = [
        (["Called", "CalledCity", "CalledState", "CalledZip", "CalledCountry"], to, to_home),
        (["Caller", "CallerCity", "CallerState", "CallerZip", "CallerCountry"], from, from_home),
        (["From", "FromCity", "FromState", "FromZip", "FromCountry"], from, from_home),
        (["To", "ToCity", "ToState", "ToZip", "ToCountry"], to, to_home),
    ];
    for (names, party, origin) in parties {
        let values = [party, origin.city, origin.state, origin.zip, origin.country];
        parameters.extend(names.into_iter().zip(values.map(str::to_owned)));
    }
    parameters
}

#[cfg(test)]
mod tests;
