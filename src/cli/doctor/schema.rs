//! The schema: a few lines where it is right, and where it is not a line for each part that is wrong.

use super::check::{Area, Check};
use crate::cli::failure::Failure;
use crate::cli::workplace::Workplace;
use crate::schema::{Part, Rows, SchemaError, Verdict, Verification, Verified};
use crate::tenancy::Database;

/// How many steps of a plan are told; of more, only their number.
const TOLD: usize = 3;
const MIGRATE: &str = "run `switchboard migrate`; it changes nothing where it can't decide, and says why";
const LOOK_FIRST: &str = "`switchboard migrate --dry-run` says what would be done, and does nothing; `switchboard doctor --explain` says \
     what the error codes of earlier attempts mean here";
const LOGIN: &str = "set MIGRATION_DATABASE_URL to the login that owns the schema";

/// Looks at the schema. `opened` is what came of opening the pools, which needs it.
pub(super) async fn examine(
    workplace: &Workplace,
    opened: &Result<Database, Failure>,
    checks: &mut Vec<Check>,
) {
    let before = checks.len();
    match present(workplace).await {
        Ok(Verification::NothingYet) => {
            checks.push(Check::red(Area::Schema, "nothing of Switchboard's is here yet", MIGRATE));
        }
        Ok(Verification::Of(lines)) => checks.extend(of(&lines)),
        Err(failure @ Failure::Schema(SchemaError::Refused(_))) => {
            checks.push(Check::red(Area::Schema, failure.to_string(), LOGIN));
        }
        Err(failure) => checks.push(Check::red(Area::Schema, failure.to_string(), MIGRATE)),
    }
    let says_why = checks.iter().skip(before).any(Check::is_red);
    match opened {
        Ok(_) => {}
        // The lines above say why.
        Err(Failure::Refused(_)) if says_why => {}
        Err(failure) => {
            let what = failure.to_string();
            if !checks.iter().any(|check| check.what == what) {
                checks.push(Check::red(Area::Schema, what, MIGRATE));
            }
        }
    }
}

/// Rows are counted only where something is not right: that takes as long as reading the tables.
async fn present(workplace: &Workplace) -> Result<Verification, Failure> {
    let quick = workplace.verify(Rows::Ignored).await?;
    let all_right = |lines: &[Verified]| lines.iter().all(|line| line.verdict == Verdict::Right);
    match &quick {
        Verification::Of(lines) if !all_right(lines) => workplace.verify(Rows::Counted).await,
        Verification::Of(_) | Verification::NothingYet => Ok(quick),
    }
}

fn of(lines: &[Verified]) -> Vec<Check> {
    let red: Vec<Check> = lines.iter().filter_map(red).collect();
    let unknown = lines.iter().filter_map(unknown);
    let right = if red.is_empty() { what_is_right(lines) } else { what_is_right_all_the_same(lines) };
    red.into_iter().chain(right).chain(unknown).collect()
}

fn what_is_right(lines: &[Verified]) -> Vec<Check> {
    let found = |parts: &[Part]| {
        let of = lines.iter().filter(|line| parts.contains(&line.part) && line.verdict == Verdict::Right);
        of.map(told).collect::<Vec<_>>().join("; ")
    };
    let sums = [
        found(&[Part::Drift]),
        found(&[Part::Objects, Part::Keys, Part::Indexes, Part::RowSecurity]),
        found(&[Part::DefaultTenant, Part::TenantIds]),
        found(&[Part::Grants]),
    ];
    sums.into_iter().filter(|sum| !sum.is_empty()).map(|sum| Check::green(Area::Schema, sum)).collect()
}

fn what_is_right_all_the_same(lines: &[Verified]) -> Vec<Check> {
    let right = lines.iter().filter(|line| line.verdict == Verdict::Right && is_told(&line.part));
    let right: Vec<&str> = right.map(|line| line.part.title()).collect();
    if right.is_empty() {
        return Vec::new();
    }
    vec![Check::green(Area::Schema, format!("right: {}", right.join(", ")))]
}

/// The tables' own lines say nothing that the other parts don't, and roles are a matter of the database's lines.
fn is_told(part: &Part) -> bool {
    !matches!(part, Part::Table(_) | Part::Roles)
}

fn red(line: &Verified) -> Option<Check> {
    let Verdict::Wrong(wrong) = &line.verdict else { return None };
    if !is_told(&line.part) {
        return None;
    }
    // Dozens of steps are for the dry run.
    let is_long = line.part == Part::Drift && wrong.len() > TOLD;
    let what = if is_long { line.found.clone() } else { wrong.join("; ") };
    Some(Check::red(Area::Schema, format!("{}: {what}", line.part.title()), LOOK_FIRST))
}

/// That nothing was compared is said once, with the reason.
fn unknown(line: &Verified) -> Option<Check> {
    let Verdict::Unknown(reason) = &line.verdict else { return None };
    let what = match line.part {
        Part::DefaultTenant | Part::Rows => format!("{}: {}: {reason}", line.part.title(), line.found),
        Part::Drift => format!("not compared with what it should be: {reason}"),
        Part::Table(_)
        | Part::Objects
        | Part::TenantIds
        | Part::Keys
        | Part::Indexes
        | Part::RowSecurity
        | Part::Grants
        | Part::Roles => return None,
    };
    Some(Check::not_checked(Area::Schema, what))
}

fn told(line: &Verified) -> String {
    let found = &line.found;
    match line.part {
        Part::Drift => format!("the schema is this program's, {found}"),
        Part::Objects | Part::Keys | Part::Indexes => found.clone(),
        Part::RowSecurity => format!("row-level security {found}"),
        Part::Grants => format!("granted to outsiders: {found}"),
        Part::DefaultTenant | Part::Table(_) | Part::TenantIds | Part::Rows | Part::Roles => {
            format!("{}: {found}", line.part.title())
        }
    }
}
