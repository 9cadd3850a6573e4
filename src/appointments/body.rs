//! What a request's body says of a visit. Pure; all mistakes are told at once.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::appointment::{AppointmentStatus, NewAppointment, TimeRange};
use crate::tenants::body::read_number;
use crate::tenants::tenant::ZoneName;
use crate::web::json_fields::{JsonFields, read_text};
use crate::web::problem::Problem;
use crate::web::query::read_time;

const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 2_000;
/// The longest that an address for e-mail can be (RFC 5321, 4.5.3.1.3, without its brackets).
const LONGEST_EMAIL: usize = 254;

/// The visit that is asked for.
// For the document: `new_appointment` reads it.
#[derive(ToSchema)]
pub struct AppointmentBody {
    /// The `id` of the call that it was agreed in.
    #[schema(example = json!(null))]
    pub call_log_id: Option<Uuid>,
    /// Whom to visit.
    #[schema(min_length = 1, max_length = 200, example = "Jordan Lee")]
    pub customer_name: String,
    /// The customer's number in any form that people type. Without a country code it is meant in the country of the
    /// tenant's time zone.
    #[schema(format = "phone-number", example = "(972) 555-0123")]
    pub customer_phone: Option<String>,
    /// The customer's e-mail address.
    #[schema(format = "email", max_length = 254, example = "jordan@example.com")]
    pub customer_email: Option<String>,
    /// Where to go.
    #[schema(min_length = 1, max_length = 2000, example = "1200 Elm Street, Dallas")]
    pub customer_address: Option<String>,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 200, example = "repair")]
    pub service_type: Option<String>,
    /// What the customer says.
    #[schema(min_length = 1, max_length = 2000, example = "No heat since last night.")]
    pub problem_description: Option<String>,
    /// Who or what can be in one place only: a technician, a van, a room.
    #[schema(min_length = 1, max_length = 200, default = "default", example = "default")]
    pub resource: Option<String>,
    /// When it begins.
    #[schema(example = "2026-12-01T15:00:00Z")]
    pub starts_at: DateTime<Utc>,
    /// When it ends: later than it begins. The next visit may begin then.
    #[schema(example = "2026-12-01T16:30:00Z")]
    pub ends_at: DateTime<Utc>,
    /// Whether it is agreed already; `pending` if it is missing.
    pub status: Option<NewAppointmentStatus>,
}

/// How far a visit is that is being booked.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum NewAppointmentStatus {
    /// Asked for.
    Pending,
    /// Agreed.
    Confirmed,
}

/// A visit to be booked. A number without a country code is meant in the country of the tenant's zone.
pub fn new_appointment(mut fields: JsonFields, zone: &ZoneName) -> Result<NewAppointment, Problem> {
    let customer_name = fields.required("customer_name", read_text(LONGEST_NAME));
    let customer_phone = fields.optional("customer_phone", |typed| {
        read_number(typed, zone).map(|number| number.as_str().to_owned())
    });
    let customer_email = fields.optional("customer_email", read_email);
    let customer_address = fields.optional("customer_address", read_text(LONGEST_TEXT));
    let service_type = fields.optional("service_type", read_text(LONGEST_NAME));
    let problem_description = fields.optional("problem_description", read_text(LONGEST_TEXT));
    let resource = fields.optional("resource", read_text(LONGEST_NAME));
    let starts_at = fields.required("starts_at", read_moment);
    let ends_at = fields.required("ends_at", read_moment);
    let status = fields.optional("status", AppointmentStatus::parse_new).unwrap_or_default();
    let call_log_id = fields.optional("call_log_id", read_id);
    let time = starts_at.zip(ends_at).and_then(|(start, end)| {
        TimeRange::new(start, end).or_else(|| fields.wrong("ends_at", "Must be later than starts_at."))
    });
    let (customer_name, time) = fields.finish(customer_name.zip(time))?;
    Ok(NewAppointment {
        call_log_id,
        customer_name,
        customer_phone,
        customer_email,
        customer_address,
        service_type,
        problem_description,
        resource: resource.unwrap_or_else(|| "default".to_owned()),
        time,
        status,
    })
}

/// Cut to the microseconds that PostgreSQL keeps, so that what is compared is what is stored.
fn read_moment(text: &str) -> Result<DateTime<Utc>, String> {
    read_time(text).map(|time| DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time))
}

fn read_email(text: &str) -> Result<String, String> {
    let looks_right = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace)
    });
    let fits = text.chars().count() <= LONGEST_EMAIL;
    if looks_right && fits { Ok(text.to_owned()) } else { Err("Must be an e-mail address.".to_owned()) }
}

fn read_id(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| "Must be the id of a call, as the call log shows it.".to_owned())
}
