//! A simulated call, for people: who says and does what, with the clock times of the call.
//!
//! Promises: lines of 80 columns; further lines of a text stand under its first.

use super::layout::beside;
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
    let requests = conversation.exchanges().count();
    match conversation.exchanges().filter(|exchange| exchange.earlier > 0).count() {
        0 => format!("{requests} requests"),
        repeated => format!("{requests} requests, {repeated} of them repetitions"),
    }
}

/// `incoming call   POST /twilio/voice   200`.
pub(super) fn request(exchange: &Exchange) -> String {
    let what = exchange.request.to_string();
    let again = if exchange.earlier > 0 { ", again" } else { "" };
    let status = exchange.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    format!("  {:<26} {status:<4} {}", what + again, without_id(&exchange.path))
}

/// Ids in a path, cut so that the line stays a line.
fn without_id(path: &str) -> String {
    let shortened = path.split('/').map(|part| match part.get(..8) {
        Some(start) if part.len() == 36 || part.len() == 34 => format!("{start}…"),
        Some(_) | None => part.to_owned(),
    });
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
