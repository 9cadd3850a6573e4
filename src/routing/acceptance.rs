//! Whether somebody took a call: press 1 to accept.
//!
//! Promises: a voicemail that picks up never counts as a person where acceptance is asked for. Doesn't: decide who is rung
//! next.

use super::heard::Heard;
use super::settings::Acceptance;
use super::step::DialOutcome;
use crate::twilio::call_status::DialStatus;

/// How often a person who picked up is asked to press 1.
pub const MOST_WHISPERS: u8 = 2;

/// What a person hears who picked up, before the caller is put through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whisper {
    /// That there is a call, and to press 1.
    Ask {
        /// How often it has been said, this time too; from 1.
        reading: u8,
    },
    /// Nothing more: they are put through.
    PutThrough,
    /// Nothing more: this leg ends, and the next one is rung.
    HangUp,
}

impl Whisper {
    /// The word in log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ask { .. } => "whisper",
            Self::PutThrough => "put_through",
            Self::HangUp => "hang_up",
        }
    }
}

/// What a person who was asked `readings` times hears next. Any key but 1 is a no.
#[must_use]
pub fn whisper(readings: u8, heard: &Heard) -> Whisper {
    let one = "1".parse().is_ok_and(|one| heard.is_key(one));
    match readings {
        0 => Whisper::Ask { reading: 1 },
        _ if one => Whisper::PutThrough,
        1..MOST_WHISPERS if heard.is_nothing() => Whisper::Ask { reading: readings + 1 },
        _ => Whisper::HangUp,
    }
}

/// What is known of the key 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It was pressed.
    One,
    /// It wasn't, although there was an opportunity, or there was none.
    Nothing,
    /// The ledger can't be read.
    Unknown,
}

/// What Twilio says of `DialBridged`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bridge {
    /// The two legs were connected.
    Made,
    /// They weren't.
    NotMade,
    /// It says nothing.
    Unknown,
}

/// Whether a person took the call. Where 1 had to be pressed, that decides; if nobody knows, a bridge means that it was, for
/// whoever has talked must not be rung through to the next one.
#[must_use]
pub fn dial_outcome(
    acceptance: Acceptance,
    status: Option<DialStatus>,
    pressed: Pressed,
    bridge: Bridge,
) -> DialOutcome {
    let took_it = match (acceptance, pressed, bridge) {
        (Acceptance::PressOne, Pressed::Nothing, _)
        | (Acceptance::PressOne, Pressed::Unknown, Bridge::Unknown)
        | (_, _, Bridge::NotMade) => false,
        (Acceptance::PressOne, Pressed::One, Bridge::Made | Bridge::Unknown)
        | (Acceptance::PressOne, Pressed::Unknown, Bridge::Made)
        | (Acceptance::PickUp, _, Bridge::Made | Bridge::Unknown) => true,
    };
    match status {
        Some(DialStatus::Completed | DialStatus::Answered) if took_it => DialOutcome::Answered,
        Some(
            DialStatus::Completed
            | DialStatus::Answered
            | DialStatus::Busy
            | DialStatus::NoAnswer
            | DialStatus::Failed
            | DialStatus::Canceled,
        )
        | None => DialOutcome::NotAnswered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESSED: [Pressed; 3] = [Pressed::One, Pressed::Nothing, Pressed::Unknown];
    const BRIDGES: [Bridge; 3] = [Bridge::Made, Bridge::NotMade, Bridge::Unknown];

    #[test]
    fn a_person_is_asked_twice_and_then_left_alone() {
        let nothing = Heard::default();

        assert_eq!(whisper(0, &nothing), Whisper::Ask { reading: 1 });
        assert_eq!(whisper(1, &nothing), Whisper::Ask { reading: 2 });
        assert_eq!(whisper(2, &nothing), Whisper::HangUp);
        assert_eq!(whisper(255, &nothing), Whisper::HangUp);
    }

    #[test]
    fn one_is_yes_and_every_other_key_is_no() {
        for readings in [1, 2] {
            assert_eq!(whisper(readings, &Heard::new("1", "")), Whisper::PutThrough);
            for digits in ["2", "11", "*"] {
                assert_eq!(whisper(readings, &Heard::new(digits, "")), Whisper::HangUp);
            }
        }
    }

    #[test]
    fn a_key_before_the_question_is_no_answer() {
        assert_eq!(whisper(0, &Heard::new("1", "")), Whisper::Ask { reading: 1 });
    }

    #[test]
    fn a_voicemail_that_picks_up_has_not_answered() {
        for bridge in BRIDGES {
            let outcome =
                dial_outcome(Acceptance::PressOne, Some(DialStatus::Completed), Pressed::Nothing, bridge);

            assert_eq!(outcome, DialOutcome::NotAnswered, "{bridge:?}");
        }
    }

    #[test]
    fn only_a_leg_that_was_picked_up_can_have_been_answered() {
        for status in DialStatus::ALL.iter().copied().map(Some).chain([None]) {
            for acceptance in [Acceptance::PressOne, Acceptance::PickUp] {
                for pressed in PRESSED {
                    for bridge in BRIDGES {
                        let outcome = dial_outcome(acceptance, status, pressed, bridge);
                        let picked_up = matches!(status, Some(DialStatus::Completed | DialStatus::Answered));
                        let taken = match acceptance {
                            Acceptance::PickUp => bridge != Bridge::NotMade,
                            Acceptance::PressOne => matches!(
                                (pressed, bridge),
                                (Pressed::One, Bridge::Made | Bridge::Unknown)
                                    | (Pressed::Unknown, Bridge::Made)
                            ),
                        };

                        assert_eq!(
                            outcome == DialOutcome::Answered,
                            picked_up && taken,
                            "{status:?} {pressed:?} {bridge:?}"
                        );
                    }
                }
            }
        }
    }
}
