//! Lines of 80 columns.

/// What a terminal is wide, at the least.
const WIDTH: usize = 80;

/// Breaks a text at its blanks into lines of at most `width` characters. A longer word has a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text in lines of a terminal's width.
pub(super) fn in_lines(text: &str) -> String {
    wrapped(text, WIDTH).join("\n")
}

/// A text beside a head: the head stands on the first line alone, further lines begin where the text began.
pub(super) fn beside(head: &str, text: &str) -> String {
    let indent = head.chars().count();
    let blank = " ".repeat(indent);
    let lines = wrapped(text, WIDTH.saturating_sub(indent));
    if lines.is_empty() {
        return head.trim_end().to_owned();
    }
    let heads = std::iter::once(head).chain(std::iter::repeat(blank.as_str()));
    heads.zip(lines).map(|(head, line)| format!("{head}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_at_its_blanks_alone() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a-word-too-long for", 6), ["a-word-too-long", "for"]);
        assert!(wrapped("  ", 7).is_empty());
    }

    #[test]
    fn further_lines_begin_where_the_first_one_did() {
        let text = "word ".repeat(20);

        let lines = beside("head: ", &text);

        assert!(lines.lines().count() > 1);
        for (number, line) in lines.lines().enumerate() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            assert!(line.starts_with(if number == 0 { "head: word" } else { "      word" }), "{line}");
        }
    }
}
