//! Opening hours as older programs left them: one range a day, in many spellings.
//!
//! ```json
//! {"mon": {"open": "08:00", "close": "17:00"}, "sun": {"open": "closed", "close": "closed"}}
//! ```
//!
//! Promises: generous: days by their names or three letters and more, a day that is missing or null is closed, 12-hour
//! clocks, whole hours as numbers, `24:00` or `23:59` for the end of a day. What could mean two things is read so that the
//! telephone rings: the same time twice is a whole day. What can't be read is refused with its field, never guessed.
//! Doesn't: know holidays, which older programs had none of.

use std::collections::BTreeMap;

use chrono::Weekday;
use serde_json::{Map, Value};

use super::calendar::Calendar;
use super::draft::{Written, week_of};
use super::mistake::{ImpossibleHours, MOST_RANGES, Mistakes, Wrong};
use super::time_of_day::{OpenRange, TimeOfDay, WrongTime};
use super::weekdays::{DAYS, Week, field_of};

const DAY: &str = "{\"open\": \"08:00\", \"close\": \"17:00\"}, or \"closed\"";
/// Beside the days; the tenant's own zone counts.
const ZONES: [&str; 3] = ["timezone", "time_zone", "tz"];
const CLOSED: [&str; 5] = ["closed", "close", "off", "none", "-"];
const WHOLE_DAY: [&str; 5] = ["24 hours", "24h", "24/7", "open 24 hours", "always"];

/// Reads hours of this shape.
pub(super) fn read(days: &Map<String, Value>) -> Result<Calendar, ImpossibleHours> {
    let mut mistakes = Mistakes::default();
    let mut written: Week<Vec<Written>> = Week::default();
    for (name, day) in days {
        match day_named(name) {
            Some(known) => written.day_mut(known).extend(read_day(day, name, &mut mistakes)),
            None if ZONES.contains(&name.as_str()) => {}
            None => {
                mistakes.note::<()>(name, Wrong::UnknownField("the days of the week"));
            }
        }
    }
    let week = week_of(&written, &mut mistakes);
    mistakes.finish(Calendar { week, exceptions: BTreeMap::new() })
}

/// The day whose name begins so, by at least three letters.
fn day_named(name: &str) -> Option<Weekday> {
    let name = name.trim().to_lowercase();
    DAYS.into_iter().find(|day| name.len() >= 3 && field_of(*day).starts_with(&name))
}

fn read_day(day: &Value, field: &str, mistakes: &mut Mistakes) -> Vec<Written> {
    match day {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::String(text) => read_words(text, field, mistakes),
        Value::Object(fields) => read_fields(fields, field, mistakes).into_iter().collect(),
        Value::Array(list) if list.len() <= MOST_RANGES => {
            let numbered = list.iter().enumerate();
            numbered
                .flat_map(|(number, range)| read_day(range, &format!("{field}[{number}]"), mistakes))
                .collect()
        }
        Value::Bool(true) | Value::Number(_) | Value::Array(_) => {
            mistakes.note(field, Wrong::Shape(DAY)).unwrap_or_default()
        }
    }
}

/// `closed`, `24 hours`, or `8:00 AM - 5:00 PM`.
fn read_words(text: &str, field: &str, mistakes: &mut Mistakes) -> Vec<Written> {
    let words = text.trim().to_lowercase().replace(['–', '—'], "-").replace(" to ", "-");
    if words.is_empty() || CLOSED.contains(&words.as_str()) {
        return Vec::new();
    }
    if WHOLE_DAY.contains(&words.as_str()) {
        return vec![Written { range: OpenRange::WHOLE_DAY, field: field.to_owned() }];
    }
    match words.split_once('-') {
        Some((from, to)) => {
            let (from, to) = (time_in(from, field, mistakes), time_in(to, field, mistakes));
            range_of(from, to, field, field, mistakes).into_iter().collect()
        }
        None => mistakes.note(field, Wrong::Shape(DAY)).unwrap_or_default(),
    }
}

