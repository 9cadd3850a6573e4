//! Firms that have their calls handled in different ways.

use serde_json::{Value, json};

use crate::support::{Firm, Stage};

/// Whose calls no firm here takes.
pub(super) const BLOCKED: &str = "+12145550666";

/// A firm, and what of its settings decides what a call comes to.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) firm: Firm,
    pub(super) answered: Answered,
    pub(super) hours: Hours,
    pub(super) emergencies: Emergencies,
}

/// What counts as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// That a person pressed 1.
    ByPressingOne,
    /// That the telephone was picked up.
    ByPickingUp,
}

/// Whether it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    Open,
    Closed,
}

/// Whether callers can report an emergency, by the key 9 or the words "gas leak".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emergencies {
    Taken,
    NotOffered,
}

fn phones(last_digits: &[u32]) -> Value {
    let phone = |digits: &u32| json!({ "number": format!("+1214555{digits:04}"), "seconds": 18 });
    last_digits.iter().map(phone).collect()
}

fn emergency() -> Value {
    json!({ "key": "9", "words": ["gas leak"], "ladder": phones(&[901, 902]) })
}

fn menu() -> Value {
    json!({ "prompt": "For repairs press 1, to leave a message press 2, for our address press 3.", "choices": [
        { "key": "1", "words": ["repair"], "to": "people" },
        { "key": "2", "words": ["message"], "to": "message" },
        { "key": "3", "words": ["address"], "to": "information", "text": "We are at 12 Main Street." }
    ] })
}

/// Open on Saturdays alone; the stage's clock stands on a Tuesday.
fn closed() -> Value {
    json!({ "week": { "saturday": [{ "from": "09:00", "to": "12:00" }] } })
}

/// All of them.
pub(super) async fn all(stage: &Stage) -> Vec<Kind> {
    use Answered::{ByPickingUp, ByPressingOne};
    use Emergencies::{NotOffered, Taken};
    use Hours::{Closed, Open};
    let (press, pick) = ("press_one", "pick_up");
    let ring = |digits: &[u32], manner, acceptance| json!({ "phones": phones(digits), "manner": manner, "acceptance": acceptance });
    let settings = [
        (
            ByPressingOne,
            Open,
            Taken,
            json!({ "ring": ring(&[101, 102], "in_order", press), "emergency": emergency() }),
        ),
        (
            ByPressingOne,
            Open,
            Taken,
            json!({ "ring": ring(&[201, 202, 203], "together", press), "menu": menu(), "emergency": emergency(),
                    "recording": { "enabled": true, "notice": "This call is recorded." } }),
        ),
        (
            ByPickingUp,
            Open,
            NotOffered,
            json!({ "ring": ring(&[301], "in_order", pick), "voicemail": { "enabled": false } }),
        ),
        (
            ByPickingUp,
            Open,
            NotOffered,
            json!({ "ring": ring(&[401, 402], "together", pick), "menu": menu() }),
        ),
        (ByPressingOne, Open, NotOffered, json!({})),
        (ByPressingOne, Closed, Taken, json!({ "hours": closed(), "emergency": emergency() })),
        (ByPressingOne, Closed, NotOffered, json!({ "hours": closed(), "voicemail": { "enabled": false } })),
        (
            ByPressingOne,
            Closed,
            Taken,
            json!({ "hours": closed(), "emergency": emergency(), "voicemail": { "enabled": false } }),
        ),
    ];
    let mut kinds = Vec::new();
    for (number, (answered, hours, emergencies, mut settings)) in settings.into_iter().enumerate() {
        let (slug, line) = (format!("firm-{number}"), format!("+1214555500{number}"));
        let firm = stage.firm_without_forwarding(&slug, &line).await;
        settings["blocked"] = json!([BLOCKED]);
        stage.handle(&firm, &settings).await;
        kinds.push(Kind { firm, answered, hours, emergencies });
    }
    kinds
}
