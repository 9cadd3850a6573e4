//! What a command prints.
//!
//! Promises: tables that fit a terminal of 80 columns where the texts allow it; a reader that goes away (`| head`) ends the
//! output and not the program.

use std::fmt::Display;
use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::failure::Failure;

/// How a list is printed.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Listing {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints a line to stdout. A reader that went away has read enough: that is no error.
pub(super) fn say(line: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints why a command failed, to stderr.
pub(super) fn complain(failure: &Failure) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "switchboard: {failure}");
}

/// Prints rows as one JSON array.
pub(super) fn print_json<T: Serialize>(rows: &[T]) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(rows).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(say(text)?)
}

/// Prints rows as a table with a head.
pub(super) fn print_table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Result<(), Failure> {
    Ok(say(table(head, rows).trim_end())?)
}

/// Each column as wide as its widest text; two blanks between columns.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_uppercase);
    let mut widths = head.each_ref().map(|text| text.chars().count());
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let mut lines = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let cells = row.iter().zip(widths).map(|(text, width)| format!("{text:<width$}"));
        lines.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        lines.push('\n');
    }
    lines
}

/// "1 number", "2 numbers".
pub(super) fn count<N: Copy + Display + PartialEq + From<u8>>(many: N, thing: &str) -> String {
    if many == N::from(1) { format!("1 {thing}") } else { format!("{many} {thing}s") }
}

/// A time as people read it in a table, in UTC.
pub(super) fn short_time(time: chrono::DateTime<chrono::Utc>) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let rows = [["acme".to_owned(), "Acme HVAC".to_owned()], ["b".to_owned(), "Bé".to_owned()]];

        assert_eq!(table(["slug", "name"], &rows), "SLUG  NAME\nacme  Acme HVAC\nb     Bé\n");
    }
}
