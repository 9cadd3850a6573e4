//! `switchboard number …`

use clap::Subcommand;

use super::failure::Failure;
use super::number_import;
use super::output::{Listing, print_json, print_table, say};
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::numbers::store::{self, ListedNumber};
use crate::tenancy::db_error::is_unique_violation;
use crate::tenancy::{Database, TenantScope, directory};
use crate::tenants;
use crate::tenants::tenant::ZoneName;
use crate::twilio::phone_number::E164PhoneNumber;

#[derive(Debug, Subcommand)]
pub(super) enum NumberCommand {
    /// Give a number to a tenant
    Create {
        /// The tenant's slug
        #[arg(long)]
        tenant: String,
        /// The number, in any form that people type
        number: String,
    },
    /// Give a tenant all numbers that its Twilio accounts have and nobody else owns
    Import {
        /// The tenant's slug
        #[arg(long)]
        tenant: String,
    },
    /// List all numbers
    List(Listing),
}

pub(super) async fn run(settings: Settings, command: NumberCommand) -> Result<(), Failure> {
    let workplace = Workplace::open(&settings).await?;
    let outcome = match command {
        NumberCommand::Create { tenant, number } => create(&workplace, &tenant, &number).await,
        NumberCommand::Import { tenant } => import(&settings, &workplace, &tenant).await,
        NumberCommand::List(listing) => list(&workplace, listing).await,
    };
    workplace.close().await;
    outcome
}

async fn create(workplace: &Workplace, tenant: &str, typed: &str) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let scope = named_tenant(workplace, &database, tenant).await?;
    let number = parse(&database, scope, typed).await?;
    match give(&database, scope, &number).await {
        Ok(()) => Ok(say(format!("{} is now a number of {tenant}", number.as_str()))?),
        Err(error) if is_unique_violation(&error) => match owner(workplace, &database, &number).await? {
            Some(owner) if owner == tenant => {
                Ok(say(format!("{} is a number of {tenant} already", number.as_str()))?)
            }
            Some(owner) => Err(Failure::Failed(format!("{} is in use by tenant {owner}", number.as_str()))),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

async fn import(settings: &Settings, workplace: &Workplace, tenant: &str) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let scope = named_tenant(workplace, &database, tenant).await?;
    number_import::for_a_named_tenant(settings, workplace, &database, scope, tenant).await
}

/// The scope of the tenant that a command names.
pub(super) async fn named_tenant(
    workplace: &Workplace,
    database: &Database,
    slug: &str,
) -> Result<TenantScope, Failure> {
    directory::scope_of_slug(database, workplace.operator(), slug).await?.ok_or_else(|| {
        Failure::Failed(format!("there is no tenant {slug}; `switchboard tenant list` shows all"))
    })
}

/// A number without a country code is meant in the tenant's country.
async fn parse(database: &Database, scope: TenantScope, typed: &str) -> Result<E164PhoneNumber, Failure> {
    let mut tx = database.begin(scope).await?;
    let zone: ZoneName = tenants::store::timezone(&mut tx).await?.parse().unwrap_or_default();
    tx.commit().await?;
    E164PhoneNumber::parse_typed(typed, zone.region())
        .map_err(|error| Failure::Usage(format!("{typed}: {error}")))
}

async fn give(database: &Database, scope: TenantScope, number: &E164PhoneNumber) -> Result<(), sqlx::Error> {
    let mut tx = database.begin(scope).await?;
    store::create(&mut tx, number, Clock::System.now()).await?;
    tx.commit().await
}

async fn owner(
    workplace: &Workplace,
    database: &Database,
    number: &E164PhoneNumber,
) -> Result<Option<String>, Failure> {
    let numbers = store::list(&mut database.operator(workplace.operator()).await?).await?;
    Ok(numbers.into_iter().find(|listed| listed.phone_number == number.as_str()).map(|listed| listed.tenant))
}

async fn list(workplace: &Workplace, listing: Listing) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let numbers = store::list(&mut database.operator(workplace.operator()).await?).await?;
    if listing.json {
        return print_json(&numbers);
    }
    if numbers.is_empty() {
        return Ok(say("no numbers yet; `switchboard number create --tenant SLUG NUMBER` gives one")?);
    }
    let row = |number: ListedNumber| {
        let state = if number.is_active { "active" } else { "inactive" };
        [number.phone_number, number.tenant, number.company_name, state.to_owned()]
    };
    let rows: Vec<[String; 4]> = numbers.into_iter().map(row).collect();
    print_table(["number", "tenant", "name", "state"], &rows)
}
