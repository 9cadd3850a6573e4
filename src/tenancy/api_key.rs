//! Keys of the API: how they are made and stored.
//!
//! Promises: a key is shown once and never printed otherwise; stored is its SHA-256, which is enough for 256 random bits.
//! Doesn't: check a key that somebody presents; [`ApiDoor`](super::ApiDoor) does.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::database::OperatorConnection;
use super::tenant_tx::TenantTx;

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
    pub(super) fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// The hash itself.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.0
    }

    /// Compared in constant time.
    pub(super) fn is(&self, stored: &[u8]) -> bool {
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
