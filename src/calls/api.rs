//! The call log over HTTP: `GET /api/v1/calls` and `GET /api/v1/calls/{call_sid}`.
//!
//! Promises: newest first, page by page; a filter that can't be understood is refused and never ignored; a call of
//! somebody else looks like one that doesn't exist.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde::Deserialize;

use super::call::{Call, CallFilter, CallWithEvents, Outcome};
use super::{CallDesk, store};
use crate::tenancy::TenantScope;
use crate::tenancy::api_door::NamedTenant;
use crate::tenants;
use crate::tenants::tenant::ZoneName;
use crate::twilio::call_status::CallStatus;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::region::Region;
use crate::twilio::sid::CallSid;
use crate::web::page::Page;
use crate::web::problem::Problem;
use crate::web::query::{Parameters, QueryReader, one_more, read_cursor, read_time};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Only calls that are this far.
    #[param(value_type = Option<CallStatus>, example = "completed")]
    status: Option<String>,
    /// Only calls that came to this.
    #[param(value_type = Option<Outcome>, example = "missed")]
    outcome: Option<String>,
    /// Only calls from this number, in any form that people type, or from what a caller without one is called:
    /// `anonymous`, `client:jenny`.
    #[param(example = "(972) 555-0123")]
    from: Option<String>,
    /// Only calls to this number, in any form that people type.
    #[param(example = "+12145550100")]
    to: Option<String>,
    /// Only calls that started then or later.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-11-25T00:00:00Z")]
    since: Option<String>,
    /// Only calls that started before.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-11-26T00:00:00Z")]
    until: Option<String>,
    /// How many rows a page may have.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    #[param(format = "cursor", example = "AAZDMCxvcgABohRcLG9x6KPgdsVoDO2N")]
    cursor: Option<String>,
    /// The tenant's short name. Required with an operator's key, and refused with a tenant's own.
    // Read where the key is checked.
    #[param(example = "acme-hvac")]
    #[serde(rename = "tenant")]
    _tenant: Option<String>,
}

/// A page of calls.
pub type CallPage = Page<Call>;

/// Lists the calls of one tenant, newest first.
///
/// Filters may be combined. A parameter that is not listed here is refused, because an ignored filter would show the
/// wrong calls.
#[utoipa::path(
    get,
    path = "/api/v1/calls",
    operation_id = "list_calls",
    tag = "Calls",
    params(ListParameters),
    responses((status = 200, description = "A page of the call log.", body = CallPage)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn list(
    State(desk): State<CallDesk>,
    scope: TenantScope,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<CallPage>, Problem> {
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

/// Shows one call, with everything that was heard of it.
///
/// The events are in the order in which things happened, which need not be the order in which Twilio told of them.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{call_sid}",
    operation_id = "show_call",
    tag = "Calls",
    params(("call_sid" = String, Path, description = "Twilio's id of the call.", pattern = "^CA[0-9a-f]{32}$", example = "CA11111111111111111111111111111111"), NamedTenant),
    responses((status = 200, description = "The call and its events.", body = CallWithEvents)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
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
            outcome: reader.parsed("outcome", self.outcome.as_deref(), read_outcome),
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

fn read_outcome(text: &str) -> Result<Outcome, String> {
    Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| {
        let words = Outcome::ALL.map(Outcome::as_str);
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
            outcome: Some("lost".into()),
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
        assert_eq!(fields, ["status", "outcome", "since", "cursor", "limit"]);
    }
}
