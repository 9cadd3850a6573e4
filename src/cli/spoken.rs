//! A simulated call, for people: who says and does what, with the clock times of the call.
//!
//! Promises: lines of 80 columns; further lines of a text stand under its first.

use super::layout::beside;
use super::output::count;
use crate::simulator::{Conversation, Exchange, Told};

/// As wide as a number of North America, with its plus.
const WHO: usize = 12;

/// One line for each thing that happened, or several.
pub(super) fn story(conversation: &Conversation) -> String {
    conversation.story().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(told: &Told) -> String {
    beside(&format!("  {}  {:<WHO$}  ", told.clock(), told.who), &told.what)
}

/// "12 requests, 4 of them repetitions".
pub(super) fn requests(conversation: &Conversation) -> String {
    let requests = count(conversation.exchanges().count(), "request");
    match conversation.exchanges().filter(|exchange| exchange.earlier > 0).count() {
        0 => requests,
        repeated => format!("{requests}, {repeated} of them repetitions"),
    }
}

/// `leg in-progress   204 ×2  /twilio/…`: each request once, with how often it came.
pub(super) fn request_list(conversation: &Conversation) -> String {
    let first = conversation.exchanges().filter(|exchange| exchange.earlier == 0);
    first.map(|exchange| request(exchange, conversation)).collect::<Vec<_>>().join("\n")
}

fn request(first: &Exchange, conversation: &Conversation) -> String {
    let same = |exchange: &&Exchange| (&exchange.request, &exchange.path) == (&first.request, &first.path);
    let times = match conversation.exchanges().filter(same).count() {
        1 => String::new(),
        times => format!("×{times}"),
    };
    let status = first.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    format!("  {:<21} {status:<3} {times:<3} {}", first.request.to_string(), without_ids(&first.path))
}

/// Ids would make the line too long.
fn without_ids(path: &str) -> String {
    let shortened = path.split('/').map(|part| if matches!(part.len(), 34 | 36) { "…" } else { part });
    shortened.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_long_text_stays_under_its_beginning() {
        let what = format!("“{}”", "word ".repeat(20).trim());
        let told = Told { at: Duration::from_millis(75_900), who: "line".into(), what };

        let text = line(&told);

        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("  01:15  line          “word"), "{text}");
        assert!(lines[1].starts_with(&format!("{}word", " ".repeat(23))), "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{text}");
    }
}
