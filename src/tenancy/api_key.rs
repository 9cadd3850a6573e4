//! Keys of the API: how they are made, stored and checked.
//!
//! Promises: a key is shown once; stored is its SHA-256, which is enough for 256 random bits. A key of a tenant opens that
//! tenant; an operator's key opens the tenant that the request names.
//! Doesn't: slow down guessing yet; a guess has one chance in 2²⁵⁶.

use std::fmt;

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::database::{Database, OperatorConnection};
use super::directory;
use super::scope::{TenantScope, VerifiedOperator};
use super::tenant_tx::TenantTx;
use crate::clock::Clock;
use crate::web::problem::Problem;

/// The last use is noted at most this often.
const NOTE_PAUSE: TimeDelta = TimeDelta::minutes(1);
const PREFIX_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;

/// Whose key it is; the key begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `sbt_…`
    Tenant,
    /// `sbo_…`
    Operator,
}

/// A new key. It is shown once and never stored.
pub struct PlainApiKey {
    prefix: String,
    whole: Zeroizing<String>,
}

/// The SHA-256 of a key.
pub struct HashedApiKey([u8; 32]);

/// The system has no random bytes to give.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

impl PlainApiKey {
    /// Makes a key of 256 random bits.
    pub fn generate(kind: KeyKind) -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0_u8; PREFIX_BYTES + SECRET_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(NoRandomness)?;
        let (for_prefix, for_secret) = bytes.split_at(PREFIX_BYTES);
        let kind = match kind {
            KeyKind::Tenant => "sbt",
            KeyKind::Operator => "sbo",
        };
        // Hexadecimal, so that the prefix holds no separator.
        let prefix = for_prefix.iter().fold(format!("{kind}_"), |text, byte| text + &format!("{byte:02x}"));
        let whole = Zeroizing::new(format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(for_secret)));
        Ok(Self { prefix, whole })
    }

    /// The key itself, for the one time that it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.whole
    }

    /// The part that may be shown.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    fn hashed(&self) -> HashedApiKey {
        HashedApiKey::of(&self.whole)
    }
}

impl fmt::Debug for PlainApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PlainApiKey({}_…)", self.prefix)
    }
}

impl HashedApiKey {
    fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    fn is(&self, stored: &[u8]) -> bool {
        self.0.as_slice().ct_eq(stored).into()
    }
}

/// Stores a key of the transaction's tenant.
pub async fn store_tenant_key(
    tx: &mut TenantTx,
    key: &PlainApiKey,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let hashed = key.hashed();
    sqlx::query!(
        "INSERT INTO switchboard.api_keys (tenant_id, id, prefix, secret_hash, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.tenant_id().as_uuid(),
        Uuid::now_v7(),
        key.prefix,
        hashed.0.as_slice(),
        name,
        now
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// Takes back the tenant's keys of this name.
pub async fn revoke_tenant_keys(
    tx: &mut TenantTx,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE switchboard.api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND name = $2 AND revoked_at IS NULL",
        tx.tenant_id().as_uuid(),
        name,
        now
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// Stores a key of an operator.
pub async fn store_operator_key(
    connection: &mut OperatorConnection,
    key: &PlainApiKey,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let hashed = key.hashed();
    sqlx::query!(
        "SELECT switchboard.put_operator_key($1, $2, $3, $4, $5)",
        Uuid::now_v7(),
        key.prefix,
        hashed.0.as_slice(),
        name,
        now
    )
    .execute(connection.connection())
    .await
    .map(drop)
}

/// What checking a key needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiDoor {
    /// Where keys are found.
    pub database: Database,
    /// For expiry and last use.
    pub clock: Clock,
    /// For noting the last use after the answer.
    pub tasks: TaskTracker,
}

enum Caller {
    Tenant(TenantScope),
    Operator(VerifiedOperator),
}

impl ApiDoor {
    async fn caller_of(&self, key: &str) -> Result<Caller, Problem> {
        // kind_id_secret; the secret may hold the separator itself.
        let prefix = match key.match_indices('_').nth(1) {
            Some((end, _)) => key.get(..end).unwrap_or_default(),
            None => return Err(Problem::unauthorized()),
        };
        let now = self.clock.now();
        let mut connection = self.database.directory().await?;
        let found = sqlx::query!(
            r#"SELECT tenant_id, secret_hash AS "secret_hash!", last_used_at FROM switchboard.find_key($1, $2)"#,
            prefix,
            now
        )
        .fetch_optional(&mut *connection)
        .await?;
        let presented = HashedApiKey::of(key);
        // A key that isn't there is compared as well, against nothing.
        let stored = found.as_ref().map_or(&[0_u8; 32][..], |found| found.secret_hash.as_slice());
        let matches = presented.is(stored);
        let Some(found) = found.filter(|_| matches) else { return Err(Problem::unauthorized()) };
        if found.last_used_at.is_none_or(|last| now - last >= NOTE_PAUSE) {
            self.note_use(prefix.to_owned(), now);
        }
        Ok(match found.tenant_id {
            Some(tenant) => Caller::Tenant(TenantScope::proven(tenant.into())),
            None => Caller::Operator(VerifiedOperator::by_key()),
        })
    }

    fn note_use(&self, prefix: String, now: DateTime<Utc>) {
        let database = self.database.clone();
        self.tasks.spawn(async move {
            let noted = async {
                let mut connection = database.directory().await?;
                sqlx::query!("SELECT switchboard.note_key_used($1, $2)", prefix, now)
                    .execute(&mut *connection)
                    .await
            };
            if let Err(error) = noted.await {
                tracing::warn!(%error, %prefix, "the last use of a key was not noted");
            }
        });
    }
}

#[derive(Deserialize)]
struct NamedTenant {
    tenant: Option<String>,
}

/// A request for a tenant's data: `Authorization: Bearer KEY`, and `?tenant=SLUG` if it is an operator's.
impl<S> FromRequestParts<S> for TenantScope
where
    S: Send + Sync,
    ApiDoor: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let door = ApiDoor::from_ref(state);
        let key = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| key.trim())
            .ok_or_else(Problem::unauthorized)?;
        let scope = match door.caller_of(key).await? {
            Caller::Tenant(scope) => scope,
            Caller::Operator(operator) => {
                let named =
                    Query::<NamedTenant>::try_from_uri(&parts.uri).ok().and_then(|query| query.0.tenant);
                let slug = named.ok_or_else(Problem::tenant_not_named)?;
                directory::scope_of_slug(&door.database, operator, &slug)
                    .await?
                    .ok_or_else(Problem::not_found)?
            }
        };
        tracing::Span::current().record("tenant", tracing::field::display(scope.tenant_id()));
        Ok(scope)
    }
}
