//! Slows those who try keys: who was wrong too often is not even looked up for a while.
//!
//! Promises: counts by the peer's address, and by address and prefix together, so that one program with a bad key stops
//! itself before it stops its neighbours. A key that was good lately is never slowed: behind a proxy all clients share an
//! address, and one who guesses must not shut the others out. Bounded memory.
//! Doesn't: believe any header about who asks; or trust a key because it was good, only look it up.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// More than are wrong within a minute unless somebody attacks; about two megabytes.
const MOST_SUBJECTS: usize = 10_000;
/// A longer prefix is none of ours; it counts under its beginning.
const LONGEST_PREFIX: usize = 32;

/// How long a good key is remembered after its last use.
const GOOD_FOR: TimeDelta = TimeDelta::days(1);

/// How often one may be wrong: a few times at once, then once in a while.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    at_once: i32,
    then_every: TimeDelta,
}

const OF_ADDRESS: Allowance = Allowance { at_once: 50, then_every: TimeDelta::seconds(2) };
const OF_ADDRESS_AND_PREFIX: Allowance = Allowance { at_once: 10, then_every: TimeDelta::seconds(6) };

impl Allowance {
    /// How far ahead of now a subject's account may be before it has to wait.
    fn tolerance(self) -> TimeDelta {
        self.then_every * (self.at_once - 1)
    }
}

/// Who tries which key.
#[derive(Clone, Debug)]
pub struct Guess {
    address: IpAddr,
    prefix: String,
    /// SHA-256 of the whole key.
    digest: [u8; 32],
}

/// What is counted. The prefix is empty for the address alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Subject {
    address: IpAddr,
    prefix: String,
}

/// The memory of wrong and of good keys.
#[derive(Debug, Default)]
pub struct GuessBrake {
    /// For each subject, when all its wrong keys are forgotten (the generic cell rate algorithm).
    forgotten_at: Mutex<HashMap<Subject, DateTime<Utc>>>,
    /// Until when each key that was good is remembered.
    good_until: Mutex<HashMap<[u8; 32], DateTime<Utc>>>,
}

impl Guess {
    /// `peer` is the address of the connection itself, `digest` the SHA-256 of the whole key.
    #[must_use]
    pub fn new(peer: IpAddr, prefix: &str, digest: [u8; 32]) -> Self {
        let address = match peer.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            // Whoever has one address of IPv6 has all of its /64.
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        };
        Self { address, prefix: prefix.chars().take(LONGEST_PREFIX).collect(), digest }
    }

    fn subjects(&self) -> [(Subject, Allowance); 2] {
        let of = |prefix: &str| Subject { address: self.address, prefix: prefix.to_owned() };
        [(of(""), OF_ADDRESS), (of(&self.prefix), OF_ADDRESS_AND_PREFIX)]
    }
}

impl GuessBrake {
    /// How long this guess has to wait; none: it may be tried now.
    #[must_use]
    pub fn wait(&self, guess: &Guess, now: DateTime<Utc>) -> Option<TimeDelta> {
        let good_until = self.good_until.lock().unwrap_or_else(PoisonError::into_inner);
        if good_until.get(&guess.digest).is_some_and(|until| *until > now) {
            return None;
        }
        drop(good_until);
        let forgotten_at = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = guess.subjects().into_iter().filter_map(|(subject, allowance)| {
            let ahead = *forgotten_at.get(&subject)? - now;
            Some(ahead - allowance.tolerance()).filter(|wait| *wait > TimeDelta::zero())
        });
        waits.max()
    }

    /// Notes that this key is good.
    pub fn note_good(&self, guess: &Guess, now: DateTime<Utc>) {
        let mut good_until = self.good_until.lock().unwrap_or_else(PoisonError::into_inner);
        if !good_until.contains_key(&guess.digest) {
            make_room(&mut good_until, now);
        }
        good_until.insert(guess.digest, now + GOOD_FOR);
    }

    /// Notes that this key is wrong, or no longer good.
    pub fn note_wrong(&self, guess: &Guess, now: DateTime<Utc>) {
        self.good_until.lock().unwrap_or_else(PoisonError::into_inner).remove(&guess.digest);
        let mut forgotten_at = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        for (subject, allowance) in guess.subjects() {
            if !forgotten_at.contains_key(&subject) {
                make_room(&mut forgotten_at, now);
            }
            let at = forgotten_at.entry(subject).or_insert(now);
            *at = (*at).max(now) + allowance.then_every;
        }
    }
}

