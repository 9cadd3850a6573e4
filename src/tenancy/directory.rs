//! The directory's questions: accounts and their tokens, the canary of the encryption key, and slugs.
//!
//! Promises: what spans tenants goes through functions of the database that give away only what the question needs.

use zeroize::Zeroizing;

use super::account::{Account, AccountReach};
use super::database::{Database, OperatorConnection};
use super::ids::TenantId;
use super::scope::{TenantScope, VerifiedOperator};
use super::secrets::{CannotOpen, CannotSeal, KeyRing, PRIMARY_TOKEN, Place, SECONDARY_TOKEN};
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// Why the directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The database.
    #[error("the directory could not be read: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored token can't be opened with the keys at hand.
    #[error("the token of Twilio account {sid} can't be opened: {source}")]
    Token {
        /// Whose.
        sid: String,
        /// Why.
        source: CannotOpen,
    },
    /// Tokens are stored, and there is no key at all.
    #[error(
        "tokens are stored encrypted, and SWITCHBOARD_ENCRYPTION_KEYS is not set; set it to the keys that sealed them"
    )]
    NoKeyRing,
    /// The keys are not the ones that this database was sealed with.
    #[error("SWITCHBOARD_ENCRYPTION_KEYS does not fit this database: {0}")]
    WrongKeyRing(CannotOpen),
    /// A token could not be sealed.
    #[error(transparent)]
    CannotSeal(#[from] CannotSeal),
}

/// Which of an account's two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSlot {
    /// Twilio signs with it.
    Primary,
    /// Will sign once it is promoted.
    Secondary,
}

impl TokenSlot {
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Primary => PRIMARY_TOKEN,
            Self::Secondary => SECONDARY_TOKEN,
        }
    }
}

/// Notices a wrong key, and leaves a canary for the key that writes from now on.
pub async fn check_key_ring(database: &Database, key_ring: Option<&KeyRing>) -> Result<(), DirectoryError> {
    let Some(ring) = key_ring else { return Ok(()) };
    if look_at_canaries(database, ring).await? == Canary::Missing {
        sqlx::query!(
            "SELECT switchboard.put_encryption_canary($1, $2)",
            ring.writing_key_id(),
            ring.canary()?
        )
        .execute(&mut *database.directory().await?)
        .await?;
    }
    Ok(())
}

/// Whether the key that writes has left its canary in this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// It has, and opens it.
    Recognised,
    /// It has never written here.
    Missing,
}

/// Notices a wrong key, and changes nothing.
pub async fn look_at_canaries(database: &Database, ring: &KeyRing) -> Result<Canary, DirectoryError> {
    let mut connection = database.directory().await?;
    let canaries = sqlx::query!(
        r#"SELECT key_id AS "key_id!", sealed AS "sealed!" FROM switchboard.find_encryption_canaries()"#
    )
    .fetch_all(&mut *connection)
    .await?;
    ring.recognises(canaries.iter().map(|canary| canary.sealed.as_str()))
        .map_err(DirectoryError::WrongKeyRing)?;
    let is_known = canaries.iter().any(|canary| canary.key_id == ring.writing_key_id());
    Ok(if is_known { Canary::Recognised } else { Canary::Missing })
}

/// All stored accounts with their tokens opened, for an operator who looks whether they work.
pub async fn opened_accounts(
    database: &Database,
    _: VerifiedOperator,
    key_ring: Option<&KeyRing>,
) -> Result<Vec<Account>, DirectoryError> {
    accounts(database, None, key_ring).await
}

/// The stored account of this SID, or all of them, with their tokens opened.
pub(super) async fn accounts(
    database: &Database,
    sid: Option<&AccountSid>,
    key_ring: Option<&KeyRing>,
) -> Result<Vec<Account>, DirectoryError> {
    let mut connection = database.directory().await?;
    let rows = sqlx::query!(
        r#"SELECT account_sid AS "account_sid!", tenant_id, primary_token_sealed AS "primary!", secondary_token_sealed AS secondary
             FROM switchboard.find_twilio_accounts($1)"#,
        sid.map(AccountSid::as_str)
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        // A CHECK keeps everything else out of the column.
        let Ok(sid) = AccountSid::parse(&row.account_sid) else { continue };
        let ring = key_ring.ok_or(DirectoryError::NoKeyRing)?;
        let mut tokens = vec![open(ring, &sid, TokenSlot::Primary, &row.primary)?];
        if let Some(sealed) = &row.secondary {
            tokens.push(open(ring, &sid, TokenSlot::Secondary, sealed)?);
        }
        let reach = row.tenant_id.map_or(AccountReach::EveryTenant, |id| AccountReach::OneTenant(id.into()));
        accounts.push(Account { sid, reach, tokens });
    }
    Ok(accounts)
}

