//! What a voice and a person do while a verb lasts: how long it takes, who says what, what was gathered.
//!
//! Promises: pure. Doesn't: know whether anybody hangs up meanwhile.

use std::time::Duration;

use super::people::{Answer, Patience};
use super::transcript::Happening;
use super::twiml::{BargeIn, Gather, Say, Verb, WhenEmpty};

/// A voice reads about fifteen characters a second.
const CHARACTERS_A_SECOND: u32 = 15;
/// How long a person takes to begin.
const HESITATION: Duration = Duration::from_secs(1);
/// When somebody begins who knows the question.
const INTERRUPTION: Duration = Duration::from_secs(2);
const A_KEY: Duration = Duration::from_millis(500);
/// After which silence words are complete.
const AFTER_WORDS: Duration = Duration::from_secs(1);

/// How long a text takes.
pub(super) fn reading(say: &Say) -> Duration {
    spoken(&say.text) * say.times
}

fn spoken(text: &str) -> Duration {
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    Duration::from_secs(1) * characters / CHARACTERS_A_SECOND
}

/// A question, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Asked {
    /// What happens, by the time since its beginning.
    pub(super) happenings: Vec<(Duration, Happening)>,
    /// How long it takes.
    pub(super) took: Duration,
    /// What came in.
    pub(super) gathered: Gathered,
}

/// What a question came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gathered {
    /// Nothing, and nobody asks for it.
    Nothing,
    /// Nothing, which is to be told.
    Silence,
    /// Keys, without the one that ended them.
    Keys { digits: String, finished_on: Option<char> },
    /// Words.
    Words(String),
}

/// Asks a person who does this.
pub(super) fn ask(gather: &Gather, answer: &Answer, patience: Patience) -> Asked {
    let (mut happenings, prompt) = prompt(gather);
    let hesitation = HESITATION.min(gather.timeout);
    let begins = match (patience, gather.barge_in) {
        (Patience::Interrupts, BargeIn::Interrupts) => INTERRUPTION.min(prompt + hesitation),
        (Patience::HearsItOut, _) | (_, BargeIn::Waits) => prompt + hesitation,
    };
    if *answer != Answer::Nothing {
        happenings.retain(|(at, _)| *at < begins);
        happenings.push((begins, Happening::Answers(answer.clone())));
    }
    let heard = match answer {
        Answer::Keys(keys) if gather.input.hears_keys() => keyed(gather, keys),
        Answer::Words(words) if gather.input.hears_words() && !words.is_empty() => {
            Some((Gathered::Words(words.clone()), spoken(words) + AFTER_WORDS))
        }
        Answer::Keys(_) | Answer::Words(_) | Answer::Nothing => None,
    };
    let (gathered, took) = heard.map_or_else(
        || match gather.when_empty {
            WhenEmpty::GoesOn => (Gathered::Nothing, prompt + gather.timeout),
            WhenEmpty::Reports => (Gathered::Silence, prompt + gather.timeout),
        },
        |(gathered, lasts)| (gathered, begins + lasts),
    );
    Asked { happenings, took, gathered }
}

/// What is said, and how long it takes if nobody interrupts.
fn prompt(gather: &Gather) -> (Vec<(Duration, Happening)>, Duration) {
    let (mut happenings, mut at) = (Vec::new(), Duration::ZERO);
    for verb in &gather.prompt {
        match verb {
            Verb::Say(say) => {
                happenings.push((at, Happening::Says(say.text.clone())));
                at += reading(say);
            }
            Verb::Pause { length } => at += *length,
            // The reader lets nothing else stand there.
            Verb::Gather(_)
            | Verb::Dial(_)
            | Verb::Record(_)
            | Verb::Redirect { .. }
            | Verb::Hangup
            | Verb::Reject { .. } => {}
        }
    }
    (happenings, at)
}

/// What counts of the keys, and how long it takes from the first one on.
fn keyed(gather: &Gather, keys: &str) -> Option<(Gathered, Duration)> {
    let (mut digits, mut finished_on, mut lasts) = (String::new(), None, Duration::ZERO);
    for key in keys.chars() {
        lasts += A_KEY;
        if gather.finish_on_key == Some(key) {
            finished_on = Some(key);
            break;
        }
        digits.push(key);
        if gather.digits == Some(digits.chars().count()) {
            break;
        }
    }
    if digits.is_empty() {
        return None;
    }
    let is_complete = finished_on.is_some() || gather.digits == Some(digits.chars().count());
    let silence = if is_complete { Duration::ZERO } else { gather.timeout };
    Some((Gathered::Keys { digits, finished_on }, lasts + silence))
}