/// Drops what is forgotten anyway; if that is nothing, what would be forgotten first.
fn make_room<K: Clone + Eq + Hash>(forgotten_at: &mut HashMap<K, DateTime<Utc>>, now: DateTime<Utc>) {
    if forgotten_at.len() < MOST_SUBJECTS {
        return;
    }
    forgotten_at.retain(|_, at| *at > now);
    if forgotten_at.len() >= MOST_SUBJECTS {
        let first = forgotten_at.iter().min_by_key(|(_, at)| **at).map(|(known, _)| known.clone());
        if let Some(first) = first {
            forgotten_at.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(address: &str, prefix: &str) -> Guess {
        Guess::new(address.parse().unwrap(), prefix, [0; 32])
    }

    fn wrong(brake: &GuessBrake, guess: &Guess, times: usize, now: DateTime<Utc>) {
        for _ in 0..times {
            assert_eq!(brake.wait(guess, now), None);
            brake.note_wrong(guess, now);
        }
    }

    #[test]
    fn after_ten_wrong_guesses_at_a_prefix_one_more_is_free_every_six_seconds() {
        let (brake, now) = (GuessBrake::default(), DateTime::UNIX_EPOCH);
        let here = guess("192.0.2.1", "sbt_1");

        wrong(&brake, &here, 10, now);

        assert_eq!(brake.wait(&here, now), Some(TimeDelta::seconds(6)));
        assert_eq!(brake.wait(&here, now + TimeDelta::seconds(5)), Some(TimeDelta::seconds(1)));
        let later = now + TimeDelta::seconds(6);
        wrong(&brake, &here, 1, later);
        assert_eq!(brake.wait(&here, later), Some(TimeDelta::seconds(6)));
        wrong(&brake, &here, 10, now + TimeDelta::minutes(10));
    }

    #[test]
    fn another_prefix_or_address_is_left_alone_until_the_address_has_had_enough() {
        let (brake, now) = (GuessBrake::default(), DateTime::UNIX_EPOCH);
        for prefix in ["a", "b", "c", "d", "e"] {
            wrong(&brake, &guess("192.0.2.1", prefix), 10, now);
        }

        assert_eq!(brake.wait(&guess("192.0.2.1", "f"), now), Some(TimeDelta::seconds(2)));
        assert_eq!(brake.wait(&guess("192.0.2.2", "a"), now), None);
        assert_eq!(brake.wait(&guess("::ffff:192.0.2.1", "f"), now), Some(TimeDelta::seconds(2)));
    }

    #[test]
    fn a_key_that_was_good_lately_is_not_slowed_until_it_is_wrong() {
        let (brake, now) = (GuessBrake::default(), DateTime::UNIX_EPOCH);
        let bad = guess("192.0.2.1", "a");
        let good = Guess { digest: [1; 32], ..bad.clone() };
        brake.note_good(&good, now);
        wrong(&brake, &bad, 10, now);

        assert_eq!((brake.wait(&good, now), brake.wait(&bad, now)), (None, Some(TimeDelta::seconds(6))));
        brake.note_wrong(&good, now);
        assert!(brake.wait(&good, now).is_some());
    }

    #[test]
    fn the_addresses_of_one_network_of_ipv6_count_together() {
        let (brake, now) = (GuessBrake::default(), DateTime::UNIX_EPOCH);
        wrong(&brake, &guess("2001:db8::1", "a"), 10, now);

        assert!(brake.wait(&guess("2001:db8::ffff:2", "a"), now).is_some());
        assert!(brake.wait(&guess("2001:db8:0:1::1", "a"), now).is_none());
    }

    #[test]
    fn however_many_guess_the_memory_is_bounded_and_the_worst_are_kept() {
        let (brake, now) = (GuessBrake::default(), DateTime::UNIX_EPOCH);
        let worst = guess("192.0.2.1", "a");
        wrong(&brake, &worst, 10, now);

        for number in 0..20_000_u32 {
            brake.note_wrong(&Guess::new(IpAddr::V4((0x0a00_0000 + number).into()), "x", [0; 32]), now);
        }

        assert!(brake.forgotten_at.lock().unwrap().len() <= MOST_SUBJECTS);
        assert!(brake.wait(&worst, now).is_some());
    }
}
