//! docs/calls.md.

use std::fmt::Write as _;

use super::firms::{ACME, Firms, LAKESIDE};
use super::{Played, Scene};

const HEAD: &str = "# What callers hear

Every conversation here was held by the simulator with the real server: `just conversations` holds them again and writes
this page, and a test fails where it is out of date. Times are those of the call. “Line” is the firm's telephone line.
`switchboard simulate call` holds one with your own settings.
";

const ABOUT: [(&str, &str); 2] = [
    (
        ACME,
        "Open on weekdays from 8:00 to 17:00. Rings Ann, then Bob, who press 1 to take a call. Records its calls. For \
         emergencies, at any hour, it rings Bob, then Carla.",
    ),
    (
        LAKESIDE,
        "Open on weekdays from 9:00 to 18:00. Has a menu; the front desk and the back office ring together, and whoever \
         presses 1 first has the call.",
    ),
];

pub(super) fn write(firms: &Firms, played: &[Played]) -> String {
    let mut page = HEAD.to_owned();
    for (firm, about) in ABOUT {
        // Writing to a String can't fail.
        let _ = write!(page, "\n## {firm}\n\n{}\n", wrapped(about));
        for played in played.iter().filter(|played| played.scene.firm == firm) {
            conversation(&mut page, firms, played);
        }
    }
    page
}

fn conversation(page: &mut String, firms: &Firms, played: &Played) {
    let Played { scene, conversation, .. } = played;
    let _ = write!(page, "\n### {}\n\n| | | |\n|---|---|---|\n", scene.title);
    for told in conversation.story() {
        let who = match told.who.as_str() {
            "line" => "Line".to_owned(),
            "caller" => "Caller".to_owned(),
            number => firms.name(number),
        };
        let _ = writeln!(page, "| {} | {who} | {} |", told.clock(), told.what);
    }
    let _ = write!(page, "\nIn the log: {}.\n", outcome(scene));
}

fn outcome(scene: &Scene) -> String {
    let outcome = format!("**{}**", scene.outcome.replace('_', " "));
    match (scene.answered_by, scene.is_alarmed) {
        (Some(name), _) => format!("{outcome}, taken by {name}"),
        (None, true) => format!("{outcome}, with an alarm because nobody took it up"),
        (None, false) => outcome,
    }
}

/// Lines of a width that reads well in an editor.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().unwrap();
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + word.chars().count() < 118 {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}
