//! What the fragment of a URL tells Twilio of connections: `#rc=3&rp=5xx,ct,rt`.
//!
//! Promises: the names, limits and usual values of Twilio's connection overrides. Doesn't: act on `e` and `sni`, which say where a
//! connection comes from.

use std::time::Duration;

/// How a webhook is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) connect: Duration,
    pub(super) read: Duration,
    pub(super) total: Duration,
    pub(super) retries: u32,
    pub(super) retried: Vec<Trouble>,
}

/// What went wrong with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection.
    Connect,
    /// No answer in time.
    Read,
    /// An answer of 400 to 499.
    Client,
    /// An answer of 500 and more.
    Server,
}

/// The URL says something that Twilio does not take (11100 and its neighbours).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no connection setting that Twilio takes")]
pub struct InvalidPolicy(String);

impl Default for Policy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            retried: vec![Trouble::Connect],
        }
    }
}

impl Policy {
    /// Of a URL; without a fragment Twilio's usual values.
    pub(super) fn of_url(url: &str) -> Result<Self, InvalidPolicy> {
        let mut policy = Self::default();
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        for setting in fragment.split('&').filter(|setting| !setting.is_empty()) {
            policy.take(setting).ok_or_else(|| InvalidPolicy(setting.to_owned()))?;
        }
        Ok(policy)
    }

    fn take(&mut self, setting: &str) -> Option<()> {
        let (name, value) = setting.split_once('=')?;
        match name {
            "ct" => self.connect = milliseconds(value, 10_000)?,
            "rt" => self.read = milliseconds(value, 15_000)?,
            "tt" => self.total = milliseconds(value, 15_000)?,
            "rc" => self.retries = value.parse().ok().filter(|count| *count <= 5)?,
            "rp" => self.retried = value.split(',').map(troubles).collect::<Option<Vec<_>>>()?.concat(),
            "e" | "sni" => {}
            _ => return None,
        }
        Some(())
    }
}

fn milliseconds(text: &str, most: u64) -> Option<Duration> {
    let number: u64 = text.parse().ok()?;
    (100..=most).contains(&number).then(|| Duration::from_millis(number))
}

fn troubles(word: &str) -> Option<Vec<Trouble>> {
    Some(match word {
        "ct" => vec![Trouble::Connect],
        "rt" => vec![Trouble::Read],
        "4xx" => vec![Trouble::Client],
        "5xx" => vec![Trouble::Server],
        "all" => vec![Trouble::Connect, Trouble::Read, Trouble::Client, Trouble::Server],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fragment_a_lost_connection_is_tried_once_more() {
        let policy = Policy::of_url("https://phone.example.com/twilio/voice").unwrap();

        assert_eq!((policy.retries, policy.retried), (1, vec![Trouble::Connect]));
        assert_eq!((policy.connect.as_secs(), policy.total.as_secs()), (5, 15));
    }

    #[test]
    fn a_fragment_changes_what_it_names() {
        let policy = Policy::of_url("https://x.example/s#rc=5&rp=5xx,ct,rt&tt=2000&e=ashburn").unwrap();

        assert_eq!(policy.retries, 5);
        assert_eq!(policy.retried, [Trouble::Server, Trouble::Connect, Trouble::Read]);
        assert_eq!((policy.total.as_secs(), policy.read.as_secs()), (2, 15));
    }

    #[test]
    fn settings_that_twilio_does_not_take_are_refused() {
        for fragment in ["rc=6", "rp=3xx", "tt=15001", "ct=99", "retries=1", "rc"] {
            assert!(Policy::of_url(&format!("https://x.example/#{fragment}")).is_err(), "{fragment}");
        }
    }
}
