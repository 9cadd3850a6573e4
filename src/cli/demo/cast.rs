//! Who takes part: two firms with a number each, and the agency's Twilio account.
//!
//! Promises: made once, found again later; keys and token are new each time, and the old ones are of no use any more. The
//! token is stored as every token is: encrypted.

use crate::cli::failure::Failure;
use crate::cli::number::named_tenant;
use crate::cli::workplace::Workplace;
use crate::clock::Clock;
use crate::numbers;
use crate::tenancy::api_key::{self, KeyKind, PlainApiKey};
use crate::tenancy::db_error::is_unique_violation;
use crate::tenancy::directory::{self, TokenSlot};
use crate::tenancy::{Database, TenantScope};
use crate::tenants::{self, NewTenant};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// Twilio has given this SID to nobody: its digits spell "demo" as far as they can.
const ACCOUNT_SID: &str = "ACde30de30de30de30de30de30de30de30";
const KEY_NAME: &str = "demo";

/// A firm as the demo wants it. All numbers are set aside for stories.
struct Role {
    slug: &'static str,
    company_name: &'static str,
    timezone: &'static str,
    number: &'static str,
    forward_number: Option<&'static str>,
}

const ACME: Role = Role {
    slug: "acme-heating",
    company_name: "Acme Heating",
    timezone: "America/Chicago",
    number: "+13125550147",
    forward_number: Some("+13125550198"),
};

const LAKESIDE: Role = Role {
    slug: "lakeside-plumbing",
    company_name: "Lakeside Plumbing",
    timezone: "America/Denver",
    number: "+17205550162",
    forward_number: None,
};

/// A firm as it is.
#[derive(Debug)]
pub(super) struct Firm {
    pub(super) slug: &'static str,
    pub(super) company_name: &'static str,
    pub(super) number: E164PhoneNumber,
    pub(super) forward_number: Option<&'static str>,
    /// Opens its call log.
    pub(super) key: PlainApiKey,
}

/// All who take part.
#[derive(Debug)]
pub(super) struct Cast {
    /// Forwards its calls.
    pub(super) acme: Firm,
    /// Has nobody to forward to.
    pub(super) lakeside: Firm,
    /// The agency's account.
    pub(super) account_sid: AccountSid,
    /// Signs its calls.
    pub(super) token: AuthToken,
}

impl Cast {
    /// Makes what isn't there yet.
    pub(super) async fn assemble(workplace: &Workplace) -> Result<Self, Failure> {
        let database = workplace.pools().await?;
        let acme = firm(workplace, &database, &ACME).await?;
        let lakeside = firm(workplace, &database, &LAKESIDE).await?;
        let (account_sid, token) = account(workplace, &database).await?;
        database.close().await;
        Ok(Self { acme, lakeside, account_sid, token })
    }

    /// Both firms.
    pub(super) fn firms(&self) -> [&Firm; 2] {
        [&self.acme, &self.lakeside]
    }
}

async fn firm(workplace: &Workplace, database: &Database, role: &Role) -> Result<Firm, Failure> {
    let number = parsed(role.number)?;
    let tenant = NewTenant {
        slug: role.slug.parse().map_err(ours)?,
        company_name: role.company_name.to_owned(),
        timezone: role.timezone.parse().map_err(ours)?,
        greeting_message: None,
        forward_number: role.forward_number.map(parsed).transpose()?,
    };
    found_if_there(make_tenant(workplace, database, &tenant).await)?;
    let scope = named_tenant(workplace, database, role.slug).await?;
    found_if_there(give_number(database, scope, &number).await)?;
    number_must_be_its_own(workplace, database, role).await?;
    let key = renew_key(database, scope).await?;
    Ok(Firm {
        slug: role.slug,
        company_name: role.company_name,
        number,
        forward_number: role.forward_number,
        key,
    })
}

async fn make_tenant(
    workplace: &Workplace,
    database: &Database,
    tenant: &NewTenant,
) -> Result<(), sqlx::Error> {
    let mut tx = database.begin_new_tenant(workplace.operator()).await?;
    tenants::store::create(&mut tx, tenant, Clock::System.now()).await?;
    tx.commit().await
}

async fn give_number(
    database: &Database,
    scope: TenantScope,
    number: &E164PhoneNumber,
) -> Result<(), sqlx::Error> {
    let mut tx = database.begin(scope).await?;
    numbers::store::create(&mut tx, number, Clock::System.now()).await?;
    tx.commit().await
}

/// What an earlier demo has made is as good as new.
fn found_if_there(made: Result<(), sqlx::Error>) -> Result<(), sqlx::Error> {
    match made {
        Err(error) if is_unique_violation(&error) => Ok(()),
        made => made,
    }
}

/// Somebody may have used the same story number for a tenant of their own.
async fn number_must_be_its_own(
    workplace: &Workplace,
    database: &Database,
    role: &Role,
) -> Result<(), Failure> {
    let numbers = numbers::store::list(&mut database.operator(workplace.operator()).await?).await?;
    let others =
        numbers.into_iter().find(|listed| listed.phone_number == role.number && listed.tenant != role.slug);
    others.map_or(Ok(()), |listed| {
        Err(Failure::Refused(format!(
            "{} is a number of tenant {} here, and the demo needs it; choose another --data-dir",
            role.number, listed.tenant
        )))
    })
}

/// Keys are shown once, so an earlier demo's can't be shown again.
async fn renew_key(database: &Database, scope: TenantScope) -> Result<PlainApiKey, Failure> {
    let key = PlainApiKey::generate(KeyKind::Tenant).map_err(ours)?;
    let now = Clock::System.now();
    let mut tx = database.begin(scope).await?;
    api_key::revoke_tenant_keys(&mut tx, KEY_NAME, now).await?;
    api_key::store_tenant_key(&mut tx, &key, KEY_NAME, now).await?;
    tx.commit().await?;
    Ok(key)
}

async fn account(workplace: &Workplace, database: &Database) -> Result<(AccountSid, AuthToken), Failure> {
    let sid = AccountSid::parse(ACCOUNT_SID).map_err(ours)?;
    let token = random_token()?;
    let ring = workplace.sealing_keys()?;
    directory::check_key_ring(database, Some(ring)).await?;
    let mut connection = database.operator(workplace.operator()).await?;
    let stored = directory::put_token(&mut connection, ring, &sid, None, TokenSlot::Primary, &token).await?;
    if stored {
        Ok((sid, token))
    } else {
        Err(Failure::Refused(format!("{sid} is a tenant's account here; choose another --data-dir")))
    }
}

/// As Twilio makes them: 32 hexadecimal digits.
fn random_token() -> Result<AuthToken, Failure> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; 16]);
    getrandom::fill(bytes.as_mut_slice()).map_err(ours)?;
    let text = format!("{:032x}", u128::from_ne_bytes(*bytes));
    AuthToken::parse(&zeroize::Zeroizing::new(text)).map_err(ours)
}

fn parsed(number: &str) -> Result<E164PhoneNumber, Failure> {
    E164PhoneNumber::parse(number).map_err(ours)
}

/// A mistake in this file, or a system without random bytes.
fn ours(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::region::Region;

    #[test]
    fn every_number_is_one_that_people_may_type() {
        for role in [ACME, LAKESIDE] {
            for number in std::iter::once(role.number).chain(role.forward_number) {
                let typed = E164PhoneNumber::parse_typed(number, Region::default()).unwrap();

                assert_eq!(typed.as_str(), number);
            }
        }
    }
}