fn read_fields(fields: &Map<String, Value>, field: &str, mistakes: &mut Mistakes) -> Option<Written> {
    let is = |name: &str, value: bool| fields.get(name) == Some(&Value::Bool(value));
    if is("closed", true) || is("is_closed", true) || is("is_open", false) || is("enabled", false) {
        return None;
    }
    let (from_name, from) = one_of(fields, ["open", "start", "from"]);
    let (to_name, to) = one_of(fields, ["close", "end", "to"]);
    if says_closed(from) || says_closed(to) || (is_blank(from) && is_blank(to)) {
        return None;
    }
    let (from_field, to_field) = (format!("{field}.{from_name}"), format!("{field}.{to_name}"));
    let from = read_time(from, &from_field, mistakes);
    let to = read_time(to, &to_field, mistakes);
    range_of(from, to, &from_field, &to_field, mistakes)
}

/// The first of these names that is there, with its value; else the first, with null.
fn one_of<'v, const N: usize>(
    fields: &'v Map<String, Value>,
    names: [&'static str; N],
) -> (&'static str, &'v Value) {
    let found = names.into_iter().find_map(|name| Some((name, fields.get(name)?)));
    found.unwrap_or((names.first().copied().unwrap_or_default(), &Value::Null))
}

fn says_closed(time: &Value) -> bool {
    time.as_str().is_some_and(|text| CLOSED.contains(&text.trim().to_lowercase().as_str()))
}

fn is_blank(time: &Value) -> bool {
    match time {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

fn range_of(
    from: Option<TimeOfDay>,
    to: Option<TimeOfDay>,
    from_field: &str,
    to_field: &str,
    mistakes: &mut Mistakes,
) -> Option<Written> {
    let written = |range| Written { range, field: from_field.to_owned() };
    match (from?, end_of(to?)) {
        (from, to) if from == to => Some(written(OpenRange::WHOLE_DAY)),
        (from, to) => match OpenRange::new(from, to) {
            Ok(range) => Some(written(range)),
            Err(wrong) => mistakes.note(to_field, wrong),
        },
    }
}

/// Those who could not write 24:00 wrote the minute before it.
fn end_of(time: TimeOfDay) -> TimeOfDay {
    if Some(time) == TimeOfDay::new(23, 59) { TimeOfDay::END_OF_DAY } else { time }
}

fn read_time(time: &Value, field: &str, mistakes: &mut Mistakes) -> Option<TimeOfDay> {
    match time {
        Value::String(text) => time_in(text, field, mistakes),
        Value::Number(hour) => time_in(&hour.to_string(), field, mistakes),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            mistakes.note(field, Wrong::Shape(DAY))
        }
    }
}

fn time_in(text: &str, field: &str, mistakes: &mut Mistakes) -> Option<TimeOfDay> {
    generous_time(text).or_else(|| mistakes.note(field, WrongTime::NoTime(text.trim().to_owned())))
}

/// `08:00`, `8`, `0800`, `8:00:00`, `8am`, `8:00 p.m.`, `noon`, `midnight`.
fn generous_time(text: &str) -> Option<TimeOfDay> {
    let text = text.to_lowercase().replace(' ', "").replace(".m", "m");
    let text = if text.ends_with("m.") { text.trim_end_matches('.') } else { text.trim() };
    match text {
        "noon" => return TimeOfDay::new(12, 0),
        "midnight" => return TimeOfDay::new(0, 0),
        _ => {}
    }
    let (digits, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (None, Some(digits)) => (digits, Some(12)),
        (None, None) => (text, None),
    };
    let (hour, minute) = hour_and_minute(digits)?;
    match half {
        None => TimeOfDay::new(hour, minute),
        Some(half) => (hour <= 12).then(|| TimeOfDay::new(hour % 12 + half, minute))?,
    }
}

/// Seconds are left out, because a day has none of them here.
fn hour_and_minute(digits: &str) -> Option<(u16, u16)> {
    let number = |digits: &str| -> Option<u16> {
        let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok())?
    };
    let mut parts = digits.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next(), parts.next());
    match (minute, second, parts.next()) {
        (None, _, _) if hour.len() == 4 => {
            let (hour, minute) = hour.split_at_checked(2)?;
            Some((number(hour)?, number(minute)?))
        }
        (None, _, _) => Some((number(hour)?, 0)),
        (Some(minute), None, None) => Some((number(hour)?, number(minute)?)),
        (Some(minute), Some(second), None) => number(second).and(Some((number(hour)?, number(minute)?))),
        (Some(_), _, Some(_)) => None,
    }
}
