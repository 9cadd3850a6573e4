//! A time as somebody types it.
//!
//! Promises: a reading of the clock on the wall, or a moment where an offset is given; with or without seconds, with `T` or a
//! blank between date and time. Doesn't: know which moments a reading means.

use std::str::FromStr;

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};

/// The time that somebody asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Asked {
    Moment(DateTime<Utc>),
    OnTheWall(NaiveDateTime),
}

/// Not a time.
#[derive(Debug, thiserror::Error)]
#[error("write a time of the years 1900 to 2199 such as 2026-11-01T01:30 or 2026-11-01T06:30Z")]
pub(in crate::cli) struct NoTime;

impl FromStr for Asked {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let typed = text.trim().to_uppercase().replacen(' ', "T", 1);
        let read = match typed.strip_suffix('Z') {
            Some(utc) => reading(utc).map(|utc| Self::Moment(utc.and_utc())),
            None => reading(&typed).map(Self::OnTheWall).or_else(|| with_offset(&typed).map(Self::Moment)),
        };
        read.filter(|asked| (1900..2200).contains(&asked.year())).ok_or(NoTime)
    }
}

impl Asked {
    fn year(self) -> i32 {
        match self {
            Self::Moment(moment) => moment.year(),
            Self::OnTheWall(reading) => reading.year(),
        }
    }
}

fn reading(text: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    formats.into_iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn with_offset(text: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%:z"];
    formats.into_iter().find_map(|format| Some(DateTime::parse_from_str(text, format).ok()?.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_on_the_wall() {
        for text in ["2026-11-01T01:30", "2026-11-01 01:30:00", " 2026-11-01t01:30 "] {
            assert!(matches!(text.parse(), Ok(Asked::OnTheWall(_))), "{text}");
        }
    }

    #[test]
    fn a_time_with_an_offset_is_a_moment() {
        let moment = Asked::Moment("2026-12-25T18:00:00Z".parse().unwrap());

        for text in [
            "2026-12-25T18:00Z",
            "2026-12-25T19:00+01:00",
            "2026-12-25 18:00:00z",
            "2026-12-25T12:00:00-06:00",
        ] {
            assert_eq!(text.parse::<Asked>().unwrap(), moment, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_with_one_that_is() {
        for text in [
            "",
            "now",
            "2026-11-01",
            "01:30",
            "2026-11-31T01:30",
            "2026-11-01T24:30",
            "12026-11-01T01:30",
            "1026-11-01T01:30",
        ] {
            assert!(
                text.parse::<Asked>().unwrap_err().to_string().contains("such as 2026-11-01T01:30"),
                "{text}"
            );
        }
    }
}
