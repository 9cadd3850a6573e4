//! The conversations, and what each should come to.

use std::time::Duration;

use switchboard::simulator::{AfterMessage, Answer, Callee, Caller, Leaves, Message, People, Script};

use super::firms::{ACME, LAKESIDE};

/// 11:02 in Dallas, 10:02 in Denver.
const TUESDAY_MORNING: &str = "2026-03-03T17:02:11Z";
/// 21:40 in Dallas.
const TUESDAY_NIGHT: &str = "2026-03-04T03:40:00Z";
const SUNDAY: &str = "2026-03-08T19:15:00Z";
const CUSTOMER: &str = "+19725550123";

/// A conversation as it is going to be.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) firm: &'static str,
    pub(super) title: &'static str,
    pub(super) at: &'static str,
    pub(super) from: &'static str,
    pub(super) script: Script,
    /// What the log should say.
    pub(super) outcome: &'static str,
    /// Who it should say took the call.
    pub(super) answered_by: Option<&'static str>,
    /// Whether it should say that nobody took up an emergency.
    pub(super) is_alarmed: bool,
}

/// All of them.
pub(super) fn all() -> Vec<Scene> {
    [acme_by_day(), acme_by_night(), lakeside()].into_iter().flatten().collect()
}

fn acme_by_day() -> Vec<Scene> {
    let scene = |title, script, outcome| scene(ACME, TUESDAY_MORNING, title, script, outcome);
    vec![
        Scene {
            answered_by: Some("Ann"),
            ..scene("Somebody takes the call", rung(&[Callee::Accepts]), "answered")
        },
        Scene {
            answered_by: Some("Bob"),
            ..scene(
                "A voicemail picks up first, and does not count",
                rung(&[Callee::Voicemail, Callee::Accepts]),
                "answered",
            )
        },
        scene(
            "Nobody takes the call, and the caller leaves a message",
            leaving_a_message(rung(&[Callee::Busy, Callee::Ignores])),
            "voicemail",
        ),
        scene("The caller hangs up while it rings", hanging_up_after(22, rung(&[Callee::Ignores])), "missed"),
        scene("The caller changes their mind at once", hanging_up_after(4, rung(&[])), "abandoned"),
        Scene {
            answered_by: Some("Carla"),
            ..scene(
                "A gas leak: the second technician takes it up",
                answering(
                    &[Answer::Words("I think I smell gas in the basement".into())],
                    rung(&[Callee::Ignores, Callee::Accepts]),
                ),
                "emergency",
            )
        },
        Scene { from: "+12145550666", ..scene("A caller whom the firm has blocked", rung(&[]), "blocked") },
    ]
}

fn acme_by_night() -> Vec<Scene> {
    let scene = |title, script, outcome| scene(ACME, TUESDAY_NIGHT, title, script, outcome);
    vec![
        scene("After hours, the caller leaves a message", leaving_a_message(rung(&[])), "voicemail"),
        scene("After hours, the caller hangs up", hanging_up_after(20, rung(&[])), "after_hours"),
        Scene {
            answered_by: Some("Bob"),
            ..scene("After hours, no heat", answering(&[keys("9")], rung(&[Callee::Accepts])), "emergency")
        },
        Scene {
            is_alarmed: true,
            ..scene(
                "After hours, nobody takes up the emergency",
                leaving_a_message(answering(&[keys("9")], rung(&[Callee::Voicemail, Callee::Ignores]))),
                "emergency",
            )
        },
    ]
}

fn lakeside() -> Vec<Scene> {
    let scene = |title, script, outcome| scene(LAKESIDE, TUESDAY_MORNING, title, script, outcome);
    vec![
        Scene {
            answered_by: Some("back office"),
            ..scene(
                "An appointment: two desks ring, the second takes it",
                answering(&[keys("1")], rung(&[Callee::Ignores, Callee::Accepts])),
                "answered",
            )
        },
        Scene {
            answered_by: Some("front desk"),
            ..scene(
                "The caller asks for our address, and then for a person",
                answering(
                    &[keys("3"), Answer::Words("an appointment, please".into())],
                    rung(&[Callee::Accepts, Callee::Ignores]),
                ),
                "answered",
            )
        },
        scene(
            "A key that means nothing, and then a message",
            leaving_a_message(answering(&[keys("7"), keys("2")], rung(&[]))),
            "voicemail",
        ),
        scene(
            "The caller chooses nothing, and nobody is at a desk",
            silent(rung(&[Callee::Declines, Callee::Ignores])),
            "missed",
        ),
        Scene {
            from: "anonymous",
            at: SUNDAY,
            ..scene("On a Sunday", leaving_a_message(rung(&[])), "voicemail")
        },
    ]
}

fn scene(
    firm: &'static str,
    at: &'static str,
    title: &'static str,
    script: Script,
    outcome: &'static str,
) -> Scene {
    Scene { firm, title, at, from: CUSTOMER, script, outcome, answered_by: None, is_alarmed: false }
}

fn rung(callees: &[Callee]) -> Script {
    let phones = callees.iter().map(|callee| (*callee).into()).collect();
    Script { people: People { phones, ..People::default() }, ..Script::default() }
}

fn keys(keys: &str) -> Answer {
    Answer::Keys(keys.into())
}

fn with(script: Script, change: impl FnOnce(&mut Caller)) -> Script {
    let mut script = script;
    change(&mut script.people.caller);
    script
}

fn answering(answers: &[Answer], script: Script) -> Script {
    with(script, |caller| caller.answers = answers.to_vec())
}

fn leaving_a_message(script: Script) -> Script {
    let message =
        Message { length: Duration::from_secs(14), words: String::new(), then: AfterMessage::Waits };
    with(script, |caller| caller.message = message)
}

fn silent(script: Script) -> Script {
    with(script, |caller| caller.message = Message::default())
}

fn hanging_up_after(seconds: u64, script: Script) -> Script {
    with(script, |caller| caller.leaves = Leaves::After(Duration::from_secs(seconds)))
}
