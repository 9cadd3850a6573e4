//! When to stop trying: after several failures in a row, for a moment; then one attempt finds out.
//!
//! Promises: pure; the time is an argument. While it is open, one attempt a second goes through and no other. A result
//! counts only for the state in which its attempt began, so that late news opens and closes nothing. Silence counts as a
//! failure only if nobody else was answered meanwhile: a queue is no outage.
//! Doesn't: know what is attempted.

use chrono::{DateTime, TimeDelta, Utc};

/// One failure is an accident, two may be; three in a row are an outage.
const FAILURES: u32 = 3;
/// How long nobody tries. Also how long a probe may take before the next one is sent.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// The state machine. It begins closed: everything goes through.
#[derive(Debug, Default)]
pub struct Breaker {
    state: State,
    probes: u64,
    answers: u64,
}

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { since: DateTime<Utc> },
    Probing { since: DateTime<Utc>, probe: u64 },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// An attempt that went through. Its result is told to the breaker.
#[derive(Debug, PartialEq, Eq)]
pub struct Attempt {
    kind: Kind,
    answers_before: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Usual,
    Probe(u64),
}

impl Attempt {
    /// Whether it finds out if an outage is over.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        matches!(self.kind, Kind::Probe(_))
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was attempted is there, whatever it said.
    Answered,
    /// It is not.
    Failed,
    /// Nothing was heard of it in time.
    Silent,
}

/// Whether the database is asked: `closed`, always; `open`, not now; `probing`, one attempt is finding out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BreakerState {
    /// Everything goes through.
    Closed,
    /// Nothing does.
    Open,
    /// One attempt is finding out.
    Probing,
}

impl BreakerState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::Probing];

    /// The word in `/health` and in the figures.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Probing => "probing",
        }
    }
}

impl Breaker {
    /// Whether to try now.
    pub fn attempt(&mut self, now: DateTime<Utc>) -> Option<Attempt> {
        let kind = match self.state {
            State::Closed { .. } => Kind::Usual,
            State::Open { since } | State::Probing { since, .. } if is_over(since, now) => {
                self.probes += 1;
                self.state = State::Probing { since: now, probe: self.probes };
                Kind::Probe(self.probes)
            }
            State::Open { .. } | State::Probing { .. } => return None,
        };
        Some(Attempt { kind, answers_before: self.answers })
    }

    /// Somebody was answered, however late.
    pub fn answered(&mut self) {
        self.answers += 1;
    }

    /// How an attempt ended, for whoever waited for it. An attempt whose end nobody tells is none: the next probe comes all
    /// the same.
    pub fn ended(&mut self, attempt: &Attempt, outcome: Outcome, now: DateTime<Utc>) {
        let is_there = match outcome {
            Outcome::Answered => true,
            Outcome::Failed => false,
            Outcome::Silent => self.answers > attempt.answers_before,
        };
        match (&mut self.state, &attempt.kind) {
            (State::Closed { failures }, Kind::Usual) if is_there => *failures = 0,
            (State::Closed { failures }, Kind::Usual) => {
                *failures += 1;
                if *failures >= FAILURES {
                    self.state = State::Open { since: now };
                }
            }
            (State::Probing { probe, .. }, Kind::Probe(ended)) if probe == ended => {
                self.state = if is_there { State::default() } else { State::Open { since: now } };
            }
            (State::Closed { .. } | State::Open { .. } | State::Probing { .. }, _) => {}
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::Probing { .. } => BreakerState::Probing,
        }
    }
}

