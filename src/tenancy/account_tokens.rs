//! Stored Twilio accounts, as operators list and change them.
//!
//! Promises: a token is sealed before it leaves this process, bound to its account and column. Nothing here opens one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::database::OperatorConnection;
use super::directory::{DirectoryError, TokenSlot};
use super::ids::TenantId;
use super::secrets::{CannotSeal, KeyRing, Place};
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;
use crate::web::json_fields::Change;

/// A stored Twilio account, without its tokens.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct ListedAccount {
    /// The account's SID.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// The short name of the tenant that it may call; null: it is the agency's own, and may call all.
    #[schema(example = "acme-hvac")]
    pub tenant: Option<String>,
    /// Whether a second token is stored, during a rotation.
    #[schema(example = false)]
    pub has_secondary: bool,
    /// When it was stored.
    #[schema(example = "2026-11-02T15:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When a token last changed.
    #[schema(example = "2026-11-02T15:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// The tokens after a change.
#[derive(Debug)]
pub struct NewTokens {
    /// None: stays.
    pub primary: Option<AuthToken>,
    /// May be cleared.
    pub secondary: Change<AuthToken>,
}

/// The accounts whose SID comes after this one, by SID, at most `limit`.
pub async fn page(
    connection: &mut OperatorConnection,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ListedAccount>, sqlx::Error> {
    sqlx::query_as!(
        ListedAccount,
        r#"SELECT account_sid AS "account_sid!", tenant, has_secondary AS "has_secondary!", created_at AS "created_at!",
                  updated_at AS "updated_at!"
             FROM switchboard.list_twilio_accounts_after(NULL, $1, $2)"#,
        after,
        limit
    )
    .fetch_all(connection.connection())
    .await
}

/// The account of this SID.
pub async fn account(
    connection: &mut OperatorConnection,
    sid: &AccountSid,
) -> Result<Option<ListedAccount>, sqlx::Error> {
    sqlx::query_as!(
        ListedAccount,
        r#"SELECT account_sid AS "account_sid!", tenant, has_secondary AS "has_secondary!", created_at AS "created_at!",
                  updated_at AS "updated_at!"
             FROM switchboard.list_twilio_accounts_after($1, NULL, 1)"#,
        sid.as_str()
    )
    .fetch_optional(connection.connection())
    .await
}

/// Stores a new account. One that is there already breaks `twilio_accounts_pkey`.
pub async fn add(
    connection: &mut OperatorConnection,
    ring: &KeyRing,
    sid: &AccountSid,
    owner: Option<TenantId>,
    primary: &AuthToken,
    secondary: Option<&AuthToken>,
    now: DateTime<Utc>,
) -> Result<(), DirectoryError> {
    let primary = seal(ring, sid, TokenSlot::Primary, primary)?;
    let secondary = secondary.map(|token| seal(ring, sid, TokenSlot::Secondary, token)).transpose()?;
    sqlx::query!(
        "SELECT switchboard.add_twilio_account($1, $2, $3, $4, $5)",
        sid.as_str(),
        owner.map(TenantId::as_uuid),
        primary,
        secondary,
        now
    )
    .execute(connection.connection())
    .await?;
    Ok(())
}

/// Replaces tokens. False where there is no such account.
pub async fn change(
    connection: &mut OperatorConnection,
    ring: &KeyRing,
    sid: &AccountSid,
    tokens: NewTokens,
    now: DateTime<Utc>,
) -> Result<bool, DirectoryError> {
    let primary = tokens.primary.map(|token| seal(ring, sid, TokenSlot::Primary, &token)).transpose()?;
    let (keeps_secondary, secondary) = match tokens.secondary {
        Change::Keep => (true, None),
        Change::Clear => (false, None),
        Change::Set(token) => (false, Some(seal(ring, sid, TokenSlot::Secondary, &token)?)),
    };
    let found = sqlx::query_scalar!(
        r#"SELECT switchboard.change_twilio_account($1, $2, $3, $4, $5) AS "found!""#,
        sid.as_str(),
        primary,
        keeps_secondary,
        secondary,
        now
    )
    .fetch_one(connection.connection())
    .await?;
    Ok(found)
}

fn seal(ring: &KeyRing, sid: &AccountSid, slot: TokenSlot, token: &AuthToken) -> Result<String, CannotSeal> {
    ring.seal(token.reveal(), Place { row: sid.as_str(), column: slot.column() })
}
