//! What a simulated webhook consists of.

use std::collections::BTreeSet;

use super::*;
use crate::simulator::line::Signer;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;

/// The names in a voice webhook of Twilio's.
const NAMES: &str = "AccountSid ApiVersion CallSid CallStatus CallToken Called CalledCity CalledCountry CalledState \
    CalledZip Caller CallerCity CallerCountry CallerState CallerZip Direction From FromCity FromCountry FromState \
    FromZip StirVerstat To ToCity ToCountry ToState ToZip";

fn line() -> Line {
    let account_sid = AccountSid::parse("AC00000000000000000000000000000001").unwrap();
    let public_url = PublicBaseUrl::parse("https://phone.example.com").unwrap();
    Line::new(([127, 0, 0, 1], 1).into(), public_url, account_sid, Signer::Nobody).unwrap()
}

fn call_from(from: &str) -> PlacedCall {
    let to = E164PhoneNumber::parse("+13125550147").unwrap();
    let began = "2026-03-03T17:02:11Z".parse().unwrap();
    PlacedCall::new(&line(), from, &to, began).unwrap()
}

#[test]
fn an_incoming_call_carries_all_that_twilio_sends() {
    let webhook = call_from("+19725550123").incoming(&line());

    let names: BTreeSet<&str> = webhook.form.iter().map(|(name, _)| name).collect();
    assert_eq!(names, NAMES.split_whitespace().collect());
    assert_eq!(webhook.form.len(), 27);
    assert_eq!(webhook.url, "https://phone.example.com/twilio/voice");
    assert_eq!(webhook.form.get("CallerCity"), Some("DALLAS"));
    assert_eq!(webhook.form.get("ToState"), Some("IL"));
}

#[test]
fn a_caller_without_a_number_is_at_home_nowhere() {
    for from in ["anonymous", "client:jenny", "sip:desk@example.com"] {
        let form = call_from(from).incoming(&line()).form;

        assert_eq!((form.get("From"), form.get("Caller")), (Some(from), Some(from)));
        assert_eq!((form.get("FromCity"), form.get("FromCountry")), (Some(""), Some("")));
        assert_eq!(form.get("StirVerstat"), Some("No-TN-Validation"));
    }
}

fn status(call: &PlacedCall, status: CallStatus) -> Webhook {
    let length = Duration::from_millis(74_200);
    call.status(line().url(STATUS_PATH), status, length, length)
}

#[test]
fn a_repetition_is_the_same_request_and_the_next_event_is_another() {
    let call = call_from("+19725550123");

    let (first, second) = (status(&call, CallStatus::Completed), status(&call, CallStatus::Completed));

    assert_eq!(first.form, second.form);
    assert_eq!(first.idempotency_token, second.idempotency_token);
    assert_ne!(first.idempotency_token, status(&call, CallStatus::Ringing).idempotency_token);
}

#[test]
fn the_last_status_tells_the_length_in_begun_seconds_and_in_begun_minutes() {
    let form = status(&call_from("+19725550123"), CallStatus::Completed).form;

    assert_eq!(form.get("CallDuration"), Some("75"));
    assert_eq!(form.get("Duration"), Some("2"));
    assert_eq!(form.get("SequenceNumber"), Some("2"));
    assert_eq!(form.get("Timestamp"), Some("Tue, 03 Mar 2026 17:03:25 +0000"));
}

#[test]
fn a_dialled_leg_is_a_call_of_its_own_and_names_its_parent() {
    let call = call_from("+19725550123");

    let leg = call.dials("+13125550198", "+19725550123", 1).unwrap();

    let form = status(&leg, CallStatus::InProgress).form;
    assert_ne!(leg.call_sid(), call.call_sid());
    assert_ne!(leg.call_sid(), call.dials("+13125550198", "+19725550123", 2).unwrap().call_sid());
    assert_eq!(form.get("CallSid"), Some(leg.call_sid().as_str()));
    assert_eq!(form.get("ParentCallSid"), Some(call.call_sid().as_str()));
    assert_eq!((form.get("To"), form.get("Direction")), (Some("+13125550198"), Some("outbound-dial")));
    assert_eq!(form.get("SequenceNumber"), Some("2"));
    assert_eq!(form.get("CallDuration"), None);
}
