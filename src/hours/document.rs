//! Opening hours as JSON, as they are written today:
//!
//! ```json
//! {
//!   "week": {
//!     "monday": [{"from": "08:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}],
//!     "saturday": [{"from": "22:00", "to": "06:00"}]
//!   },
//!   "exceptions": [
//!     {"date": "2026-12-24", "name": "Christmas Eve", "open": [{"from": "08:00", "to": "12:00"}]},
//!     {"date": "2026-12-25", "name": "Christmas", "closed": true}
//!   ]
//! }
//! ```
//!
//! Promises: strict, all mistakes at once; what is written by [`write()`] is read as the same hours. A day that is missing
//! from the week is closed. Doesn't: hold the zone, which is the tenant's own.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde_json::{Map, Value, json};

use super::calendar::{Calendar, Exception};
use super::draft::{Written, day_of, week_of};
use super::mistake::{ImpossibleHours, LONGEST_NAME, MOST_EXCEPTIONS, MOST_RANGES, Mistakes, Wrong};
use super::time_of_day::{OpenRange, TimeOfDay};
use super::weekdays::{DAYS, Week, field_of};

const DOCUMENT: &str = "an object with `week` and, for dates that differ from it, `exceptions`";
const WEEK: &str =
    "each day with its ranges, such as {\"monday\": [{\"from\": \"08:00\", \"to\": \"17:00\"}]}";
const RANGES: &str = "a list of ranges such as [{\"from\": \"08:00\", \"to\": \"17:00\"}]";
const RANGE: &str = "a range such as {\"from\": \"08:00\", \"to\": \"17:00\"}";
const TIME: &str = "a time of day in quotation marks, such as \"08:30\"";
const EXCEPTIONS: &str =
    "a list of dates such as [{\"date\": \"2026-12-25\", \"name\": \"Christmas\", \"closed\": true}]";
const EXCEPTION: &str =
    "a date such as {\"date\": \"2026-12-25\", \"name\": \"Christmas\", \"closed\": true}";

/// Whether it is meant to be of this shape.
pub(super) fn is_of_this_shape(document: &Map<String, Value>) -> bool {
    document.contains_key("week") || document.contains_key("exceptions")
}

/// Reads a document.
pub(super) fn read(document: &Value) -> Result<Calendar, ImpossibleHours> {
    let mut mistakes = Mistakes::default();
    let calendar = read_document(document, &mut mistakes);
    // Where there is no calendar, a mistake is noted.
    let nothing = Calendar { week: Week::default(), exceptions: BTreeMap::new() };
    mistakes.finish(calendar.unwrap_or(nothing))
}

fn read_document(document: &Value, mistakes: &mut Mistakes) -> Option<Calendar> {
    let fields = object(document, "", DOCUMENT, mistakes)?;
    known_alone(fields, "", &["week", "exceptions"], "`week` and `exceptions`", mistakes);
    let week = match fields.get("week") {
        Some(week) => read_week(week, mistakes),
        None => mistakes.note("week", Wrong::Shape(WEEK)),
    };
    let exceptions =
        fields.get("exceptions").map_or_else(BTreeMap::new, |list| read_exceptions(list, mistakes));
    Some(Calendar { week: week?, exceptions })
}

fn read_week(week: &Value, mistakes: &mut Mistakes) -> Option<Week<Vec<OpenRange>>> {
    let days = object(week, "week", WEEK, mistakes)?;
    let names = DAYS.map(field_of);
    known_alone(days, "week", &names.each_ref().map(String::as_str), "monday to sunday", mistakes);
    let written = Week::of(|day| {
        let name = field_of(day);
        days.get(&name).map_or_else(Vec::new, |ranges| read_ranges(ranges, &format!("week.{name}"), mistakes))
    });
    Some(week_of(&written, mistakes))
}

fn read_ranges(ranges: &Value, field: &str, mistakes: &mut Mistakes) -> Vec<Written> {
    let Some(list) = ranges.as_array() else {
        return mistakes.note(field, Wrong::Shape(RANGES)).unwrap_or_default();
    };
    if list.len() > MOST_RANGES {
        return mistakes.note(field, Wrong::TooManyRanges).unwrap_or_default();
    }
    let numbered = list.iter().enumerate();
    numbered
        .filter_map(|(number, range)| read_range(range, &format!("{field}[{number}]"), mistakes))
        .collect()
}

fn read_range(range: &Value, field: &str, mistakes: &mut Mistakes) -> Option<Written> {
    let fields = object(range, field, RANGE, mistakes)?;
    known_alone(fields, field, &["from", "to"], "`from` and `to`", mistakes);
    let from = read_time(fields.get("from"), &format!("{field}.from"), mistakes);
    let to = read_time(fields.get("to"), &format!("{field}.to"), mistakes);
    let begins = format!("{field}.from");
    match OpenRange::new(from?, to?) {
        Ok(range) => Some(Written { range, field: begins }),
        Err(wrong) if from == Some(TimeOfDay::END_OF_DAY) => mistakes.note(begins, wrong),
        Err(wrong) => mistakes.note(format!("{field}.to"), wrong),
    }
}

