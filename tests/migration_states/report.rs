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
    let mut text =
        "| family | what it holds | states | converged | refused | failed |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for family in Family::ALL {
        let of_family = tried.iter().filter(|one| one.state.family == family);
        row(&mut text, &format!("{family} | {}", holds(family)), of_family);
    }
    row(&mut text, "**all** | ", tried.iter());
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

/// What a reader of the table wants to know of a family.
fn holds(family: Family) -> &'static str {
    match family {
        Family::Combinations => {
            "the older files in the orders that were seen, in reverse, twice, and once more after the migration"
        }
        Family::Prefixes => "each older file, stopped after each of its statements",
        Family::Breakages => "a finished database with one object lost or spoilt, for each object",
        Family::Subsets => "older files of which chance left statements out",
        Family::Shapes => "what no file holds: wrong types, keys, rows, rights",
        Family::Hosted => "the combinations at a hosted service that opens every table to its HTTP interface",
        Family::Starts => "six servers started at once",
        Family::Kills => "killed at a random moment with `kill -9`, and started again",
    }
}

/// Why a database may be refused: a part of the sentence, and the reason. There is no other.
const REASONS: [(&str, &str); 4] = [
    (
        "was dropped while its table held rows",
        "a column of keys, numbers, tokens or tenants is gone: nobody can make up what it said",
    ),
    (
        "can't be changed by the login",
        "a table or function of ours, or a neighbour, belongs to a role that the login may not act for",
    ),
    ("may not make Switchboard's schema", "the login lacks a right that an administrator must give"),
    ("the schema `", "somebody else made a schema of our name, and could change what stands in it"),
];

/// The refusals, counted by reason, in Markdown.
pub(crate) fn refusals(tried: &[Tried]) -> String {
    let mut text = "| refused because | states |\n|---|---|\n".to_owned();
    for (part, reason) in REASONS {
        let count = sentences(tried).filter(|sentence| sentence.contains(part)).count();
        if count > 0 {
            writeln!(text, "| {reason} | {count} |").unwrap();
        }
    }
    text
}

/// Refusals for another reason.
pub(crate) fn unlisted(tried: &[Tried]) -> Vec<&str> {
    let is_listed = |sentence: &str| REASONS.iter().any(|(part, _)| sentence.contains(part));
    sentences(tried).filter(|sentence| !is_listed(sentence)).collect()
}

fn sentences(tried: &[Tried]) -> impl Iterator<Item = &str> {
    tried.iter().filter_map(|one| match &one.verdict {
        Verdict::Refused { sentence } => Some(sentence.as_str()),
        Verdict::Converged | Verdict::Failed { .. } => None,
    })
}
