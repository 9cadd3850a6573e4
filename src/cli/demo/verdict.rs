//! Whether everything is as it should be.
//!
//! Promises: pure. Each promise that the demo makes is one check; a check that fails says what was found instead.

use super::calls::{Fate, MadeCall};
use super::evidence::{Evidence, Row};
use crate::simulator::Exchange;

/// A promise, and whether it was kept.
#[derive(Debug)]
pub(super) struct Check {
    /// What should be.
    pub(super) promise: String,
    /// What is instead; empty if it was kept.
    pub(super) faults: Vec<String>,
}

impl Check {
    /// Whether it was kept.
    pub(super) fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// All checks.
pub(super) fn judge(made: &[MadeCall], evidence: &Evidence) -> Vec<Check> {
    vec![
        answers(made),
        rows(made, evidence),
        ledger(made, evidence),
        Check {
            promise: "each key opens its own tenant's calls, and no other's".to_owned(),
            faults: evidence
                .open_to_strangers
                .iter()
                .map(|sid| format!("{sid} is open to a stranger"))
                .collect(),
        },
        nowhere(made, evidence),
        quarantine(made, evidence),
    ]
}

/// Every request was answered as Twilio needs it, a repetition like the first time, and the forged one refused.
fn answers(made: &[MadeCall]) -> Check {
    let mut faults = Vec::new();
    for call in made {
        for exchange in call.conversation.exchanges() {
            let Exchange { request, path, status, answer, .. } = exchange;
            let is_right = match call.planned.fate {
                Fate::Refused => *status == Some(403),
                Fate::Logged { .. } | Fate::Quarantined => exchange.is_accepted(),
            };
            let is_same = |first: &&Exchange| (&first.request, &first.path) == (request, path);
            let first = call.conversation.exchanges().find(is_same);
            if !is_right {
                let why = answer.as_ref().map_or_else(ToString::to_string, |_| "success".to_owned());
                faults.push(format!("{}: {request}: {why}", call.call_sid));
            } else if first.is_some_and(|first| first.answer.as_ref().ok() != answer.as_ref().ok()) {
                faults.push(format!("{}: {request} was answered otherwise when repeated", call.call_sid));
            }
        }
    }
    Check { promise: "every request got the answer that it should, the forged one 403".to_owned(), faults }
}

fn rows(made: &[MadeCall], evidence: &Evidence) -> Check {
    let mut faults = Vec::new();
    let mut count = 0;
    for call in made {
        let Fate::Logged { tenant, outcome } = call.planned.fate else { continue };
        count += 1;
        let of_call: Vec<&Row> =
            evidence.rows.iter().filter(|row| row.call.call_sid == call.call_sid.as_str()).collect();
        let expected = format!(
            "{tenant}: completed, {} s, {}, from {} to {}",
            call.seconds(),
            outcome.unwrap_or("-"),
            call.planned.from,
            call.planned.to.as_str()
        );
        match of_call.as_slice() {
            [row] if described(row) == expected => {}
            [row] => faults.push(format!("{} should be {expected}; it is {}", call.call_sid, described(row))),
            rows => faults.push(format!("{} has {} rows instead of one", call.call_sid, rows.len())),
        }
    }
    Check {
        promise: format!("{count} calls, one row each, with the right status, duration and outcome"),
        faults,
    }
}

fn described(row: &Row) -> String {
    let call = &row.call;
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{}: {}, {} s, {}, from {} to {}",
        row.tenant,
        call.status,
        or_dash(&call.duration_seconds.map(|seconds| seconds.to_string())),
        or_dash(&call.outcome),
        or_dash(&call.from_number),
        or_dash(&call.to_number)
    )
}

fn ledger(made: &[MadeCall], evidence: &Evidence) -> Check {
    let logged = made.iter().filter(|call| matches!(call.planned.fate, Fate::Logged { .. }));
    let (mut faults, mut requests, mut events) = (Vec::new(), 0, 0);
    for call in logged {
        let expected = call.different_requests();
        let found = evidence.events.get(call.call_sid.as_str()).copied().unwrap_or_default();
        requests += call.conversation.exchanges().count();
        events += expected;
        if found != expected {
            faults.push(format!(
                "{} should have {expected} events in the ledger; it has {found}",
                call.call_sid
            ));
        }
    }
    let promise = format!("{requests} requests made {events} events: none lost, none counted twice");
    Check { promise, faults }
}

/// Neither the forged call nor nobody's is in any log.
fn nowhere(made: &[MadeCall], evidence: &Evidence) -> Check {
    let strays = made.iter().filter(|call| !matches!(call.planned.fate, Fate::Logged { .. }));
    let faults = strays
        .filter(|call| evidence.rows.iter().any(|row| row.call.call_sid == call.call_sid.as_str()))
        .map(|call| format!("{} is in a tenant's log", call.call_sid))
        .collect();
    Check { promise: "the forged call and nobody's call are in no tenant's log".to_owned(), faults }
}

fn quarantine(made: &[MadeCall], evidence: &Evidence) -> Check {
    let expected = made.iter().filter(|call| call.planned.fate == Fate::Quarantined).count();
    let is_right = i64::try_from(expected) == Ok(evidence.quarantined);
    let fault = format!("{} calls came into quarantine instead of {expected}", evidence.quarantined);
    Check {
        promise: "nobody's call waits in quarantine, and it alone".to_owned(),
        faults: if is_right { Vec::new() } else { vec![fault] },
    }
}

#[cfg(test)]
mod tests;
