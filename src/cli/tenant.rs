//! `switchboard tenant …`

use clap::Subcommand;

use super::failure::Failure;
use super::output::{Listing, print_json, print_table, say, short_time};
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::tenancy::Database;
use crate::tenancy::db_error::is_unique_violation;
use crate::tenants::tenant::ZoneName;
use crate::tenants::{NewTenant, Slug, store};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::twiml::MAX_SAY_CHARACTERS;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant
    Create {
        /// Its short name, such as acme-hvac
        #[arg(long)]
        slug: Slug,
        /// The firm's name, as callers hear it
        #[arg(long, value_parser = spoken)]
        name: String,
        /// IANA time zone
        #[arg(long, default_value = "America/Chicago")]
        timezone: ZoneName,
        /// What callers hear first [default: a sentence with the firm's name]
        #[arg(long, value_parser = spoken)]
        greeting: Option<String>,
        /// Where calls go, in any form; without one callers can only leave a message
        #[arg(long)]
        forward_number: Option<String>,
    },
    /// List all tenants
    List(Listing),
}

pub(super) async fn run(settings: Settings, command: TenantCommand) -> Result<(), Failure> {
    let workplace = Workplace::open(&settings).await?;
    let outcome = match command {
        TenantCommand::Create { slug, name, timezone, greeting, forward_number } => {
            let forward_number = forward_number.map(|typed| parse_number(&typed, &timezone)).transpose();
            match forward_number {
                Ok(forward_number) => {
                    let tenant = NewTenant {
                        slug,
                        company_name: name,
                        timezone,
                        greeting_message: greeting,
                        forward_number,
                    };
                    create(&workplace, &tenant).await
                }
                Err(failure) => Err(failure),
            }
        }
        TenantCommand::List(listing) => list(&workplace, listing).await,
    };
    workplace.close().await;
    outcome
}

/// A text that callers hear.
fn spoken(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("it is empty; callers would hear nothing".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("it holds control characters, which nobody can say; write it in one line".to_owned())
    } else if text.chars().count() > MAX_SAY_CHARACTERS {
        Err(format!(
            "it is longer than the {MAX_SAY_CHARACTERS} characters that Twilio says at once; shorten it"
        ))
    } else {
        Ok(text.to_owned())
    }
}

fn parse_number(typed: &str, zone: &ZoneName) -> Result<E164PhoneNumber, Failure> {
    E164PhoneNumber::parse_typed(typed, zone.region())
        .map_err(|error| Failure::Usage(format!("--forward-number {typed}: {error}")))
}

async fn create(workplace: &Workplace, tenant: &NewTenant) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    match make(&database, workplace, tenant).await {
        Ok(()) => Ok(say(format!("tenant {} made", tenant.slug))?),
        Err(error) if is_unique_violation(&error) => Err(Failure::Failed(format!(
            "the slug {} is in use; `switchboard tenant list` shows all",
            tenant.slug
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn make(database: &Database, workplace: &Workplace, tenant: &NewTenant) -> Result<(), sqlx::Error> {
    let mut tx = database.begin_new_tenant(workplace.operator()).await?;
    store::create(&mut tx, tenant, Clock::System.now()).await?;
    tx.commit().await
}

async fn list(workplace: &Workplace, listing: Listing) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let tenants = store::list(&mut database.operator(workplace.operator()).await?).await?;
    if listing.json {
        return print_json(&tenants);
    }
    if tenants.is_empty() {
        return Ok(say(
            "no tenants yet; `switchboard tenant create --slug acme --name \"Acme HVAC\"` makes one",
        )?);
    }
    let rows: Vec<[String; 6]> = tenants
        .into_iter()
        .map(|tenant| {
            let state = match (tenant.is_active, tenant.accepts_unknown_numbers) {
                (true, false) => "active",
                (true, true) => "active, takes unknown numbers",
                (false, _) => "inactive",
            };
            [
                tenant.slug,
                tenant.company_name,
                tenant.numbers.to_string(),
                tenant.forward_number.unwrap_or_else(|| "-".to_owned()),
                state.to_owned(),
                short_time(tenant.created_at),
            ]
        })
        .collect();
    print_table(["slug", "name", "numbers", "forwards to", "state", "made (UTC)"], &rows)
}