/// A clock that was set back must not keep it open until it has caught up.
fn is_over(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < since || now - since >= PAUSE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + millis).unwrap()
    }

    /// Open since `at(0)`.
    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            let attempt = breaker.attempt(at(0)).unwrap();
            breaker.ended(&attempt, Outcome::Failed, at(0));
        }
        breaker
    }

    #[test]
    fn it_opens_after_three_failures_in_a_row() {
        let mut breaker = Breaker::default();
        for outcome in [Outcome::Failed, Outcome::Failed, Outcome::Answered, Outcome::Failed, Outcome::Failed]
        {
            let attempt = breaker.attempt(at(0)).unwrap();
            breaker.ended(&attempt, outcome, at(0));
        }
        assert_eq!(breaker.state(), BreakerState::Closed);

        let attempt = breaker.attempt(at(0)).unwrap();
        breaker.ended(&attempt, Outcome::Failed, at(0));

        assert_eq!(breaker.state(), BreakerState::Open);
        assert_eq!(breaker.attempt(at(999)), None);
    }

    #[test]
    fn after_a_moment_one_attempt_goes_through_and_no_other() {
        let mut breaker = open();

        assert!(breaker.attempt(at(1000)).is_some());
        assert_eq!(breaker.attempt(at(1000)), None);
        assert_eq!(breaker.state(), BreakerState::Probing);
    }

    #[test]
    fn a_probe_that_is_answered_closes_it_and_one_that_fails_opens_it_again() {
        let mut breaker = open();
        let probe = breaker.attempt(at(1000)).unwrap();
        breaker.ended(&probe, Outcome::Failed, at(1500));
        assert_eq!(breaker.attempt(at(2499)), None);

        let probe = breaker.attempt(at(2500)).unwrap();
        breaker.ended(&probe, Outcome::Answered, at(2600));

        assert_eq!(breaker.state(), BreakerState::Closed);
        assert!(breaker.attempt(at(2600)).is_some() && breaker.attempt(at(2600)).is_some());
    }

    #[test]
    fn a_probe_that_nobody_hears_of_again_is_followed_by_another() {
        let mut breaker = open();
        let lost = breaker.attempt(at(1000)).unwrap();

        let next = breaker.attempt(at(2000)).unwrap();
        breaker.ended(&lost, Outcome::Answered, at(2001));
        assert_eq!(breaker.state(), BreakerState::Probing);
        breaker.ended(&next, Outcome::Answered, at(2002));

        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn news_of_attempts_from_before_the_outage_change_nothing() {
        let mut breaker = Breaker::default();
        let early = breaker.attempt(at(0)).unwrap();
        for _ in 0..FAILURES {
            let attempt = breaker.attempt(at(0)).unwrap();
            breaker.ended(&attempt, Outcome::Failed, at(0));
        }

        breaker.ended(&early, Outcome::Answered, at(10));
        assert_eq!(breaker.state(), BreakerState::Open);
        breaker.ended(&early, Outcome::Failed, at(900));

        assert!(breaker.attempt(at(1000)).is_some(), "a late failure prolonged the pause");
    }

    #[test]
    fn whoever_waits_in_vain_while_others_are_answered_has_waited_in_a_queue() {
        let mut breaker = Breaker::default();
        let queued: Vec<_> = (0..5).map(|_| breaker.attempt(at(0)).unwrap()).collect();

        breaker.answered();
        for attempt in &queued {
            breaker.ended(attempt, Outcome::Silent, at(800));
        }

        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn silence_that_nobody_is_answered_in_is_an_outage() {
        let mut breaker = Breaker::default();
        breaker.answered();
        let waiting: Vec<_> = (0..FAILURES).map(|_| breaker.attempt(at(0)).unwrap()).collect();

        for attempt in &waiting {
            breaker.ended(attempt, Outcome::Silent, at(800));
        }

        assert_eq!(breaker.state(), BreakerState::Open);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_keep_it_open() {
        let mut breaker = open();

        assert!(breaker.attempt(at(-3_600_000)).is_some());
    }

    proptest! {
        #[test]
        fn while_nothing_answers_at_most_one_attempt_a_second_goes_through(
            steps in proptest::collection::vec(0_i64..400, 1..200),
        ) {
            let mut breaker = open();
            let (mut now, mut last) = (0, i64::MIN / 2);
            for step in steps {
                now += step;
                if let Some(probe) = breaker.attempt(at(now)) {
                    prop_assert!(now - last >= 1000, "{last} and {now}");
                    last = now;
                    breaker.ended(&probe, Outcome::Failed, at(now));
                }
            }
        }
    }
}