/// The account whose calls a tenant gets, with its tokens: its own one, else a stored one of the agency's. For an operator
/// who plays Twilio.
pub async fn calling_account(
    database: &Database,
    _: VerifiedOperator,
    tenant: Option<TenantId>,
    key_ring: Option<&KeyRing>,
) -> Result<Option<Account>, DirectoryError> {
    let stored = accounts(database, None, key_ring).await?;
    let reaching = |reach| stored.iter().find(|account| account.reach == reach);
    let own = tenant.and_then(|tenant| reaching(AccountReach::OneTenant(tenant)));
    Ok(own.or_else(|| reaching(AccountReach::EveryTenant)).cloned())
}

fn open(
    ring: &KeyRing,
    sid: &AccountSid,
    slot: TokenSlot,
    sealed: &str,
) -> Result<AuthToken, DirectoryError> {
    let place = Place { row: sid.as_str(), column: slot.column() };
    let failed = |source| DirectoryError::Token { sid: sid.to_string(), source };
    let text: Zeroizing<String> = ring.open(sealed, place).map_err(failed)?;
    AuthToken::parse(&text).map_err(|_| failed(CannotOpen::Malformed))
}

/// Stores a token, encrypted. False where the account is another owner's, or a secondary token has no primary one.
pub async fn put_token(
    connection: &mut OperatorConnection,
    ring: &KeyRing,
    sid: &AccountSid,
    owner: Option<TenantId>,
    slot: TokenSlot,
    token: &AuthToken,
) -> Result<bool, DirectoryError> {
    let sealed = ring.seal(token.reveal(), Place { row: sid.as_str(), column: slot.column() })?;
    let owner = owner.map(TenantId::as_uuid);
    let stored = match slot {
        TokenSlot::Primary => {
            sqlx::query_scalar!(
                r#"SELECT switchboard.put_twilio_account($1, $2, $3) AS "stored!""#,
                sid.as_str(),
                owner,
                sealed
            )
            .fetch_one(connection.connection())
            .await?
        }
        TokenSlot::Secondary => {
            sqlx::query_scalar!(
                r#"SELECT switchboard.put_secondary_token($1, $2, $3) AS "stored!""#,
                sid.as_str(),
                owner,
                sealed
            )
            .fetch_one(connection.connection())
            .await?
        }
    };
    Ok(stored)
}

/// A stored account, without its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// The account's SID.
    pub sid: AccountSid,
    /// The tenant whose numbers alone it may call; none: the agency's own.
    pub owner: Option<TenantId>,
    /// Whether a second token is stored.
    pub slots: Vec<TokenSlot>,
}

/// All stored accounts, by SID.
pub async fn stored_accounts(connection: &mut OperatorConnection) -> Result<Vec<StoredAccount>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT account_sid AS "account_sid!", tenant_id, secondary_token_sealed IS NOT NULL AS "has_secondary!"
             FROM switchboard.find_twilio_accounts(NULL)"#
    )
    .fetch_all(connection.connection())
    .await?;
    let stored = rows.into_iter().filter_map(|row| {
        let slots = if row.has_secondary {
            vec![TokenSlot::Primary, TokenSlot::Secondary]
        } else {
            vec![TokenSlot::Primary]
        };
        let sid = AccountSid::parse(&row.account_sid).ok()?;
        Some(StoredAccount { sid, owner: row.tenant_id.map(TenantId::from), slots })
    });
    Ok(stored.collect())
}

/// The scope of the tenant that an operator names.
pub async fn scope_of_slug(
    database: &Database,
    _: VerifiedOperator,
    slug: &str,
) -> Result<Option<TenantScope>, sqlx::Error> {
    let mut connection = database.directory().await?;
    let id = sqlx::query_scalar!("SELECT switchboard.find_tenant_by_slug($1)", slug)
        .fetch_one(&mut *connection)
        .await?;
    Ok(id.map(|id| TenantScope::proven(id.into())))
}
