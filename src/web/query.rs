//! The parameters of a list, as every list reads them.
//!
//! Promises: all mistakes are named at once; a parameter that can't be understood is refused and never ignored.
//! Doesn't: know which parameters a list has; each list says so in a struct that denies all others.

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::page::{Cursor, NameCursor, Page};
use super::problem::{FieldError, Problem};

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 200;

/// The parameters of a request, as they come. One that the list doesn't know is refused, and one that stands there twice.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let read = Query::from_request_parts(parts, state).await;
        read.map(|Query(parameters)| Self(parameters)).map_err(|rejection| {
            let detail = std::error::Error::source(&rejection)
                .map_or_else(|| rejection.body_text(), ToString::to_string);
            Problem::invalid_parameters(vec![FieldError::new("query", detail)])
        })
    }
}

/// The parameters of a list in the order of names that can't be filtered.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NameListParameters {
    /// How many rows a page may have.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    #[param(format = "cursor", example = "YWNtZS1odmFj")]
    cursor: Option<String>,
}

impl NameListParameters {
    /// Which page is asked for.
    pub fn read(&self) -> Result<NamePage, Problem> {
        NamePage::read(self.limit.as_deref(), self.cursor.as_deref())
    }
}

/// Which page of a list in the order of names is asked for.
#[derive(Clone, Debug)]
pub struct NamePage {
    after: Option<NameCursor>,
    limit: usize,
}

impl NamePage {
    /// Reads the parameters that every such list has.
    pub fn read(limit: Option<&str>, cursor: Option<&str>) -> Result<Self, Problem> {
        let mut reader = QueryReader::default();
        let after =
            reader.parsed("cursor", cursor, |text| NameCursor::parse(text).map_err(|e| e.to_string()));
        let limit = reader.limit(limit);
        reader.finish().map(|()| Self { after, limit })
    }

    /// The name after which the page begins.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_ref().map(NameCursor::name)
    }

    /// How many rows to ask for: one more than the page may have tells whether there is a next one.
    #[must_use]
    pub fn one_more(&self) -> i64 {
        one_more(self.limit)
    }

    /// The page, out of the rows that were found.
    pub fn cut<T>(&self, rows: Vec<T>, name: impl Fn(&T) -> &str) -> Json<Page<T, NameCursor>> {
        Json(Page::cut(rows, self.limit, |row| NameCursor::after(name(row))))
    }
}

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

fn read_limit(text: &str) -> Result<usize, String> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| format!("Must be a whole number from 1 to {MOST}."))
}
