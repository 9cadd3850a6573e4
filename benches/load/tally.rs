//! What came of the requests: counts, and every single latency.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::Failure;
use crate::arguments::Arguments;
use crate::calls::Expected;

/// How an answer was.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// What it must be.
    Good,
    /// Another status.
    WrongStatus(StatusCode),
    /// 200, and not TwiML.
    NotTwiml,
    /// None, or none in time.
    NoAnswer(Failure),
}

impl Verdict {
    pub(crate) fn of(expected: Expected, status: StatusCode, body: &[u8]) -> Self {
        let fits = match expected {
            Expected::Twiml => status == StatusCode::OK,
            Expected::Success => status.is_success(),
            Expected::Refusal => status == StatusCode::FORBIDDEN,
        };
        if !fits {
            Self::WrongStatus(status)
        } else if expected == Expected::Twiml && !is_twiml(body) {
            Self::NotTwiml
        } else {
            Self::Good
        }
    }
}

fn is_twiml(body: &[u8]) -> bool {
    body.windows(b"<Response>".len()).any(|window| window == b"<Response>") && body.ends_with(b"</Response>")
}

/// The results of one caller, or of all.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Microseconds, of the first request of each call.
    first: Vec<u64>,
    /// Microseconds, of the status callbacks.
    callbacks: Vec<u64>,
    /// Calls whose first request was answered well, the warm-up's too.
    calls: u64,
    /// Requests that were answered well, the warm-up's too.
    requests: u64,
    wrong_status: u64,
    not_twiml: u64,
    no_answer: u64,
    /// Requests that no connection was free for.
    pub(crate) unsent: u64,
    first_error: Option<String>,
}

impl Tally {
    /// Notes the answer to a call's request; `took` is none outside the timed window. Says whether it was good.
    pub(crate) fn note(&mut self, verdict: Verdict, position: usize, took: Option<Duration>) -> bool {
        let error = match verdict {
            Verdict::Good => {
                self.requests += 1;
                self.calls += u64::from(position == 0);
                let latencies = if position == 0 { &mut self.first } else { &mut self.callbacks };
                latencies.extend(took.and_then(|took| u64::try_from(took.as_micros()).ok()));
                return true;
            }
            Verdict::WrongStatus(status) => {
                self.wrong_status += 1;
                format!("the answer was {status}")
            }
            Verdict::NotTwiml => {
                self.not_twiml += 1;
                "the answer was no TwiML".to_owned()
            }
            Verdict::NoAnswer(error) => {
                self.no_answer += 1;
                format!("no answer: {error}")
            }
        };
        self.first_error.get_or_insert(error);
        false
    }

    /// Takes another caller's results in.
    pub(crate) fn add(&mut self, other: Self) {
        self.first.extend(other.first);
        self.callbacks.extend(other.callbacks);
        self.calls += other.calls;
        self.requests += other.requests;
        self.wrong_status += other.wrong_status;
        self.not_twiml += other.not_twiml;
        self.no_answer += other.no_answer;
        self.unsent += other.unsent;
        self.first_error = self.first_error.take().or(other.first_error);
    }

    /// All of it as JSON. Latencies are in microseconds.
    pub(crate) fn report(mut self, arguments: &Arguments) -> Value {
        let timed = u32::try_from(self.first.len() + self.callbacks.len()).unwrap_or(u32::MAX);
        json!({
            "mode": arguments.mode.as_str(),
            "connections": arguments.connections,
            "offered_per_second": arguments.rate,
            "seconds": arguments.duration.as_secs_f64(),
            "requests_per_second": f64::from(timed) / arguments.duration.as_secs_f64(),
            "latency_us": quantiles(&mut self.first),
            "callback_latency_us": quantiles(&mut self.callbacks),
            "calls": self.calls,
            "requests": self.requests,
            "errors": {
                "wrong_status": self.wrong_status,
                "not_twiml": self.not_twiml,
                "no_answer": self.no_answer,
                "unsent": self.unsent,
            },
            "first_error": self.first_error,
        })
    }
}

/// Exact ones: every latency is there.
fn quantiles(latencies: &mut [u64]) -> Value {
    latencies.sort_unstable();
    let at = |thousandths: usize| latencies.get(latencies.len() * thousandths / 1000).or(latencies.last());
    json!({
        "count": latencies.len(),
        "p50": at(500),
        "p95": at(950),
        "p99": at(990),
        "p99_9": at(999),
        "max": latencies.last(),
    })
}
