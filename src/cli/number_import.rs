//! Numbers as Twilio knows them: for a tenant that somebody names, and for an older program's tenant that has none.
//!
//! Promises: only numbers that nobody owns are given; all accounts are read, or nothing is done; Twilio has 20 seconds.
//! Doesn't: change anything at Twilio.

use std::time::Duration;

use super::failure::Failure;
use super::layout::{beside, in_lines};
use super::numbers_at_twilio;
use super::output::say;
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::numbers::store::{self, Given};
use crate::tenancy::account::Account;
use crate::tenancy::{Database, TenantId, TenantScope, directory};
use crate::twilio::phone_number::E164PhoneNumber;

const PATIENCE: Duration = Duration::from_secs(20);

/// `number import`: a line for each number.
pub(super) async fn for_a_named_tenant(
    settings: &Settings,
    workplace: &Workplace,
    database: &Database,
    scope: TenantScope,
    slug: &str,
) -> Result<(), Failure> {
    let accounts = accounts_of(settings, workplace, database, Some(scope.tenant_id())).await?;
    if accounts.is_empty() {
        return Err(Failure::Failed(format!(
            "no Twilio account may call {slug}; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or \
             `switchboard account create`"
        )));
    }
    let numbers = at_twilio(settings, &accounts).await.map_err(Failure::Failed)?;
    if numbers.is_empty() {
        return Ok(say("Twilio knows no number of these accounts")?);
    }
    for (number, given) in give(database, scope, &numbers).await? {
        let number = number.as_str();
        say(match given {
            Given::Now => format!("{number} is now a number of {slug}"),
            Given::Before => format!("{number} is a number of {slug} already"),
            Given::ToAnother => format!("{number} is in use by another tenant"),
        })?;
    }
    Ok(())
}

/// All or none.
async fn give<'a>(
    database: &Database,
    scope: TenantScope,
    numbers: &'a [E164PhoneNumber],
) -> Result<Vec<(&'a E164PhoneNumber, Given)>, sqlx::Error> {
    let mut tx = database.begin(scope).await?;
    let mut given = Vec::new();
    for number in numbers {
        given.push((number, store::give(&mut tx, number, Clock::System.now()).await?));
    }
    tx.commit().await?;
    Ok(given)
}

/// After a migration, for the tenant that answers every number because it is alone and has none: gives it those that Twilio
/// knows. What can't be done is a line, and never a failure.
pub(super) async fn for_the_lone_tenant(settings: &Settings, workplace: &Workplace) -> Option<String> {
    let slug = workplace.tenant_of_every_number().await.ok().flatten()?;
    let again = format!(
        "{slug} goes on answering every number until it gets one: `switchboard number import --tenant {slug}`"
    );
    let unread = |reason: String| {
        in_lines(&format!("Twilio was not read for the numbers of {slug}: {reason}. {again}"))
    };
    let accounts = match known_accounts(settings, workplace).await {
        Ok(accounts) if accounts.is_empty() => return None,
        Ok(accounts) => accounts,
        Err(failure) => return Some(unread(failure.to_string())),
    };
    let numbers = match at_twilio(settings, &accounts).await {
        Ok(numbers) if numbers.is_empty() => return Some(unread("the accounts have none".to_owned())),
        Ok(numbers) => numbers,
        Err(reason) => return Some(unread(reason)),
    };
    match workplace.give_numbers(&numbers).await {
        Ok(given) if given.is_empty() => None,
        Ok(given) => Some(beside(
            "numbers:  ",
            &format!("{slug} has {} now, as Twilio says; calls to others go to quarantine", given.join(", ")),
        )),
        Err(failure) => Some(unread(failure.to_string())),
    }
}

async fn known_accounts(settings: &Settings, workplace: &Workplace) -> Result<Vec<Account>, Failure> {
    let database = workplace.pools().await?;
    let accounts = accounts_of(settings, workplace, &database, None).await;
    database.close().await;
    accounts
}

/// The account of the settings and the stored ones, or those of them that may call this tenant.
async fn accounts_of(
    settings: &Settings,
    workplace: &Workplace,
    database: &Database,
    tenant: Option<TenantId>,
) -> Result<Vec<Account>, Failure> {
    let stored =
        directory::opened_accounts(database, workplace.operator(), workplace.key_ring.as_ref()).await?;
    let mut accounts: Vec<Account> = settings.twilio_account.iter().cloned().collect();
    // The account of the settings may be stored, too.
    let is_new =
        |account: &Account| settings.twilio_account.as_ref().is_none_or(|set| set.sid != account.sid);
    accounts.extend(stored.into_iter().filter(is_new));
    accounts.retain(|account| tenant.is_none_or(|tenant| account.reach.covers(tenant)));
    Ok(accounts)
}

/// What all of them have, in order.
async fn at_twilio(settings: &Settings, accounts: &[Account]) -> Result<Vec<E164PhoneNumber>, String> {
    let reading = async {
        let mut numbers = Vec::new();
        for account in accounts {
            let read = numbers_at_twilio::of_account(numbers_at_twilio::base(settings), account).await;
            let read = read.map_err(|unread| format!("{}: {unread}", account.sid))?;
            numbers
                .extend(read.iter().filter_map(|number| E164PhoneNumber::parse(&number.phone_number).ok()));
        }
        numbers.sort();
        numbers.dedup();
        Ok(numbers)
    };
    let silent = |_| Err(format!("it did not answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, reading).await.unwrap_or_else(silent)
}
