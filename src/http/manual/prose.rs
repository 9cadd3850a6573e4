//! The little Markdown that the document's texts use, as HTML.
//!
//! Promises: everything is escaped; out come paragraphs, headings of one level and `code`, and nothing else.

use askama::filters::HtmlSafe;

/// HTML of ours, to be shown as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl std::fmt::Display for Html {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Paragraphs and headings.
pub(super) fn text(markdown: &str) -> Html {
    let blocks = markdown.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let html = blocks.map(|block| match block.strip_prefix("## ") {
        Some(heading) => format!("<h3>{}</h3>", line(heading)),
        None => format!("<p>{}</p>", line(block)),
    });
    Html(html.collect())
}

/// One run of text. What stands between backticks is code.
pub(super) fn line(markdown: &str) -> Html {
    let parts = markdown.split('`').map(escaped).enumerate();
    let html = parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part });
    Html(html.collect())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_shown_and_not_obeyed() {
        let html = text("## Keys & <b>\n\nSend `<script>`\nas \"it\" is.").to_string();

        assert_eq!(
            html,
            "<h3>Keys &amp; &lt;b&gt;</h3><p>Send <code>&lt;script&gt;</code>\nas &quot;it&quot; is.</p>"
        );
    }
}
