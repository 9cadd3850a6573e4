//! Twilio accounts over HTTP, for operators: `/api/v1/accounts` and `/api/v1/accounts/{account_sid}`.
//!
//! Promises: tokens are written and never shown; a new token is good at once on this server, and within seconds on others.
//! Doesn't: move an account to another tenant, which would hand its calls to somebody else.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use crate::tenancy::account_tokens::{self, ListedAccount, NewTokens};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::directory::DirectoryError;
use crate::tenancy::secrets::KeyRing;
use crate::tenancy::{ApiDoor, Once, TenantScope, TwilioDoor, VerifiedOperator};
use crate::tenants;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;
use crate::web::json_fields::JsonFields;
use crate::web::keyed_json::{JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{QueryReader, one_more, read_name_cursor, unknown_parameter};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    limit: Option<String>,
    cursor: Option<String>,
}

/// Lists the stored accounts by SID. The agency's own one of the environment is not stored.
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Page<ListedAccount, NameCursor>>, Problem> {
    let Query(parameters) = parameters.map_err(|rejection| unknown_parameter(&rejection))?;
    let mut reader = QueryReader::default();
    let after = reader.parsed("cursor", parameters.cursor.as_deref(), read_name_cursor);
    let limit = reader.limit(parameters.limit.as_deref());
    reader.finish()?;
    let mut connection = door.database.operator(operator).await?;
    let after = after.as_ref().map(NameCursor::name);
    let accounts = account_tokens::page(&mut connection, after, one_more(limit)).await?;
    Ok(Json(Page::cut(accounts, limit, |account| NameCursor::after(&account.account_sid))))
}

/// Stores an account with its tokens.
pub async fn create(
    State(door): State<ApiDoor>,
    State(twilio): State<TwilioDoor>,
    operator: VerifiedOperator,
    KeyedJson { key, mut fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let owner = tenants::body::named(&mut fields, &door.database, operator).await?;
    let sid = fields.required("account_sid", read_sid);
    let primary = fields.required("auth_token", read_token);
    let secondary = fields.optional("secondary_auth_token", read_token);
    let (sid, primary) = fields.finish(sid.zip(primary))?;
    let ring = sealing_keys(&twilio)?;
    let owner = owner.map(|scope: TenantScope| scope.tenant_id());
    let once = Once::of_operator(operator, key);
    let mut connection = door.database.begin_operator(operator).await?;
    if let Some(answer) = once.earlier_answer(connection.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    account_tokens::add(&mut connection, ring, &sid, owner, &primary, secondary.as_ref(), door.clock.now())
        .await
        .map_err(refused)?;
    let made = account_tokens::account(&mut connection, &sid).await?.ok_or_else(Problem::internal)?;
    let answer = JsonAnswer::created(&made)?;
    once.keep(connection.connection(), &answer).await?;
    connection.commit().await?;
    twilio.accounts.read_again(&sid).await;
    Ok(answer)
}

/// Shows one account.
pub async fn show(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(sid): Path<String>,
) -> Result<Json<ListedAccount>, Problem> {
    let sid = in_path(&sid)?;
    let mut connection = door.database.operator(operator).await?;
    Ok(Json(account_tokens::account(&mut connection, &sid).await?.ok_or_else(Problem::not_found)?))
}

/// Replaces tokens. `"secondary_auth_token": null` ends a rotation.
pub async fn change(
    State(door): State<ApiDoor>,
    State(twilio): State<TwilioDoor>,
    operator: VerifiedOperator,
    Path(sid): Path<String>,
    mut fields: JsonFields,
) -> Result<Json<ListedAccount>, Problem> {
    let sid = in_path(&sid)?;
    let primary = fields.replaced("auth_token", read_token);
    let secondary = fields.change("secondary_auth_token", read_token);
    fields.finish(Some(()))?;
    let ring = sealing_keys(&twilio)?;
    let tokens = NewTokens { primary, secondary };
    let mut connection = door.database.begin_operator(operator).await?;
    let found = account_tokens::change(&mut connection, ring, &sid, tokens, door.clock.now())
        .await
        .map_err(refused)?;
    if !found {
        return Err(Problem::not_found());
    }
    let changed = account_tokens::account(&mut connection, &sid).await?.ok_or_else(Problem::internal)?;
    connection.commit().await?;
    twilio.accounts.read_again(&sid).await;
    Ok(Json(changed))
}

fn sealing_keys(twilio: &TwilioDoor) -> Result<&KeyRing, Problem> {
    let detail = "Tokens are stored encrypted, and this server has no key: set SWITCHBOARD_ENCRYPTION_KEYS.";
    twilio.accounts.key_ring().ok_or_else(|| Problem::conflict("auth_token", detail))
}

fn refused(error: DirectoryError) -> Problem {
    match error {
        DirectoryError::Database(error) if broken_constraint(&error) == Some("twilio_accounts_pkey") => {
            Problem::conflict("account_sid", "The account is stored already. PATCH it to replace its tokens.")
        }
        DirectoryError::Database(error) => error.into(),
        error @ (DirectoryError::Token { .. }
        | DirectoryError::NoKeyRing
        | DirectoryError::WrongKeyRing(_)
        | DirectoryError::CannotSeal(_)) => {
            tracing::error!(%error, "a token could not be stored");
            Problem::internal()
        }
    }
}

fn in_path(text: &str) -> Result<AccountSid, Problem> {
    AccountSid::parse(text).map_err(|_| Problem::not_found())
}

fn read_sid(text: &str) -> Result<AccountSid, String> {
    AccountSid::parse(text).map_err(|error| error.to_string())
}

fn read_token(text: &str) -> Result<AuthToken, String> {
    AuthToken::parse(text.trim()).map_err(|error| error.to_string())
}
