//! The decision itself.
//!
//! Promises: a question is read out three times at most, every telephone is rung once, a message is taken once; an emergency
//! is taken up before anything else, within hours and outside. What was offered to a caller within hours holds after they
//! have ended. Doesn't: put a call through to a number that is not allowed, or back to the line that was dialled.

use super::heard::Heard;
use super::place::{Place, When};
use super::settings::{Acceptance, Destination, Emergency, Manner, Menu, Phone, Recording, Settings};
use super::step::{Decision, DialOutcome, Line, Listening, Mark, Recorded, Ring, ShownNumber, Step};
use crate::hours::State;
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

/// How often a question is read out.
pub const MOST_READINGS: u8 = 3;
/// Twilio rings ten telephones at once at most.
const MOST_AT_ONCE: usize = 10;

/// A call, as far as routing cares.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who calls.
    pub caller: CallerId,
    /// The dialled number, where it is one.
    pub dialled: Option<E164PhoneNumber>,
}

/// What has just happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It came in.
    Incoming,
    /// A question ended.
    Asked {
        /// Which one.
        when: When,
        /// How often it had been read out.
        reading: u8,
        /// What came in.
        heard: Heard,
    },
    /// A telephone of the ring list, by its place there, stopped ringing or was hung up.
    Rang(u8, DialOutcome),
    /// All telephones of the ring list did.
    RangTogether(DialOutcome),
    /// A telephone of the ladder did.
    RangLadder(u8, DialOutcome),
    /// A message ended.
    MessageTaken,
    /// The same, and the caller has hung up: nobody hears an answer.
    Left(Box<Event>),
}

/// What happens next. `now` counts for a call that comes in; later steps go on as they were begun.
#[must_use]
pub fn next(settings: &Settings, now: &State, call: &Call, event: &Event) -> Decision {
    let desk = Desk { settings, call };
    match event {
        Event::Incoming if desk.is_blocked() => bare(Step::Reject),
        Event::Incoming => desk.incoming(now),
        Event::Asked { when, reading, heard } => desk.asked(*when, *reading, heard),
        Event::Rang(_, DialOutcome::Answered)
        | Event::RangTogether(DialOutcome::Answered)
        | Event::RangLadder(_, DialOutcome::Answered) => bare(Step::HangUp),
        Event::Rang(number, DialOutcome::NotAnswered) => desk.ring_from(usize::from(*number) + 1),
        Event::RangTogether(DialOutcome::NotAnswered) => desk.nobody(),
        Event::RangLadder(number, DialOutcome::NotAnswered) => desk.ladder_from(usize::from(*number) + 1),
        Event::Left(last) => left(last),
        Event::MessageTaken => said(vec![Line::Thanks, Line::Goodbye], Step::HangUp),
    }
}

/// An emergency that nobody has taken up is one still.
fn left(last: &Event) -> Decision {
    let gone = bare(Step::HangUp);
    match last {
        Event::RangLadder(_, DialOutcome::NotAnswered) => gone.marked(Mark::Alarm),
        Event::Incoming
        | Event::Asked { .. }
        | Event::Rang(..)
        | Event::RangTogether(_)
        | Event::RangLadder(_, DialOutcome::Answered)
        | Event::MessageTaken
        | Event::Left(_) => gone,
    }
}

fn bare(step: Step) -> Decision {
    said(Vec::new(), step)
}

fn said(lines: Vec<Line>, step: Step) -> Decision {
    Decision { lines, step, mark: None }
}

impl Decision {
    /// The same, with these lines before its own.
    fn after(mut self, lines: Vec<Line>) -> Self {
        self.lines.splice(0..0, lines);
        self
    }

    fn marked(mut self, mark: Mark) -> Self {
        self.mark = Some(self.mark.unwrap_or(mark));
        self
    }
}

/// Whoever knows the firm's wishes and has the call.
struct Desk<'a> {
    settings: &'a Settings,
    call: &'a Call,
}

