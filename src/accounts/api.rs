//! Twilio accounts over HTTP, for operators: `/api/v1/accounts` and `/api/v1/accounts/{account_sid}`.
//!
//! Promises: tokens are written and never shown; a new token is good at once on this server, and within seconds on others.
//! Doesn't: move an account to another tenant, which would hand its calls to somebody else.

use axum::Json;
use axum::extract::{Path, State};
use utoipa::ToSchema;

use crate::tenancy::account_tokens::{self, ListedAccount, NewTokens};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::directory::DirectoryError;
use crate::tenancy::secrets::KeyRing;
use crate::tenancy::{ApiDoor, Once, TenantScope, TwilioDoor, VerifiedOperator};
use crate::tenants;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;
use crate::web::json_fields::JsonFields;
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{NameListParameters, Parameters};

/// An account and its tokens.
#[derive(ToSchema)]
pub struct NewAccountBody {
    /// The account's SID.
    #[schema(pattern = "^AC[0-9a-f]{32}$", example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// The short name of the tenant that the account may call. Missing: the account is the agency's own, and may call all.
    #[schema(nullable = false, example = "acme-hvac")]
    pub tenant: Option<String>,
    /// The primary auth token of Twilio's console.
    #[schema(min_length = 1, example = "0123456789abcdef0123456789abcdef")]
    pub auth_token: String,
    /// The second token of a rotation.
    #[schema(min_length = 1, example = "fedcba9876543210fedcba9876543210")]
    pub secondary_auth_token: Option<String>,
}

/// The tokens that change.
#[derive(ToSchema)]
pub struct AccountChangeBody {
    /// The new primary auth token.
    #[schema(nullable = false, min_length = 1, example = "fedcba9876543210fedcba9876543210")]
    pub auth_token: Option<String>,
    /// The second token of a rotation; null ends the rotation.
    #[schema(min_length = 1, example = json!(null))]
    pub secondary_auth_token: Option<String>,
}

/// A page of accounts.
pub type AccountPage = Page<ListedAccount, NameCursor>;

/// Lists the stored Twilio accounts by SID.
///
/// The account of the setting `TWILIO_ACCOUNT_SID` is not stored, and not listed.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    operation_id = "list_accounts",
    tag = "Accounts",
    params(NameListParameters),
    responses((status = 200, description = "A page of accounts.", body = AccountPage)),
    security(("operator_key" = []))
)]
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Parameters(parameters): Parameters<NameListParameters>,
) -> Result<Json<AccountPage>, Problem> {
    let page = parameters.read()?;
    let mut connection = door.database.operator(operator).await?;
    let accounts = account_tokens::page(&mut connection, page.after(), page.one_more()).await?;
    Ok(page.cut(accounts, |account| &account.account_sid))
}

/// Stores a Twilio account with its tokens.
///
/// The tokens are stored encrypted and never shown. They are good at once on the server that took them, and within
/// seconds on others.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    operation_id = "store_account",
    tag = "Accounts",
    params(IdempotencyKey),
    request_body = NewAccountBody,
    responses(
        (status = 201, description = "The account is stored.", body = ListedAccount),
        (status = 409, description = "The account is stored already, or the server has no `SWITCHBOARD_ENCRYPTION_KEYS`."),
    ),
    security(("operator_key" = []))
)]
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

/// Shows one Twilio account, without its tokens.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{account_sid}",
    operation_id = "show_account",
    tag = "Accounts",
    params(("account_sid" = String, Path, description = "The account's SID.", example = "AC22222222222222222222222222222222")),
    responses((status = 200, description = "The account.", body = ListedAccount)),
    security(("operator_key" = []))
)]
pub async fn show(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(sid): Path<String>,
) -> Result<Json<ListedAccount>, Problem> {
    let sid = in_path(&sid)?;
    let mut connection = door.database.operator(operator).await?;
    Ok(Json(account_tokens::account(&mut connection, &sid).await?.ok_or_else(Problem::not_found)?))
}

/// Replaces the tokens of a Twilio account.
///
/// To rotate without a refused call: store the new token as `secondary_auth_token`, promote it in Twilio's console, then
/// send it as `auth_token` with `"secondary_auth_token": null`.
#[utoipa::path(
    patch,
    path = "/api/v1/accounts/{account_sid}",
    operation_id = "change_account",
    tag = "Accounts",
    params(("account_sid" = String, Path, description = "The account's SID.", example = "AC22222222222222222222222222222222")),
    request_body = AccountChangeBody,
    responses(
        (status = 200, description = "The account after the change.", body = ListedAccount),
        (status = 409, description = "The server has no `SWITCHBOARD_ENCRYPTION_KEYS`."),
    ),
    security(("operator_key" = []))
)]
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
