//! What a request's body says of a tenant.
//!
//! Promises: pure but for [`named`], which finds the tenant that a body names; all mistakes are told at once.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

use super::tenant::{InvalidSlug, NewTenant, Slug, Tenant, ZoneName};
use crate::hours::UnknownZone;
use crate::tenancy::{Database, TenantScope, VerifiedOperator, directory};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::web::json_fields::{JsonFields, read_text};
use crate::web::problem::Problem;

const LONGEST_NAME: usize = 200;
/// Twilio speaks at most 4096 characters.
const LONGEST_GREETING: usize = 1_000;

/// What a new tenant is like.
// For the document: `new_tenant` reads it.
#[derive(Debug, ToSchema)]
pub struct NewTenantBody {
    /// The tenant's short name in commands and addresses; it stays for ever.
    #[schema(max_length = 63, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "acme-hvac")]
    pub slug: String,
    /// What the firm is called.
    #[schema(min_length = 1, max_length = 200, example = "Acme HVAC")]
    pub company_name: String,
    /// The IANA name of the time zone that the firm is in.
    #[schema(format = "time-zone", default = "America/Chicago", example = "America/Chicago")]
    pub timezone: Option<String>,
    /// What callers hear first. Missing: a sentence with the firm's name.
    #[schema(min_length = 1, max_length = 1000, example = "Thank you for calling Acme HVAC.")]
    pub greeting_message: Option<String>,
    /// Where calls are forwarded, in any form that people type. Without a country code it is meant in the country of the
    /// time zone. Missing: callers can only leave a message.
    #[schema(format = "phone-number", example = "(214) 555-0199")]
    pub forward_number: Option<String>,
}

/// What changes about a tenant.
// For the document: `changed` reads it.
#[derive(Debug, ToSchema)]
pub struct TenantChangeBody {
    /// What the firm is called.
    #[schema(nullable = false, min_length = 1, max_length = 200, example = "Acme HVAC")]
    pub company_name: Option<String>,
    /// The IANA name of the time zone that the firm is in.
    #[schema(nullable = false, format = "time-zone", example = "America/Chicago")]
    pub timezone: Option<String>,
    /// What callers hear first; null: a sentence with the firm's name.
    #[schema(min_length = 1, max_length = 1000, example = "Thank you for calling Acme HVAC.")]
    pub greeting_message: Option<String>,
    /// Where calls are forwarded, in any form that people type: the first telephone of the settings' ring list. Null: that
    /// telephone is taken out.
    #[schema(format = "phone-number", example = "(214) 555-0199")]
    pub forward_number: Option<String>,
    /// Whether its calls are answered and its keys good.
    #[schema(nullable = false, example = true)]
    pub is_active: Option<bool>,
}

/// A tenant to be made.
pub fn new_tenant(mut fields: JsonFields) -> Result<NewTenant, Problem> {
    let slug = fields.required("slug", read_slug);
    let company_name = fields.required("company_name", read_text(LONGEST_NAME));
    let timezone = fields.optional("timezone", read_zone).unwrap_or_default();
    let greeting_message = fields.optional("greeting_message", read_text(LONGEST_GREETING));
    let forward_number = fields.optional("forward_number", |typed| read_number(typed, &timezone));
    let (slug, company_name) = fields.finish(slug.zip(company_name))?;
    Ok(NewTenant { slug, company_name, timezone, greeting_message, forward_number })
}

/// The tenant as it is after the change that the body asks for. A number without a country code is meant in the country
/// of the zone that the tenant has then.
pub fn changed(mut fields: JsonFields, old: Tenant, now: DateTime<Utc>) -> Result<Tenant, Problem> {
    let company_name = fields.replaced("company_name", read_text(LONGEST_NAME));
    let timezone = fields.replaced("timezone", read_zone);
    let zone = timezone.or_else(|| old.timezone.parse().ok()).unwrap_or_default();
    let greeting_message = fields.change("greeting_message", read_text(LONGEST_GREETING));
    let forward_number = fields
        .change("forward_number", |typed| read_number(typed, &zone).map(|number| number.as_str().to_owned()));
    let is_active = fields.flag("is_active");
    fields.finish(Some(()))?;
    Ok(Tenant {
        company_name: company_name.unwrap_or(old.company_name),
        timezone: zone.as_str().to_owned(),
        greeting_message: greeting_message.apply(old.greeting_message),
        forward_number: forward_number.apply(old.forward_number),
        is_active: is_active.unwrap_or(old.is_active),
        updated_at: now,
        ..old
    })
}

/// The tenant that the body names in `tenant`, if it names one. One that doesn't exist is noted as a mistake.
pub async fn named(
    fields: &mut JsonFields,
    database: &Database,
    operator: VerifiedOperator,
) -> Result<Option<TenantScope>, Problem> {
    let Some(slug) = fields.replaced("tenant", read_slug) else { return Ok(None) };
    let found = directory::scope_of_slug(database, operator, slug.as_str()).await?;
    Ok(found.or_else(|| fields.wrong("tenant", "There is no such tenant.")))
}

/// A number in any form that people type.
pub fn read_number(typed: &str, zone: &ZoneName) -> Result<E164PhoneNumber, String> {
    E164PhoneNumber::parse_typed(typed, zone.region()).map_err(|error| error.to_string())
}

fn read_slug(text: &str) -> Result<Slug, String> {
    text.parse().map_err(|error: InvalidSlug| error.to_string())
}

fn read_zone(text: &str) -> Result<ZoneName, String> {
    text.parse().map_err(|error: UnknownZone| error.to_string())
}
