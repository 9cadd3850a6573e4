//! The doctor at the door: has a refused webhook explained, for our log.
//!
//! Promises: at most one diagnosis a second, whoever sends how many forgeries; each is bounded work. What it finds is told
//! to nobody but the log.
//! Doesn't: take part in the judgement. The request was refused before it comes here, and stays refused.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use super::account::Account;
use crate::clock::Clock;
use crate::twilio::form::FormParameters;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;
use crate::twilio::signature_doctor::{
    self, AddressSource, Diagnosis, Observed, OtherToken, Refused, TokenOwner,
};

/// Between two diagnoses.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// Explains refusals, now and then. Cheap to clone; clones share the pause.
#[derive(Clone, Debug)]
pub struct RefusalDoctor {
    clock: Clock,
    last: Arc<Mutex<Option<DateTime<Utc>>>>,
}

/// A refused request, as far as it matters here.
#[derive(Clone, Copy)]
pub(super) struct Patient<'a> {
    pub(super) public_urls: &'a [PublicBaseUrl],
    pub(super) headers: &'a HeaderMap,
    pub(super) path_and_query: &'a str,
    pub(super) form: Option<&'a FormParameters>,
    pub(super) signature: &'a str,
    pub(super) account_sid: &'a AccountSid,
}

impl RefusalDoctor {
    /// A doctor who has seen nobody yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, last: Arc::default() }
    }

    /// Why the signature does not fit; none where somebody else was looked at within the last second. `accounts` gives all
    /// accounts at hand, and is asked only if the time has come.
    pub(super) fn look_at(
        &self,
        patient: &Patient<'_>,
        accounts: impl FnOnce() -> Vec<Account>,
    ) -> Option<Diagnosis> {
        self.is_due().then(|| diagnose(patient, &accounts()))
    }

    fn is_due(&self) -> bool {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now - last >= PAUSE);
        if due {
            *last = Some(now);
        }
        due
    }
}

fn diagnose(patient: &Patient<'_>, accounts: &[Account]) -> Diagnosis {
    let (own, others): (Vec<&Account>, Vec<&Account>) =
        accounts.iter().partition(|account| account.sid == *patient.account_sid);
    let own: Vec<&AuthToken> = own.iter().flat_map(|account| &account.tokens).collect();
    let others = others.iter().flat_map(|account| {
        account
            .tokens
            .iter()
            .map(|token| OtherToken { token, owner: TokenOwner::Account(account.sid.clone()) })
    });
    let others: Vec<OtherToken<'_>> = others.collect();
    let addresses: Vec<&str> = patient.public_urls.iter().map(PublicBaseUrl::as_str).collect();
    let userinfo = userinfo(patient.headers);
    let refused = Refused {
        addresses: &addresses,
        source: if addresses.len() > 1 { AddressSource::SettingOfSeveral } else { AddressSource::Setting },
        path_and_query: patient.path_and_query,
        form: patient.form,
        signature: patient.signature,
        observed: Observed { userinfo: userinfo.as_deref(), ..observed(patient.headers) },
    };
    signature_doctor::diagnose(&refused, &own, &others)
}

/// Guesses for the doctor alone: whoever sends a request chooses them.
fn observed(headers: &HeaderMap) -> Observed<'_> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Several proxies write a list; the first one stood in front.
    let first = |name: &str| text(name).and_then(|list| list.split(',').next()).map(str::trim);
    Observed {
        host: text(header::HOST.as_str()),
        forwarded_host: first("x-forwarded-host"),
        forwarded_port: first("x-forwarded-port"),
        forwarded_prefix: first("x-forwarded-prefix"),
        ..Observed::default()
    }
}

/// Twilio sends a URL's user name and password as Basic authentication.
fn userinfo(headers: &HeaderMap) -> Option<String> {
    let encoded = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_forgeries_gets_one_diagnosis_a_second() {
        let clock = Clock::set_to(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let doctor = RefusalDoctor::new(clock.clone());
        let (headers, sid) =
            (HeaderMap::new(), AccountSid::parse("AC00000000000000000000000000000001").unwrap());
        let patient = Patient {
            public_urls: &[],
            headers: &headers,
            path_and_query: "/",
            form: None,
            signature: "",
            account_sid: &sid,
        };
        let mut looked_up = 0;
        let mut look = || {
            let accounts = || {
                looked_up += 1;
                Vec::new()
            };
            doctor.clone().look_at(&patient, accounts).is_some()
        };

        let first = look();
        let flood = (0..1000).filter(|_| look()).count();
        clock.move_to(clock.now() + PAUSE);
        let later = look();

        assert!(first && later);
        assert_eq!((flood, looked_up), (0, 2));
    }
}
