//! What came of many states, for a person: what failed and how to make it again, and a table of counts.

use std::fmt::Write as _;
use std::time::Duration;

use crate::run::Tried;
use crate::state::Family;
use crate::verdict::Verdict;

/// The name of the variable that chooses states by a part of their names.
pub(crate) const CHOOSE: &str = "SWITCHBOARD_STATE";
const MOST_FAULTS_SHOWN: usize = 6;
const MOST_LETTERS_SHOWN: usize = 400;

/// One state that did not converge; nothing for one that did.
pub(crate) fn line(tried: &Tried) -> Option<String> {
    let name = tried.state.full_name();
    match &tried.verdict {
        Verdict::Converged => None,
        Verdict::Refused { sentence } => Some(format!("REFUSED {name}\n        {sentence}")),
        Verdict::Failed { faults } => {
            let mut text = format!("FAILED  {name}");
            for fault in faults.iter().take(MOST_FAULTS_SHOWN) {
                write!(text, "\n        {}", shortened(fault)).unwrap();
            }
            if let Some(more) = faults.len().checked_sub(MOST_FAULTS_SHOWN).filter(|more| *more > 0) {
                write!(text, "\n        and {more} more").unwrap();
            }
            let is_of_chance = matches!(tried.state.family, Family::Subsets | Family::Kills);
            let seed = if is_of_chance { ", with the seed above" } else { "" };
            write!(text, "\n        again, alone{seed}: {CHOOSE}=\"{name}\" just migration-states").unwrap();
            Some(text)
        }
    }
}

/// On one line that a person still reads.
fn shortened(fault: &str) -> String {
    let on_one_line = fault.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = on_one_line.chars().take(MOST_LETTERS_SHOWN).collect();
    if short.len() < on_one_line.len() { short + "…" } else { short }
}

/// How long the slowest state took.
pub(crate) fn slowest(tried: &[Tried]) -> Duration {
    tried.iter().map(|one| one.took).max().unwrap_or_default()
}

/// Counts of each family, in Markdown.
pub(crate) fn table(tried: &[Tried]) -> String {
    let mut text = "| family | states | converged | refused | failed |\n|---|---|---|---|---|\n".to_owned();
    for family in Family::ALL {
        let of_family = tried.iter().filter(|one| one.state.family == family);
        row(&mut text, &family.to_string(), of_family);
    }
    row(&mut text, "**all**", tried.iter());
    text
}

fn row<'a>(text: &mut String, name: &str, tried: impl Iterator<Item = &'a Tried>) {
    let (mut states, mut converged, mut refused, mut failed) = (0, 0, 0, 0);
    for one in tried {
        states += 1;
        match one.verdict {
            Verdict::Converged => converged += 1,
            Verdict::Refused { .. } => refused += 1,
            Verdict::Failed { .. } => failed += 1,
        }
    }
    writeln!(text, "| {name} | {states} | {converged} | {refused} | {failed} |").unwrap();
}

/// The refusals, each sentence with its number of states, most frequent first.
pub(crate) fn refusals(tried: &[Tried]) -> Vec<(usize, String)> {
    let mut counted: Vec<(usize, String)> = Vec::new();
    for one in tried {
        if let Verdict::Refused { sentence } = &one.verdict {
            match counted.iter_mut().find(|(_, known)| known == sentence) {
                Some((count, _)) => *count += 1,
                None => counted.push((1, sentence.clone())),
            }
        }
    }
    counted.sort_by(|one, other| other.cmp(one));
    counted
}
