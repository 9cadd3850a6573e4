//! The parameters of a list, as every list reads them.
//!
//! Promises: all mistakes are named at once; a parameter that can't be understood is refused and never ignored.
//! Doesn't: know which parameters a list has; each list says so in a struct that denies all others.

use axum::extract::rejection::QueryRejection;
use chrono::{DateTime, Utc};

use super::page::{Cursor, NameCursor};
use super::problem::{FieldError, Problem};

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 200;

/// Reads parameters one after the other and keeps what is wrong with each.
#[derive(Debug, Default)]
pub struct QueryReader {
    errors: Vec<FieldError>,
}

impl QueryReader {
    /// The value of a parameter; none where it is missing or wrong.
    pub fn parsed<T>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match text.map(read)? {
            Ok(value) => Some(value),
            Err(detail) => {
                self.errors.push(FieldError::new(field, detail));
                None
            }
        }
    }

    /// How many rows a page may have: 1 to 200, 50 if nothing is said.
    pub fn limit(&mut self, text: Option<&str>) -> usize {
        self.parsed("limit", text, read_limit).unwrap_or(DEFAULT_LIMIT)
    }

    /// Everything was understood, or here is what was not.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid_parameters(self.errors)) }
    }
}

/// A parameter that the list doesn't know, or one that stands there twice.
#[must_use]
pub fn unknown_parameter(rejection: &QueryRejection) -> Problem {
    let detail =
        std::error::Error::source(rejection).map_or_else(|| rejection.body_text(), ToString::to_string);
    Problem::invalid_parameters(vec![FieldError::new("query", detail)])
}

/// One row more than the page may have tells whether there is a next page.
#[must_use]
pub fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// An RFC 3339 time. A `+` that was not encoded arrives as a space.
pub fn read_time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| "Must be an RFC 3339 time such as 2026-11-25T14:00:00Z.".to_owned())
}

/// The place after which the page begins, in a list by time.
pub fn read_cursor(text: &str) -> Result<Cursor, String> {
    Cursor::parse(text).map_err(|error| error.to_string())
}

/// The place after which the page begins, in a list by name.
pub fn read_name_cursor(text: &str) -> Result<NameCursor, String> {
    NameCursor::parse(text).map_err(|error| error.to_string())
}

fn read_limit(text: &str) -> Result<usize, String> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| format!("Must be a whole number from 1 to {MOST}."))
}
