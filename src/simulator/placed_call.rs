//! One call, and every request that Twilio makes about it.
//!
//! Promises: pure; the same request of the same call is the same webhook, so that it can be sent early, late or twice.
//! Doesn't: send anything, or decide what happens next.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::line::{Line, Webhook};
use super::origin::Origin;
use crate::twilio::call_status::{CallStatus, DialStatus, Direction};
use crate::twilio::form::FormParameters;
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};
use crate::twilio::sha256;
use crate::twilio::sid::{CallSid, InvalidSid};

/// Where the number's webhooks point to.
const VOICE_PATH: &str = "/twilio/voice";
const STATUS_PATH: &str = "/twilio/voice/status";
/// Twilio's times: RFC 2822 in UTC, the day in two digits.
const RFC_2822: &str = "%a, %d %b %Y %H:%M:%S +0000";

/// How a forwarding ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Forwarding {
    /// Somebody picks up and talks.
    Answered {
        /// For how long. Seconds.
        seconds: u32,
    },
    /// The line is busy.
    Busy,
    /// Nobody picks up in time.
    Unanswered,
    /// The caller doesn't wait for it.
    CallerLeft,
}

/// How far the call is: the events of Twilio's status callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It rings at our number.
    Ringing,
    /// We have taken it.
    InProgress,
    /// It is over.
    Completed,
}

/// A request about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// The call comes in.
    Incoming,
    /// A forwarding has ended.
    ForwardingEnded(Forwarding),
    /// A status callback.
    Status(Progress),
}

/// A call that somebody places to a number of ours.
#[derive(Clone, Debug)]
pub struct PlacedCall {
    call_sid: CallSid,
    from: String,
    common: Vec<(&'static str, String)>,
    began: DateTime<Utc>,
    length_seconds: u32,
}

impl PlacedCall {
    /// A new call over the line. `from` is whatever Twilio may say of a caller: a number, `anonymous`, `client:…`,
    /// `sip:…`. It begins at `began` and lasts `length_seconds` from the first ring.
    pub fn new(
        line: &Line,
        from: &str,
        to: &E164PhoneNumber,
        began: DateTime<Utc>,
        length_seconds: u32,
    ) -> Result<Self, InvalidSid> {
        let call_sid = CallSid::parse(&format!("CA{}", Uuid::now_v7().simple()))?;
        let common = common_parameters(line, &call_sid, from, to.as_str());
        Ok(Self { call_sid, from: from.to_owned(), common, began, length_seconds })
    }

    /// Its id.
    #[must_use]
    pub fn call_sid(&self) -> &CallSid {
        &self.call_sid
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
        let more = vec![
            ("CallStatus", CallStatus::Ringing.to_string()),
            ("CallToken", self.call_token()),
            ("StirVerstat", attested.to_owned()),
        ];
        self.webhook(line.url(VOICE_PATH), Request::Incoming, more)
    }

    /// The request to a `<Dial>`'s action URL.
    #[must_use]
    pub fn forwarding_ended(&self, action: &str, forwarding: Forwarding) -> Webhook {
        let status = match forwarding {
            Forwarding::CallerLeft => CallStatus::Completed,
            Forwarding::Answered { .. } | Forwarding::Busy | Forwarding::Unanswered => CallStatus::InProgress,
        };
        let mut more = vec![
            ("CallStatus", status.to_string()),
            ("DialCallStatus", forwarding.dial_status().to_string()),
            ("DialCallSid", self.dialled_leg()),
        ];
        if let Forwarding::Answered { seconds } = forwarding {
            more.push(("DialCallDuration", seconds.to_string()));
            more.push(("DialBridged", "true".to_owned()));
        } else {
            more.push(("DialBridged", "false".to_owned()));
        }
        self.webhook(action.to_owned(), Request::ForwardingEnded(forwarding), more)
    }

