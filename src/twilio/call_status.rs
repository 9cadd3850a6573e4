//! The closed vocabularies in Twilio's voice requests: a call's status, a dial's outcome, a direction.
//!
//! Promises: every word that Twilio documents has a variant, and prints as that word again.
//! Doesn't: refuse a request for a word it does not know; `parse` answers `None`, because Twilio adds
//! words without notice. Nor does it merge statuses: that needs the order of events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An enum whose variants are words of Twilio: `parse`, `as_str`, `ALL`, and the word in JSON.
macro_rules! vocabulary {
    (
        $(#[$meaning:meta])*
        $name:ident { $($(#[$variant_meaning:meta])* $variant:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[$meaning])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meaning])* $variant),+ }

        impl $name {
            /// Every word, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The variant of Twilio's word, exactly as Twilio spells it; `None` for any other word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Twilio's word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                Self::parse(&word).ok_or_else(|| de::Error::unknown_variant(&word, &[$($word),+]))
            }
        }
    };
}

vocabulary! {
    /// `CallStatus`: how far one leg of a call has come.
    CallStatus {
        /// Accepted by Twilio, not yet dialled.
        Queued = "queued",
        /// Being dialled; some of Twilio's pages list it as a status.
        Initiated = "initiated",
        /// Ringing; also the status of an inbound call's first request.
        Ringing = "ringing",
        /// Answered and running.
        InProgress = "in-progress",
        /// Ended after it was answered.
        Completed = "completed",
        /// The line was busy, or the call was rejected as busy.
        Busy = "busy",
        /// Nobody answered.
        NoAnswer = "no-answer",
        /// The call could not be made, mostly because no such number exists.
        Failed = "failed",
        /// Hung up by us before it was answered.
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// Whether the call is over, so that no later status can be true.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled => true,
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
        }
    }
}

vocabulary! {
    /// `DialCallStatus`: what became of a `<Dial>`, sent to its action URL.
    DialStatus {
        /// Somebody answered, and the conversation is over.
        Completed = "completed",
        /// Somebody answered; the word for a dialled conference or queue.
        Answered = "answered",
        /// The line was busy.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// The number could not be reached.
        Failed = "failed",
        /// The caller hung up, or the call was ended, before an answer.
        Canceled = "canceled",
    }
}

vocabulary! {
    /// `Direction`: who called whom.
    Direction {
        /// Somebody called a number of ours.
        Inbound = "inbound",
        /// A call made through the REST API.
        OutboundApi = "outbound-api",
        /// The leg that a `<Dial>` made.
        OutboundDial = "outbound-dial",
        /// A trunk's call towards Twilio.
        TrunkingOriginating = "trunking-originating",
        /// Twilio's call towards a trunk.
        TrunkingTerminating = "trunking-terminating",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself_in_text_and_in_json() {
        for status in CallStatus::ALL {
            let json = serde_json::to_string(status).unwrap();

            assert_eq!(CallStatus::parse(status.as_str()), Some(*status));
            assert_eq!(json, format!("\"{status}\""));
            assert_eq!(serde_json::from_str::<CallStatus>(&json).unwrap(), *status);
        }
        for status in DialStatus::ALL {
            assert_eq!(DialStatus::parse(status.as_str()), Some(*status));
        }
        for direction in Direction::ALL {
            assert_eq!(Direction::parse(direction.as_str()), Some(*direction));
        }
    }

    #[test]
    fn a_word_nobody_documented_is_none_and_no_error() {
        for word in ["", "Completed", "in_progress", "answered", "cancelled", " ringing"] {
            assert_eq!(CallStatus::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn only_the_five_ends_of_a_call_are_terminal() {
        let terminal: Vec<_> = CallStatus::ALL
            .iter()
            .filter(|status| status.is_terminal())
            .map(|status| status.as_str())
            .collect();

        assert_eq!(terminal, ["completed", "busy", "no-answer", "failed", "canceled"]);
    }
}
