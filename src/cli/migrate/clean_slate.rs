//! `switchboard migrate --clean-slate`: says what goes, and drops it when told how many rows that are.

use super::super::failure::Failure;
use super::super::layout::beside;
use super::super::output::say;
use super::super::workplace::Workplace;
use crate::schema::{Cleared, End, Wish};

/// Shows what would go.
pub(super) async fn look(workplace: &Workplace) -> Result<(), Failure> {
    tell(&workplace.clean_slate(Wish::Look).await?)
}

/// Drops it, with this many rows.
pub(super) async fn clear(workplace: &Workplace, rows: i64) -> Result<(), Failure> {
    if workplace.is_borrowed() {
        return Err(workplace.in_use("another SWITCHBOARD_DATA_DIR"));
    }
    tell(&workplace.clean_slate(Wish::Drop { rows }).await?)
}

fn tell(cleared: &Cleared) -> Result<(), Failure> {
    if cleared.end == End::Nothing {
        return Ok(say("nothing of Switchboard's stands in this database: nothing to drop")?);
    }
    say(in_words(cleared))?;
    let command = format!("switchboard migrate --clean-slate{}", told(cleared.rows));
    match cleared.end {
        End::Nothing => Ok(()),
        End::Shown => Ok(say(format!(
            "\nNothing was dropped. Stop the server and take a backup; then this drops it:\n\n{command}"
        ))?),
        End::Dropped => Ok(say("\nAll of that is gone. `switchboard migrate` begins anew.")?),
        End::OtherNumber { told } => Err(Failure::Refused(format!(
            "{} would go{}. Nothing was dropped: stop the server and take a backup. Then, if all of that may go, run\n\n{command}",
            count(cleared.rows),
            if told == 0 { String::new() } else { format!(", and not {told}") },
        ))),
    }
}

fn count(rows: i64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn told(rows: i64) -> String {
    if rows == 0 { String::new() } else { format!(" --drop-rows {rows}") }
}

fn in_words(cleared: &Cleared) -> String {
    const WIDTH: usize = 12;
    let mut lines = vec!["\nwhat goes, with its rows:".to_owned()];
    lines.extend(cleared.going.iter().map(|going| {
        let rows = going.rows.map(|rows| rows.to_string()).unwrap_or_default();
        beside(&format!("{rows:>WIDTH$}  "), &going.what)
    }));
    lines.push(format!("{:>WIDTH$}  in all", cleared.rows));
    lines.push("\nwhat stays:".to_owned());
    lines.extend(cleared.staying.iter().map(|sentence| beside("  ", sentence)));
    lines.join("\n")
}
