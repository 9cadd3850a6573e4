//! A verdict that can't be bad is none.

use std::time::Duration;

use super::*;
use crate::cli::demo::calls::{Hand, PlannedCall};
use crate::cli::demo::evidence::LoggedCall;
use crate::simulator::twiml::Verb;
use crate::simulator::{Conversation, Ear, Entry, Failure, Happening, Request, Script, Truth};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::sid::CallSid;

const LOGGED: Fate = Fate::Logged { tenant: "acme", outcome: Some("answered") };

fn made(last_digit: u8, fate: Fate, status: u16) -> MadeCall {
    made_with(last_digit, fate, [status, status].map(|status| (status, Verb::Hangup)))
}

fn made_with(last_digit: u8, fate: Fate, answers: [(u16, Verb); 2]) -> MadeCall {
    let planned = PlannedCall {
        title: String::new(),
        from: "+19725550123",
        to: E164PhoneNumber::parse("+13125550147").unwrap(),
        script: Script::default(),
        hand: Hand::Twilio,
        fate,
    };
    let exchange = |(earlier, (status, verb)): (usize, (u16, Verb))| Exchange {
        request: Request::Incoming,
        path: "/twilio/voice".into(),
        earlier,
        status: Some(status),
        took: Duration::ZERO,
        answer: if status == 200 { Ok(vec![verb]) } else { Err(Failure::Status(status)) },
    };
    let entry = |exchange| Entry {
        at: Duration::ZERO,
        ear: Ear::Caller,
        what: Happening::Request(Box::new(exchange)),
    };
    let entries = answers.into_iter().enumerate().map(exchange).map(entry).collect();
    let truth = Truth { lasted: Duration::from_millis(46_300), ..Truth::default() };
    let call_sid = CallSid::parse(&format!("CA{last_digit:032}")).unwrap();
    MadeCall { planned, call_sid, conversation: Conversation { entries, truth } }
}

fn three_calls() -> Vec<MadeCall> {
    vec![made(1, LOGGED, 200), made(2, Fate::Refused, 403), made(3, Fate::Quarantined, 200)]
}

fn row(call: &MadeCall) -> Row {
    Row {
        tenant: "acme",
        call: LoggedCall {
            call_sid: call.call_sid.to_string(),
            from_number: Some("+19725550123".into()),
            to_number: Some("+13125550147".into()),
            status: "completed".into(),
            outcome: Some("answered".into()),
            duration_seconds: Some(47),
        },
    }
}

fn good_evidence(calls: &[MadeCall]) -> Evidence {
    Evidence {
        rows: vec![row(&calls[0])],
        events: [(calls[0].call_sid.to_string(), 1)].into(),
        open_to_strangers: Vec::new(),
        quarantined: 1,
    }
}

#[track_caller]
fn assert_one_fault(calls: &[MadeCall], evidence: &Evidence) {
    let checks = judge(calls, evidence);
    let faulty: Vec<&Check> = checks.iter().filter(|check| !check.holds()).collect();
    assert_eq!(faulty.len(), 1, "{faulty:?}");
}

#[test]
fn calls_that_came_to_what_they_should_are_good() {
    let calls = three_calls();

    assert!(judge(&calls, &good_evidence(&calls)).iter().all(Check::holds));
}

#[test]
fn each_wrong_row_is_found() {
    let calls = three_calls();
    let right = row(&calls[0]);
    let with = |change: fn(&mut LoggedCall)| {
        let mut wrong = right.clone();
        change(&mut wrong.call);
        vec![wrong]
    };
    let wrong = [
        Vec::new(),
        vec![right.clone(), right.clone()],
        vec![Row { tenant: "lakeside", ..right.clone() }],
        with(|call| call.status = "ringing".into()),
        with(|call| call.outcome = None),
        with(|call| call.duration_seconds = Some(46)),
        with(|call| call.from_number = None),
        vec![right.clone(), row(&calls[1])],
        vec![right.clone(), row(&calls[2])],
    ];

    for rows in wrong {
        assert_one_fault(&calls, &Evidence { rows, ..good_evidence(&calls) });
    }
}

#[test]
fn an_event_too_many_a_stranger_and_a_full_quarantine_are_found() {
    let calls = three_calls();
    let sid = calls[0].call_sid.clone();

    for count in [0, 2] {
        assert_one_fault(
            &calls,
            &Evidence { events: [(sid.to_string(), count)].into(), ..good_evidence(&calls) },
        );
    }
    assert_one_fault(&calls, &Evidence { open_to_strangers: vec![sid], ..good_evidence(&calls) });
    for quarantined in [0, 2] {
        assert_one_fault(&calls, &Evidence { quarantined, ..good_evidence(&calls) });
    }
}

#[test]
fn wrong_answers_are_found() {
    for wrong in [
        [made(1, LOGGED, 500), made(2, Fate::Refused, 403)],
        [made(1, LOGGED, 200), made(2, Fate::Refused, 200)],
    ] {
        let evidence = Evidence { quarantined: 0, ..good_evidence(&wrong) };
        assert_one_fault(&wrong, &evidence);
    }
    let mut otherwise = three_calls();
    let other = Verb::Redirect { url: "/".into() };
    otherwise[0] = made_with(1, LOGGED, [(200, Verb::Hangup), (200, other)]);
    assert_one_fault(&otherwise, &good_evidence(&otherwise));
}