impl Desk<'_> {
    fn is_blocked(&self) -> bool {
        self.call.caller.number().is_some_and(|number| self.settings.blocked.contains(number))
    }

    /// The notice can't be skipped; the rest can, by whoever knows the key.
    fn incoming(&self, now: &State) -> Decision {
        let notice = match &self.settings.recording {
            Recording::On { notice } => vec![Line::Notice(notice.clone())],
            Recording::Off => Vec::new(),
        };
        let (when, welcome) = match now {
            State::Open(_) => (When::Open, Line::Greeting(self.settings.greeting.clone())),
            State::Closed(_) => (When::Closed, Line::AfterHours(self.settings.after_hours.clone())),
        };
        let next = match self.question(when, 1, vec![welcome.clone()]) {
            Some(question) => bare(question),
            None => self.without_a_choice(when).after(vec![welcome]),
        };
        next.after(notice)
    }

    /// The question that callers are asked then; none if there is nothing to choose.
    fn question(&self, when: When, reading: u8, mut says: Vec<Line>) -> Option<Step> {
        let (menu, emergency) = (self.menu(when), self.settings.emergency.as_ref());
        let mut hints: Vec<String> = Vec::new();
        if let Some(menu) = menu {
            says.push(Line::Menu(menu.prompt.clone()));
            hints.extend(menu.choices.iter().flat_map(|choice| choice.words.iter().cloned()));
        }
        if let Some(emergency) = emergency {
            says.push(Line::Offer(emergency.offer.clone()));
            hints.extend(emergency.words.iter().cloned());
        }
        let listening = if hints.is_empty() { Listening::Keys } else { Listening::KeysAndWords };
        let is_one = menu.is_some() || emergency.is_some();
        is_one.then_some(Step::Ask { place: Place::Ask { when, reading }, says, listening, hints })
    }

    fn menu(&self, when: When) -> Option<&Menu> {
        match when {
            When::Open => self.settings.menu.as_ref(),
            When::Closed => None,
        }
    }

    fn asked(&self, when: When, reading: u8, heard: &Heard) -> Decision {
        if let Some(emergency) =
            self.settings.emergency.as_ref().filter(|emergency| is_reported(emergency, heard))
        {
            return self
                .ladder_from(0)
                .after(vec![Line::Safety(emergency.safety.clone())])
                .marked(Mark::Emergency);
        }
        let Some(menu) = self.menu(when) else { return self.without_a_choice(when) };
        let chosen =
            menu.choices.iter().find(|choice| heard.is_key(choice.key) || heard.says_one_of(&choice.words));
        match chosen.map(|choice| &choice.to) {
            Some(Destination::People) => self.ring(),
            Some(Destination::Message) => self.message_or(vec![Line::NobodyFree, Line::Goodbye]),
            Some(Destination::Information(text)) => {
                self.once_more(when, reading, vec![Line::Information(text.clone())])
            }
            None if heard.is_nothing() => self.once_more(when, reading, Vec::new()),
            None => self.once_more(when, reading, vec![Line::NotUnderstood]),
        }
    }

    /// The question again, or, when it has been read out often enough, a person.
    fn once_more(&self, when: When, reading: u8, says: Vec<Line>) -> Decision {
        let again =
            (reading < MOST_READINGS).then(|| self.question(when, reading + 1, says.clone())).flatten();
        match again {
            Some(question) => bare(question),
            None => self.without_a_choice(when).after(says),
        }
    }

    /// Where callers get who choose nothing.
    fn without_a_choice(&self, when: When) -> Decision {
        match when {
            When::Open => self.ring(),
            When::Closed => self.message_or(vec![Line::Goodbye]),
        }
    }

    fn ring(&self) -> Decision {
        match self.settings.ring.manner {
            Manner::InOrder => self.ring_from(0),
            Manner::Together => {
                let allowed = self.settings.ring.phones.iter().filter(|phone| self.is_allowed(phone));
                let phones: Vec<Phone> = allowed.take(MOST_AT_ONCE).cloned().collect();
                if phones.is_empty() {
                    self.nobody()
                } else {
                    let acceptance = self.settings.ring.acceptance;
                    bare(self.rung(Place::Together(acceptance), phones, acceptance))
                }
            }
        }
    }

    fn ring_from(&self, first: usize) -> Decision {
        match self.first_allowed(&self.settings.ring.phones, first) {
            Some((number, phone)) => {
                let acceptance = self.settings.ring.acceptance;
                bare(self.rung(Place::Ring { number, acceptance }, vec![phone], acceptance))
            }
            None => self.nobody(),
        }
    }

    /// Whoever takes up an emergency says so, whatever counts as an answer otherwise.
    fn ladder_from(&self, first: usize) -> Decision {
        let ladder = self.settings.emergency.as_ref().map_or(&[][..], |emergency| &emergency.ladder);
        match self.first_allowed(ladder, first) {
            Some((number, phone)) => {
                bare(self.rung(Place::Ladder(number), vec![phone], Acceptance::PressOne))
            }
            None => self.message_or(vec![Line::Goodbye]).after(vec![Line::NobodyOnCall]).marked(Mark::Alarm),
        }
    }

    fn nobody(&self) -> Decision {
        self.message_or(vec![Line::Goodbye]).after(vec![Line::NobodyFree])
    }

    fn message_or(&self, farewell: Vec<Line>) -> Decision {
        match &self.settings.voicemail {
            Some(voicemail) => bare(Step::TakeMessage(voicemail.clone())),
            None => said(farewell, Step::HangUp),
        }
    }

    /// The first telephone from this place on that may be rung, and its place.
    fn first_allowed(&self, phones: &[Phone], first: usize) -> Option<(u8, Phone)> {
        let found = phones.iter().enumerate().skip(first).find(|(_, phone)| self.is_allowed(phone));
        found.and_then(|(number, phone)| Some((u8::try_from(number).ok()?, phone.clone())))
    }

    /// Ringing the line that was dialled would bring the call back here, for ever.
    fn is_allowed(&self, phone: &Phone) -> bool {
        self.call.dialled.as_ref() != Some(&phone.number)
            && self.settings.countries.iter().any(|country| country.covers(&phone.number))
    }

    fn rung(&self, place: Place, phones: Vec<Phone>, acceptance: Acceptance) -> Step {
        let recorded = match self.settings.recording {
            Recording::On { .. } => Recorded::Yes,
            Recording::Off => Recorded::No,
        };
        let longest_talk_seconds = self.settings.longest_talk_seconds;
        Step::Ring(Ring {
            place,
            phones,
            acceptance,
            shows: ShownNumber::of(&self.call.caller, self.call.dialled.as_ref()),
            recorded,
            longest_talk_seconds,
        })
    }
}

fn is_reported(emergency: &Emergency, heard: &Heard) -> bool {
    emergency.key.is_some_and(|key| heard.is_key(key)) || heard.says_one_of(&emergency.words)
}
