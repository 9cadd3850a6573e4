//! The proofs of who somebody is.
//!
//! Promises: none of these can be made outside `tenancy/` but by what really proves it.

use sqlx::postgres::PgConnectOptions;

use super::ids::TenantId;

/// Somebody has shown that they act for this tenant: by a key of it, by a signed call to its number, or as an operator
/// who named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantScope {
    tenant: TenantId,
}

impl TenantScope {
    /// Only `tenancy/` makes one, right where the proof was checked.
    pub(super) fn proven(tenant: TenantId) -> Self {
        Self { tenant }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }
}

/// Somebody who may act across tenants: the agency's own people.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedOperator(());

impl VerifiedOperator {
    /// Whoever holds the options of a connection could open one by themselves and read everything: there is no more to
    /// prove. This is what the command line stands on; no request handler ever sees such options.
    #[must_use]
    pub fn holding(_: &PgConnectOptions) -> Self {
        Self(())
    }

    /// An operator key was checked.
    pub(super) fn by_key() -> Self {
        Self(())
    }
}