    /// A status callback.
    #[must_use]
    pub fn status(&self, line: &Line, progress: Progress) -> Webhook {
        let after = match progress {
            Progress::Ringing => 0,
            Progress::InProgress => self.length_seconds.min(1),
            Progress::Completed => self.length_seconds,
        };
        let at = self.began + TimeDelta::seconds(after.into());
        let mut more = vec![
            ("CallStatus", progress.call_status().to_string()),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("SequenceNumber", progress.sequence_number().to_string()),
            ("Timestamp", at.format(RFC_2822).to_string()),
        ];
        match progress {
            Progress::Completed => {
                more.push(("CallDuration", self.length_seconds.to_string()));
                // Minutes, begun ones counted.
                more.push(("Duration", self.length_seconds.div_ceil(60).to_string()));
            }
            Progress::Ringing | Progress::InProgress => {}
        }
        self.webhook(line.url(STATUS_PATH), Request::Status(progress), more)
    }

    fn webhook(&self, url: String, request: Request, more: Vec<(&'static str, String)>) -> Webhook {
        let form = FormParameters::from_pairs(self.common.iter().cloned().chain(more));
        let event = sha256::lower_hex(format!("{} {request:?}", self.call_sid).as_bytes());
        Webhook { url, form, idempotency_token: event.chars().take(32).collect() }
    }

    /// A token in Twilio's form: signed text that says who calls whom. Nothing of ours looks into it.
    fn call_token(&self) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(&format!(r#"{{"callSid":"{}","from":"{}"}}"#, self.call_sid, self.from));
        let signature = part("a signature of the simulator, with about as many bytes as Twilio's");
        let token = format!("{}.{claims}.{signature}", part(r#"{"alg":"ES256"}"#));
        format!(r#"{{"parentCallInfoToken":"{token}","identityHeaderTokens":[]}}"#)
    }

    /// The call that the forwarding makes has a SID of its own.
    fn dialled_leg(&self) -> String {
        let hash = sha256::lower_hex(format!("{} dials", self.call_sid).as_bytes());
        format!("CA{}", hash.chars().take(32).collect::<String>())
    }
}

/// What every request about the call carries: 24 parameters.
fn common_parameters(line: &Line, call_sid: &CallSid, from: &str, to: &str) -> Vec<(&'static str, String)> {
    let (from_home, to_home) = (Origin::find(from), Origin::find(to));
    let mut parameters = vec![
        ("AccountSid", line.account_sid().to_string()),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("CallSid", call_sid.to_string()),
        ("Direction", Direction::Inbound.to_string()),
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

impl Forwarding {
    /// Twilio's word for it.
    #[must_use]
    pub fn dial_status(self) -> DialStatus {
        match self {
            Self::Answered { .. } => DialStatus::Completed,
            Self::Busy => DialStatus::Busy,
            Self::Unanswered => DialStatus::NoAnswer,
            Self::CallerLeft => DialStatus::Canceled,
        }
    }
}

impl Progress {
    /// All of them, in the order in which they happen.
    pub const ALL: [Self; 3] = [Self::Ringing, Self::InProgress, Self::Completed];

    /// Twilio's word for it.
    #[must_use]
    pub fn call_status(self) -> CallStatus {
        match self {
            Self::Ringing => CallStatus::Ringing,
            Self::InProgress => CallStatus::InProgress,
            Self::Completed => CallStatus::Completed,
        }
    }

    /// Twilio counts the events of a call from nought.
    #[must_use]
    pub fn sequence_number(self) -> u32 {
        match self {
            Self::Ringing => 0,
            Self::InProgress => 1,
            Self::Completed => 2,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incoming => formatter.write_str("incoming call"),
            Self::ForwardingEnded(forwarding) => {
                write!(formatter, "dial result {}", forwarding.dial_status())
            }
            Self::Status(progress) => {
                write!(formatter, "status #{} {}", progress.sequence_number(), progress.call_status())
            }
        }
    }
}

#[cfg(test)]
mod tests;
