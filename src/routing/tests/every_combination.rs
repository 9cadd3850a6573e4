//! Every combination of what a firm can set and of who calls when.
//!
//! The snapshot is the table, for people to read. What must hold for each of its lines is said again in the tests, in other
//! words than the decision's own.

use std::collections::BTreeSet;

use super::{
    Cast, DIALLED, SILENCE, closed, emergency, holiday, number, open, phones, settings, story, voicemail,
    walk,
};
use crate::hours::State;
use crate::routing::{Call, Decision, Emergency, Line, Mark, Recorded, Recording, Settings, Step};
use crate::twilio::phone_number::CallerId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    Nowhere,
    ByKey,
    ByWord,
}

impl Report {
    fn in_words(self) -> &'static str {
        match self {
            Self::Nowhere => "no emergency",
            Self::ByKey => "emergency by key",
            Self::ByWord => "emergency by word",
        }
    }
}

/// A line of the table.
pub(super) struct Combination {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) now: State,
    pub(super) call: Call,
    people: usize,
    report: Report,
    caller: &'static str,
}

fn settings_with(people: usize, recording: &str, message: &str, report: Report) -> Settings {
    let mut settings = settings();
    settings.ring.phones = phones(&["+12145550191", "+12145550192", "+12145550193"][..people]);
    if recording == "recorded" {
        settings.recording = Recording::On { notice: "This call is recorded.".to_owned() };
    }
    settings.voicemail = (message == "voicemail").then(voicemail);
    settings.emergency = match report {
        Report::Nowhere => None,
        Report::ByKey => Some(Emergency { words: Vec::new(), ..emergency() }),
        Report::ByWord => Some(Emergency { key: None, ..emergency() }),
    };
    settings
}

/// Three standings, three ring lists, recording and voicemail on and off, three ways to report an emergency, three callers.
pub(super) fn all() -> Vec<Combination> {
    let standings = || [("open", open()), ("closed", closed()), ("holiday", holiday())];
    let callers = [("known", "+19725550123"), ("withheld", "anonymous"), ("blocked", "+19725550666")];
    let wishes = [0, 1, 3].into_iter().flat_map(|people| {
        ["recorded", "not recorded"].into_iter().flat_map(move |recording| {
            ["voicemail", "no voicemail"].into_iter().flat_map(move |message| {
                [Report::Nowhere, Report::ByKey, Report::ByWord]
                    .into_iter()
                    .map(move |report| (people, recording, message, report))
            })
        })
    });
    let mut all = Vec::new();
    for (people, recording, message, report) in wishes {
        let settings = settings_with(people, recording, message, report);
        for (standing, hours) in standings() {
            for (caller, from) in callers {
                let wish = format!("{people} to ring, {recording}, {message}, {}", report.in_words());
                all.push(Combination {
                    name: format!("{wish}; {standing}; {caller}"),
                    settings: settings.clone(),
                    now: hours.clone(),
                    call: Call { caller: CallerId::parse(from), dialled: Some(number(DIALLED)) },
                    people,
                    report,
                    caller,
                });
            }
        }
    }
    all
}

impl Combination {
    fn is_open(&self) -> bool {
        matches!(self.now, State::Open(_))
    }

    fn is_blocked(&self) -> bool {
        self.caller == "blocked"
    }

    fn walk(&self, cast: Cast) -> Vec<Decision> {
        walk(&self.settings, &self.now, &self.call, cast)
    }

    fn story(&self, cast: Cast) -> String {
        story(&self.settings, &self.now, &self.call, cast)
    }

    /// Both ways to report an emergency, whichever counts.
    fn reports(&self) -> Cast {
        match self.report {
            Report::ByKey => Cast { caller: &["9"], taker: None },
            Report::Nowhere | Report::ByWord => Cast { caller: &["I smell smoke!"], taker: None },
        }
    }
}

fn rung(decisions: &[Decision]) -> Vec<String> {
    let rings = decisions.iter().filter_map(|decision| match &decision.step {
        Step::Ring(ring) => Some(ring),
        Step::Reject | Step::Ask { .. } | Step::TakeMessage(_) | Step::HangUp => None,
    });
    rings
        .flat_map(|ring| ring.phones.iter().map(|phone| phone.number.as_str().split_at(10).1.to_owned()))
        .collect()
}

fn takes_messages(decisions: &[Decision]) -> usize {
    decisions.iter().filter(|decision| matches!(decision.step, Step::TakeMessage(_))).count()
}

