//! What error codes mean for the database at hand, as people read it.

use std::str::FromStr;

use crate::cli::layout::beside;
use crate::schema::{ErrorCode, Explanation, UnknownCode};

/// Which codes somebody asks about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Codes {
    /// Every one that people met.
    All,
    /// This one.
    One(ErrorCode),
}

/// What stands for all of them on the command line.
pub(super) const ALL: &str = "all";

impl Codes {
    /// Them, one by one.
    pub(super) fn each(self) -> Vec<ErrorCode> {
        match self {
            Self::All => ErrorCode::ALL.to_vec(),
            Self::One(code) => vec![code],
        }
    }
}

impl FromStr for Codes {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        if text.eq_ignore_ascii_case(ALL) { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

/// The explanations, a blank line between two.
pub(super) fn in_words(explanations: &[Explanation]) -> String {
    explanations.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn one(explanation: &Explanation) -> String {
    let Explanation { code, condition, means, cause, here, remedy } = explanation;
    let mut lines = vec![beside(&format!("{code}  "), &format!("{condition}: {means}"))];
    lines.push(beside("  cause  ", cause));
    let mark = if here.len() > 1 { "- " } else { "" };
    let heads = std::iter::once("  here   ")
        .chain(std::iter::repeat("         "))
        .map(|head| format!("{head}{mark}"));
    lines.extend(here.iter().zip(heads).map(|(sentence, head)| beside(&head, sentence)));
    lines.extend(remedy.iter().map(|remedy| beside("  do     ", remedy)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_reads_from_the_code_to_what_to_do() {
        let explanation = |here: &[&str], remedy: Option<&str>| Explanation {
            code: "42703".to_owned(),
            condition: "undefined_column".to_owned(),
            means: ErrorCode::UndefinedColumn.means().to_owned(),
            cause: ErrorCode::UndefinedColumn.cause().to_owned(),
            here: here.iter().map(|sentence| (*sentence).to_owned()).collect(),
            remedy: remedy.map(str::to_owned),
        };
        let two =
            ["call_logs was there before, without tenant_id, with ids of type integer", "leads has none"];

        let text =
            in_words(&[explanation(&two, Some("`switchboard migrate`")), explanation(&two[1..], None)]);

        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
