//! Which characters XML 1.0 can hold.
//!
//! Promises: text that went through [`without_forbidden`] can be written into XML once it is escaped.
//! Doesn't: escape. The writer does that, but it lets control characters pass, and one of them in a
//! caller's name makes the whole answer unreadable for Twilio (its error 12100).

use std::borrow::Cow;

/// Whether XML 1.0 (production 2, `Char`) allows the character in a document.
#[must_use]
pub fn is_allowed(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}'
    )
}

/// The text without the characters that XML 1.0 forbids; borrowed when there are none.
#[must_use]
pub fn without_forbidden(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|character| is_allowed(*character)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_non_characters_are_dropped_and_line_breaks_stay() {
        assert_eq!(without_forbidden("a\0b\u{1}c\u{b}d\u{1f}e\u{fffe}f\u{ffff}g"), "abcdefg");
        assert_eq!(without_forbidden("tab\tline\nreturn\r é 🙂 \u{7f}"), "tab\tline\nreturn\r é 🙂 \u{7f}");
    }
}
