//! A transaction that sees one tenant.
//!
//! Promises: the tenant was set before the first statement, in this transaction alone; what isn't committed is undone.

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::ids::TenantId;
use super::scope::TenantScope;

/// A transaction under row-level security for one tenant. Store functions take it as their first argument.
#[derive(Debug)]
pub struct TenantTx {
    transaction: Transaction<'static, Postgres>,
    tenant: TenantId,
}

impl TenantTx {
    pub(super) async fn begin(pool: &PgPool, scope: TenantScope) -> Result<Self, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        let tenant = scope.tenant_id();
        sqlx::query!("SELECT switchboard.set_tenant($1)", tenant.as_uuid())
            .execute(&mut *transaction)
            .await?;
        Ok(Self { transaction, tenant })
    }

    /// The tenant, for the `tenant_id = $1` that stands in every statement on tenant data.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// The connection, for a store function's one statement.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes what was written last.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }
}