#[test]
fn the_table_reads_as_a_firm_would_want_it() {
    let lines = all().into_iter().filter(|line| line.caller == "known").map(|line| {
        let silence = line.story(SILENCE);
        let emergency = line.story(line.reports());
        let name = line.name.trim_end_matches("; known");
        if silence == emergency {
            format!("{name}\n    {silence}")
        } else {
            format!("{name}\n    {silence}\n    reported: {emergency}")
        }
    });

    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_table_is_whole() {
    let names: BTreeSet<String> = all().into_iter().map(|line| line.name).collect();

    assert_eq!(names.len(), 3 * 3 * 2 * 2 * 3 * 3);
}

#[test]
fn a_blocked_caller_hears_nothing_and_rings_nobody() {
    for line in all().iter().filter(|line| line.is_blocked()) {
        assert_eq!(line.story(SILENCE), "rejected", "{}", line.name);
    }
}

#[test]
fn a_withheld_number_makes_no_difference() {
    let all = all();
    for (known, withheld) in all.iter().zip(&all[1..]).filter(|(known, _)| known.caller == "known") {
        for cast in [SILENCE, known.reports(), Cast { caller: &[], taker: Some(1) }] {
            assert_eq!(known.story(cast), withheld.story(cast), "{}", known.name);
        }
    }
}

#[test]
fn whoever_is_recorded_has_heard_so_first() {
    for line in all().iter().filter(|line| !line.is_blocked()) {
        for cast in [SILENCE, line.reports()] {
            let decisions = line.walk(cast);
            let is_told = matches!(decisions[0].lines.first(), Some(Line::Notice(_)));
            let notices = decisions
                .iter()
                .flat_map(|decision| &decision.lines)
                .filter(|line| matches!(line, Line::Notice(_)));
            let recorded = decisions
                .iter()
                .any(|decision| matches!(&decision.step, Step::Ring(ring) if ring.recorded == Recorded::Yes));

            assert_eq!(is_told, line.settings.recording != Recording::Off, "{}", line.name);
            assert_eq!(notices.count(), usize::from(is_told), "{}", line.name);
            assert!(is_told || !recorded, "{}", line.name);
        }
    }
}

#[test]
fn the_people_are_rung_within_hours_alone_and_each_once() {
    for line in all().iter().filter(|line| !line.is_blocked()) {
        let people = if line.is_open() { &["91", "92", "93"][..line.people] } else { &[] };

        assert_eq!(rung(&line.walk(SILENCE)), people, "{}", line.name);
    }
}

#[test]
fn whoever_accepts_ends_the_ringing() {
    for line in all().iter().filter(|line| !line.is_blocked() && line.is_open()) {
        for taker in 1..=line.people {
            let decisions = line.walk(Cast { caller: &[], taker: Some(taker) });

            assert_eq!(rung(&decisions).len(), taker, "{}", line.name);
            assert_eq!(takes_messages(&decisions), 0, "{}", line.name);
        }
    }
}

#[test]
fn whoever_reaches_nobody_leaves_a_message_where_there_is_a_voicemail() {
    for line in all().iter().filter(|line| !line.is_blocked()) {
        for cast in [SILENCE, line.reports()] {
            let expected = usize::from(line.settings.voicemail.is_some());

            assert_eq!(takes_messages(&line.walk(cast)), expected, "{}", line.name);
        }
    }
}

#[test]
fn an_emergency_is_heard_at_any_hour_and_never_forgotten() {
    for line in all().iter().filter(|line| !line.is_blocked()) {
        let decisions = line.walk(line.reports());
        let marks: Vec<Mark> = decisions.iter().filter_map(|decision| decision.mark).collect();
        let safe =
            decisions.iter().flat_map(|decision| &decision.lines).any(|line| matches!(line, Line::Safety(_)));

        if line.report == Report::Nowhere {
            assert!(marks.is_empty() && !safe, "{}", line.name);
        } else {
            assert_eq!(marks, [Mark::Emergency, Mark::Alarm], "{}", line.name);
            assert_eq!(rung(&decisions), ["81", "82"], "{}", line.name);
            assert!(safe, "{}", line.name);
        }
    }
}

#[test]
fn an_emergency_that_is_taken_up_raises_no_alarm() {
    for line in all().iter().filter(|line| !line.is_blocked() && line.report != Report::Nowhere) {
        for taker in [1, 2] {
            let decisions = line.walk(Cast { taker: Some(taker), ..line.reports() });

            assert!(decisions.iter().all(|decision| decision.mark != Some(Mark::Alarm)), "{}", line.name);
        }
    }
}
