//! The call log over HTTP: `GET /api/v1/calls` and `GET /api/v1/calls/{call_sid}`.
//!
//! Promises: newest first, page by page; a filter that can't be understood is refused and never ignored; a call of
//! somebody else looks like one that doesn't exist.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::call::{Call, CallFilter, CallWithEvents};
use super::{CallDesk, store};
use crate::tenancy::TenantScope;
use crate::tenants;
use crate::tenants::tenant::ZoneName;
use crate::twilio::call_status::CallStatus;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::region::Region;
use crate::twilio::sid::CallSid;
use crate::web::page::Page;
use crate::web::problem::Problem;
use crate::web::query::{QueryReader, one_more, read_cursor, read_time, unknown_parameter};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    status: Option<String>,
    from: Option<String>,
    to: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
    /// Read where the key is checked.
    #[serde(rename = "tenant")]
    _tenant: Option<String>,
}

/// Lists calls.
pub async fn list(
    State(desk): State<CallDesk>,
    scope: TenantScope,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Page<Call>>, Problem> {
    let Query(parameters) = parameters.map_err(|rejection| unknown_parameter(&rejection))?;
    let (mut filter, limit) = parameters.read()?;
    let mut tx = desk.database.begin(scope).await?;
    if filter.from_number.is_some() || filter.to_number.is_some() {
        let zone: ZoneName = tenants::store::timezone(&mut tx).await?.parse().unwrap_or_default();
        filter.from_number = filter.from_number.map(|text| number_as_logged(&text, zone.region()));
        filter.to_number = filter.to_number.map(|text| number_as_logged(&text, zone.region()));
    }
    let calls = store::calls(&mut tx, &filter, one_more(limit)).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(calls, limit, Call::place)))
}

/// Shows one call with its ledger.
pub async fn show(
    State(desk): State<CallDesk>,
    scope: TenantScope,
    call_sid: Result<Path<String>, PathRejection>,
) -> Result<Json<CallWithEvents>, Problem> {
    let Path(call_sid) = call_sid.map_err(|_| Problem::not_found())?;
    let call_sid = CallSid::parse(&call_sid).map_err(|_| Problem::not_found())?;
    let mut tx = desk.database.begin(scope).await?;
    let call = store::call(&mut tx, &call_sid).await?.ok_or_else(Problem::not_found)?;
    let events = store::events(&mut tx, &call_sid).await?;
    tx.commit().await?;
    Ok(Json(CallWithEvents { call, events }))
}

impl ListParameters {
    /// All mistakes at once. Numbers stay as they were typed: the tenant's country is not known yet.
    fn read(self) -> Result<(CallFilter, usize), Problem> {
        let mut reader = QueryReader::default();
        let filter = CallFilter {
            status: reader.parsed("status", self.status.as_deref(), read_status),
            from_number: reader.parsed("from", self.from.as_deref(), read_number),
            to_number: reader.parsed("to", self.to.as_deref(), read_number),
            since: reader.parsed("since", self.since.as_deref(), read_time),
            until: reader.parsed("until", self.until.as_deref(), read_time),
            after: reader.parsed("cursor", self.cursor.as_deref(), read_cursor),
        };
        let limit = reader.limit(self.limit.as_deref());
        reader.finish().map(|()| (filter, limit))
    }
}

fn read_status(text: &str) -> Result<CallStatus, String> {
    CallStatus::parse(text).ok_or_else(|| {
        let words: Vec<&str> = CallStatus::ALL.iter().map(|status| status.as_str()).collect();
        format!("Must be one of: {}.", words.join(", "))
    })
}

/// People type numbers in many forms; the log holds E.164, or whatever a caller without a number is called. A `+` that was
/// not encoded arrives as a space.
fn number_as_logged(text: &str, region: Region) -> String {
    let text =
        text.strip_prefix(' ').map_or_else(|| text.trim().to_owned(), |rest| format!("+{}", rest.trim()));
    E164PhoneNumber::parse(&text)
        .or_else(|_| E164PhoneNumber::parse_typed(&text, region))
        .map_or(text, |number| number.as_str().to_owned())
}

/// PostgreSQL takes no NUL, and bytes that are not UTF-8 have become replacement characters by now.
fn read_number(text: &str) -> Result<String, String> {
    if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        Err("Must be a number, or what a caller without one is called: anonymous, client:NAME.".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        for typed in ["+12145550100", " 12145550100", "(214) 555-0100", "214-555-0100"] {
            assert_eq!(number_as_logged(typed, Region::default()), "+12145550100", "{typed}");
        }
        for word in ["anonymous", "client:jenny"] {
            assert_eq!(number_as_logged(word, Region::default()), word);
        }
        assert!(read_number("a\0b").is_err());
        let berlin = Region::of_time_zone("Europe/Berlin");
        assert_eq!(number_as_logged("030 901820", berlin), "+4930901820");
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let parameters = ListParameters {
            status: Some("ringing-ish".into()),
            since: Some("yesterday".into()),
            limit: Some("0".into()),
            cursor: Some("?".into()),
            ..ListParameters::default()
        };

        let problem = serde_json::to_value(parameters.read().unwrap_err()).unwrap();

        let fields: Vec<&str> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["status", "since", "cursor", "limit"]);
    }
}
