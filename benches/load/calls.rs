//! The calls of a measurement, and the requests that Twilio makes about each.
//!
//! Promises: the nth call goes to the same number in every run with the same seed; only its SID differs.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::Uri;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use serde_json::{Value, json};
use switchboard::simulator::{self, Line, PlacedCall, STATUS_PATH, Signer};
use switchboard::twilio::call_status::CallStatus;
use switchboard::twilio::phone_number::E164PhoneNumber;
use switchboard::twilio::signature::{self, AuthToken, SignedBody};

use crate::Failure;
use crate::arguments::{Arguments, Mode};

/// A minute and a second: two begun minutes.
const LENGTH: Duration = Duration::from_secs(61);

/// What the answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// 200, and TwiML.
    Twiml,
    /// Any 2xx.
    Success,
    /// 403.
    Refusal,
}

/// A request, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) path: Uri,
    pub(crate) body: Bytes,
    pub(crate) signature: HeaderValue,
    pub(crate) expected: Expected,
}

/// What Twilio asks about one call, in order.
pub(crate) type Call = Arc<[Webhook]>;

/// All calls of a measurement.
#[derive(Debug)]
pub(crate) struct Calls {
    line: Line,
    token: AuthToken,
    mode: Mode,
    first_number: u64,
    numbers: u64,
    seed: u64,
    began: DateTime<Utc>,
    prepared: Vec<Call>,
}

impl Calls {
    /// Signs as many calls as shall be ready before the first is sent.
    pub(crate) fn prepare(arguments: &Arguments, began: DateTime<Utc>) -> Result<Self, Failure> {
        let token = match arguments.mode {
            Mode::Forged => AuthToken::parse(&format!("not {}", arguments.auth_token.reveal()))?,
            Mode::Voice | Mode::Status | Mode::Replay => arguments.auth_token.clone(),
        };
        let (public_url, account) = (arguments.public_url.clone(), arguments.account_sid.clone());
        let mut calls = Self {
            // The line only knows the URLs; the requests go over connections of our own.
            line: Line::new(arguments.target, public_url, account, Signer::Nobody)?,
            token,
            mode: arguments.mode,
            first_number: arguments.first_number.as_str().trim_start_matches('+').parse()?,
            numbers: arguments.numbers.max(1),
            seed: arguments.seed,
            began,
            prepared: Vec::new(),
        };
        let ready = if arguments.sample { 0 } else { arguments.prepared };
        calls.prepared = (0..ready as u64).map(|n| calls.make(n)).collect::<Result<_, _>>()?;
        Ok(calls)
    }

    /// The nth call.
    pub(crate) fn nth(&self, n: u64) -> Result<Call, Failure> {
        let index = match self.mode {
            Mode::Replay => n % (self.prepared.len() as u64).max(1),
            Mode::Voice | Mode::Status | Mode::Forged => n,
        };
        let ready = usize::try_from(index).ok().and_then(|index| self.prepared.get(index));
        ready.map_or_else(|| self.make(n), |call| Ok(Arc::clone(call)))
    }

    /// The parameters of an incoming call, as the ledger keeps them.
    pub(crate) fn sample(&self) -> Result<Value, Failure> {
        Ok(json!(self.place(0)?.incoming(&self.line).form.to_json()))
    }

    fn place(&self, n: u64) -> Result<PlacedCall, Failure> {
        let chosen = mix(self.seed.wrapping_add(1) ^ n);
        let to = format!("+{}", self.first_number + chosen % self.numbers);
        let from = format!("+1312555{:04}", (chosen >> 32) % 10_000);
        Ok(PlacedCall::new(&self.line, &from, &E164PhoneNumber::parse(&to)?, self.began)?)
    }

    fn make(&self, n: u64) -> Result<Call, Failure> {
        let call = self.place(n)?;
        let incoming = call.incoming(&self.line);
        match self.mode {
            Mode::Voice | Mode::Replay => Ok([self.sign(&incoming, Expected::Twiml)?].into()),
            Mode::Forged => Ok([self.sign(&incoming, Expected::Refusal)?].into()),
            Mode::Status => {
                let mut webhooks = vec![self.sign(&incoming, Expected::Twiml)?];
                let second = Duration::from_secs(1);
                let statuses = [
                    (CallStatus::Ringing, Duration::ZERO),
                    (CallStatus::InProgress, second),
                    (CallStatus::Completed, LENGTH),
                ];
                for (status, at) in statuses {
                    let webhook = call.status(self.line.url(STATUS_PATH), status, at, at);
                    webhooks.push(self.sign(&webhook, Expected::Success)?);
                }
                Ok(webhooks.into())
            }
        }
    }

    fn sign(&self, webhook: &simulator::Webhook, expected: Expected) -> Result<Webhook, Failure> {
        let signed = signature::sign(&self.token, &webhook.url, SignedBody::Form(&webhook.form));
        Ok(Webhook {
            path: self.line.path(&webhook.url)?.parse()?,
            body: webhook.form.encode().into(),
            signature: HeaderValue::from_str(&signed)?,
            expected,
        })
    }
}

/// Scatters numbers (the finisher of `SplitMix64`): neighbours get values that have nothing in common.
pub(crate) fn mix(number: u64) -> u64 {
    let step = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let once = (step ^ (step >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    twice ^ (twice >> 31)
}
