//! The list as people and programs read it.
//!
//! Promises: 80 columns; each red line and each warning with what to do; at the end what to do first. Colours on a terminal
//! alone, and never as the only sign.

use std::fmt::Write as _;

use serde::Serialize;

use super::check::{Check, Mark};
use crate::cli::layout::beside;
use crate::cli::output::count;

/// Whether whoever reads it sees colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Coloured,
}

/// The list as one JSON object.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    red: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<&'a str>,
    checks: &'a [Check],
}

impl<'a> Report<'a> {
    pub(super) fn of(checks: &'a [Check]) -> Self {
        let marked = |mark: Mark| checks.iter().filter(move |check| check.mark == mark);
        let first = marked(Mark::Red).chain(marked(Mark::Warning)).find_map(|check| check.remedy.as_deref());
        Self { red: marked(Mark::Red).count(), warnings: marked(Mark::Warning).count(), first, checks }
    }

    /// How many lines are red.
    pub(super) fn red(&self) -> usize {
        self.red
    }

    /// The list for people.
    pub(super) fn text(&self, ink: Ink) -> String {
        let mut text = String::new();
        let mut area = None;
        let following = self.checks.iter().skip(1).map(Some).chain([None]);
        for (check, next) in self.checks.iter().zip(following) {
            // Writing to a String can't fail.
            if area != Some(check.area) {
                let gap = if area.is_some() { "\n" } else { "" };
                let _ = writeln!(text, "{gap}{}", check.area.title());
                area = Some(check.area);
            }
            let _ = writeln!(text, "{}", line(check, ink));
            // One remedy for several lines stands below the last of them.
            let again = next.is_some_and(|next| next.area == check.area && next.remedy == check.remedy);
            if let Some(what_to_do) = check.remedy.as_ref().filter(|_| !again) {
                let _ = writeln!(text, "{}", remedy("        -> ", what_to_do));
            }
        }
        let _ = write!(text, "\n{}", self.end());
        text
    }

    fn end(&self) -> String {
        let good = self.checks.iter().filter(|check| check.mark == Mark::Green).count();
        let sums = format!("{} red, {}, {good} green.", self.red, count(self.warnings, "warning"));
        match self.first {
            Some(first) if self.red > 0 => format!("{sums}\n\n{}", remedy("do first: ", first)),
            Some(first) => format!("{sums}\n\n{}", remedy("worth a look: ", first)),
            None => sums,
        }
    }
}

fn line(check: &Check, ink: Ink) -> String {
    let (word, colour) = match check.mark {
        Mark::Green => ("ok", "32"),
        Mark::Warning => ("warn", "33"),
        Mark::Red => ("RED", "31"),
        Mark::NotChecked => ("-", "2"),
    };
    let mut line = beside(&format!("  {word:<6}"), &check.what);
    if ink == Ink::Coloured {
        line = line.replacen(word, &format!("\x1b[{colour}m{word}\x1b[0m"), 1);
    }
    line
}

/// What to do, and below it the statements to run, a line each.
fn remedy(head: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = beside(head, lines.next().unwrap_or_default());
    let indent = " ".repeat(head.chars().count());
    lines.fold(first, |text, statement| format!("{text}\n{indent}{statement}"))
}

#[cfg(test)]
mod tests {
    use super::super::check::Area;
    use super::*;

    fn checks() -> Vec<Check> {
        vec![
            Check::green(Area::Settings, "all settings can be read"),
            Check::warning(
                Area::Database,
                "the login `postgres` is a superuser, so that nothing but the role of the server's connections keeps tenants apart",
                "give the server a login of its own:\nCREATE ROLE firm LOGIN;\nGRANT switchboard_app TO firm;",
            ),
            Check::red(
                Area::PublicUrl,
                "https://phone.example.com: nobody takes the connection",
                "see that the tunnel or proxy runs, and that it leads to this server",
            ),
            Check::not_checked(Area::Twilio, "not asked"),
        ]
    }

    #[test]
    fn the_list_ends_with_what_to_do_first() {
        let text = Report::of(&checks()).text(Ink::Plain);

        insta::assert_snapshot!(text, @r"
        settings
          ok    all settings can be read

        database
          warn  the login `postgres` is a superuser, so that nothing but the role of the
                server's connections keeps tenants apart
                -> give the server a login of its own:
                   CREATE ROLE firm LOGIN;
                   GRANT switchboard_app TO firm;

        public URL
          RED   https://phone.example.com: nobody takes the connection
                -> see that the tunnel or proxy runs, and that it leads to this server

        webhooks at Twilio
          -     not asked

        1 red, 1 warning, 1 green.

        do first: see that the tunnel or proxy runs, and that it leads to this server
        ");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn without_anything_red_a_warning_is_worth_a_look_and_without_one_nothing_is() {
        let checks = checks();
        let (greens, warned) = (checks.get(..1).unwrap(), checks.get(..2).unwrap());

        let calm = Report::of(greens).text(Ink::Plain);
        let warned = Report::of(warned).text(Ink::Plain);

        assert!(calm.ends_with("\n0 red, 0 warnings, 1 green."), "{calm}");
        assert!(warned.contains("0 red, 1 warning, 1 green.\n\nworth a look: give the server"), "{warned}");
    }

    #[test]
    fn colours_come_beside_the_words_and_change_nothing_else() {
        let coloured = Report::of(&checks()).text(Ink::Coloured);

        assert!(coloured.contains("\x1b[31mRED\x1b[0m"), "{coloured}");
        let words = ["32", "33", "31", "2", "0"]
            .iter()
            .fold(coloured, |text, code| text.replace(&format!("\x1b[{code}m"), ""));
        assert_eq!(words, Report::of(&checks()).text(Ink::Plain));
    }
}