impl Gathered {
    /// What the request to the action carries; none if there is no request.
    pub(super) fn parameters(&self, gather: &Gather) -> Option<Vec<(&'static str, String)>> {
        let mut parameters = vec![("msg", "Gather End".to_owned())];
        match self {
            Self::Nothing => return None,
            Self::Silence if gather.input.hears_keys() => parameters.push(("Digits", String::new())),
            Self::Silence => parameters.push(("SpeechResult", String::new())),
            Self::Keys { digits, finished_on } => {
                parameters.push(("Digits", digits.clone()));
                parameters.extend(finished_on.map(|key| ("FinishedOnKey", key.to_string())));
            }
            Self::Words(words) => {
                parameters.push(("SpeechResult", words.clone()));
                parameters.push(("Confidence", "0.91".to_owned()));
                parameters.push(("Language", "en-US".to_owned()));
            }
        }
        Some(parameters)
    }

    /// What was listened for and came.
    pub(super) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Nothing | Self::Silence => None,
            Self::Keys { digits, .. } => Some(Answer::Keys(digits.clone())),
            Self::Words(words) => Some(Answer::Words(words.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::twiml;

    /// Thirty characters: two seconds.
    const PROMPT: &str = "<Say>For repairs, please press one.</Say>";

    fn gather(attributes: &str) -> Gather {
        let prompt = PROMPT.replace("please press one.", "press 1.");
        let document = format!("<Response><Gather {attributes}>{prompt}</Gather></Response>");
        let Verb::Gather(gather) = twiml::read(&document).unwrap().remove(0) else { panic!("{document}") };
        gather
    }

    fn keys(attributes: &str, keys: &str) -> (Gathered, u128) {
        let asked = ask(&gather(attributes), &Answer::Keys(keys.into()), Patience::HearsItOut);
        (asked.gathered, asked.took.as_millis())
    }

    fn gathered(digits: &str, finished_on: Option<char>) -> Gathered {
        Gathered::Keys { digits: digits.into(), finished_on }
    }

    #[test]
    fn keys_end_at_their_number_at_the_finish_key_or_in_silence() {
        let prompt = 21 * 1000 / 15;

        assert_eq!(keys("numDigits=\"1\"", "12"), (gathered("1", None), prompt + 1500));
        assert_eq!(keys("", "12#3"), (gathered("12", Some('#')), prompt + 2500));
        assert_eq!(keys("timeout=\"3\"", "12"), (gathered("12", None), prompt + 5000));
        assert_eq!(keys("finishOnKey=\"\" numDigits=\"2\"", "#1"), (gathered("#1", None), prompt + 2000));
        assert_eq!(keys("", "#"), (Gathered::Nothing, prompt + 5000));
    }

    #[test]
    fn what_is_not_listened_for_is_not_heard() {
        let of = |attributes, answer| ask(&gather(attributes), &answer, Patience::HearsItOut).gathered;

        assert_eq!(of("input=\"speech\"", Answer::Keys("1".into())), Gathered::Nothing);
        assert_eq!(of("input=\"dtmf\"", Answer::Words("gas".into())), Gathered::Nothing);
        assert_eq!(
            of("input=\"dtmf speech\" actionOnEmptyResult=\"true\"", Answer::Nothing),
            Gathered::Silence
        );
        assert_eq!(of("input=\"dtmf speech\"", Answer::Words("gas".into())), Gathered::Words("gas".into()));
    }

    #[test]
    fn somebody_in_a_hurry_interrupts_where_that_is_possible() {
        let long = |attributes: &str| {
            let mut gather = gather(attributes);
            gather.prompt = vec![
                gather.prompt[0].clone(),
                Verb::Pause { length: Duration::from_secs(9) },
                gather.prompt.remove(0),
            ];
            ask(&gather, &Answer::Keys("1".into()), Patience::Interrupts)
        };

        let (interrupted, waited) = (long("numDigits=\"1\""), long("numDigits=\"1\" bargeIn=\"false\""));

        assert_eq!((interrupted.took.as_millis(), interrupted.happenings.len()), (2500, 2));
        assert_eq!((waited.took.as_millis(), waited.happenings.len()), (2 * 1400 + 9000 + 1500, 3));
    }
}