fn read_time(time: Option<&Value>, field: &str, mistakes: &mut Mistakes) -> Option<TimeOfDay> {
    match time.and_then(Value::as_str).map(str::parse) {
        Some(Ok(time)) => Some(time),
        Some(Err(wrong)) => mistakes.note::<TimeOfDay>(field, wrong),
        None => mistakes.note(field, Wrong::Shape(TIME)),
    }
}

fn read_exceptions(list: &Value, mistakes: &mut Mistakes) -> BTreeMap<NaiveDate, Exception> {
    let mut read = BTreeMap::new();
    let Some(list) = list.as_array() else {
        return mistakes.note("exceptions", Wrong::Shape(EXCEPTIONS)).unwrap_or(read);
    };
    if list.len() > MOST_EXCEPTIONS {
        return mistakes.note("exceptions", Wrong::TooManyExceptions).unwrap_or(read);
    }
    for (number, exception) in list.iter().enumerate() {
        let field = format!("exceptions[{number}]");
        let Some((date, exception)) = read_exception(exception, &field, mistakes) else { continue };
        if let Some(earlier) = read.insert(date, exception) {
            mistakes.note::<()>(format!("{field}.date"), Wrong::DuplicateDate(earlier.name));
        }
    }
    read
}

fn read_exception(exception: &Value, field: &str, mistakes: &mut Mistakes) -> Option<(NaiveDate, Exception)> {
    let fields = object(exception, field, EXCEPTION, mistakes)?;
    let known = "`date`, `name`, and `closed` or `open`";
    known_alone(fields, field, &["date", "name", "closed", "open"], known, mistakes);
    let date = read_date(fields.get("date"), &format!("{field}.date"), mistakes);
    let name = read_name(fields.get("name"), &format!("{field}.name"), mistakes);
    let ranges = match (fields.get("closed"), fields.get("open")) {
        (Some(Value::Bool(true)), None) => Some(Vec::new()),
        (None, Some(open)) if open.as_array().is_none_or(|list| !list.is_empty()) => {
            let written = read_ranges(open, &format!("{field}.open"), mistakes);
            Some(day_of(written, mistakes))
        }
        (Some(_) | None, _) => mistakes.note(field, Wrong::ClosedOrOpen),
    };
    Some((date?, Exception { name: name?, ranges: ranges? }))
}

fn read_date(date: Option<&Value>, field: &str, mistakes: &mut Mistakes) -> Option<NaiveDate> {
    let text = date.and_then(Value::as_str).unwrap_or_default();
    // The length keeps out what the parser allows besides: signs, blanks, one digit.
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    match date.filter(|date| (2000..2100).contains(&date.year())) {
        Some(date) => Some(date),
        None => mistakes.note(field, Wrong::NoDate(text.to_owned())),
    }
}

fn read_name(name: Option<&Value>, field: &str, mistakes: &mut Mistakes) -> Option<String> {
    let name = name.and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Some(name.to_owned()) } else { mistakes.note(field, Wrong::NoName) }
}

fn object<'v>(
    value: &'v Value,
    field: &str,
    shape: &'static str,
    mistakes: &mut Mistakes,
) -> Option<&'v Map<String, Value>> {
    value.as_object().or_else(|| mistakes.note(field, Wrong::Shape(shape)))
}

fn known_alone(
    fields: &Map<String, Value>,
    place: &str,
    known: &[&str],
    in_words: &'static str,
    mistakes: &mut Mistakes,
) {
    for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
        let field = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        mistakes.note::<()>(field, Wrong::UnknownField(in_words));
    }
}

/// Writes a document: every day of the week, closed ones as empty lists; exceptions by date.
pub(super) fn write(calendar: &Calendar) -> Value {
    let week: Map<String, Value> =
        DAYS.into_iter().map(|day| (field_of(day), write_ranges(calendar.week.day(day)))).collect();
    let exceptions: Vec<Value> = calendar.exceptions.iter().map(write_exception).collect();
    json!({ "week": week, "exceptions": exceptions })
}

fn write_exception((date, exception): (&NaiveDate, &Exception)) -> Value {
    let Exception { name, ranges } = exception;
    if ranges.is_empty() {
        json!({ "date": date.to_string(), "name": name, "closed": true })
    } else {
        json!({ "date": date.to_string(), "name": name, "open": write_ranges(ranges) })
    }
}

fn write_ranges(ranges: &[OpenRange]) -> Value {
    let write = |range: &OpenRange| json!({ "from": range.from().to_string(), "to": range.to().to_string() });
    ranges.iter().map(write).collect()
}
