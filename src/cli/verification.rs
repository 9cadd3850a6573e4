//! The verification of the schema as people read it: a line for each part, in 80 columns.

use super::layout::beside;
use crate::schema::{Verdict, Verified};

/// Each part: ok and what stands, or what is wrong, or why nobody knows.
pub(super) fn in_words(lines: &[Verified]) -> String {
    let widest = lines.iter().map(|line| line.part.title().len()).max().unwrap_or_default();
    let line = |line: &Verified| {
        let head = |word: &str| format!("  {:widest$}  {word:<5}  ", line.part.title());
        match &line.verdict {
            Verdict::Right => beside(&head("ok"), &line.found),
            Verdict::Unknown(reason) => beside(&head("-"), &format!("{}: {reason}", line.found)),
            Verdict::Wrong(wrong) => {
                let found = beside(&head("WRONG"), &line.found);
                let indent = " ".repeat(head("").chars().count());
                let each = wrong.iter().map(|what| beside(&format!("{indent}- "), what));
                std::iter::once(found).chain(each).collect::<Vec<_>>().join("\n")
            }
        }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many parts are wrong.
pub(super) fn wrong(lines: &[Verified]) -> usize {
    lines.iter().filter(|line| matches!(line.verdict, Verdict::Wrong(_))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Part;

    #[test]
    fn each_part_has_its_word_and_what_is_wrong_a_line_each() {
        let line =
            |part: Part, found: &str, verdict: Verdict| Verified { part, found: found.to_owned(), verdict };
        let hidden = "not counted: call_logs (row-level security hides rows from `owner`)";
        let lines = [
            line(Part::DefaultTenant, "`default`", Verdict::Right),
            line(
                Part::Table("weekly_analytics".to_owned()),
                "1 204 rows, 3 keys, 12 indexes, row security forced",
                Verdict::Wrong(vec!["1 step is left".to_owned()]),
            ),
            line(Part::Rows, hidden, Verdict::Unknown("call_logs may hold rows without tenant".to_owned())),
            line(
                Part::Drift,
                "2 steps to version 17",
                Verdict::Wrong(vec![
                    "call_logs has no tenant_id: add it, and give every row to the default tenant".to_owned(),
                    "call_logs has no index call_logs_tenant_id_started_at_idx: make it".to_owned(),
                ]),
            ),
        ];

        let text = in_words(&lines);

        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(wrong(&lines), 2);
    }
}
