//! The pools: the only connections to the database that the server has.
//!
//! Promises: every connection works as `switchboard_app`, which row-level security binds; a login that would slip past it
//! is refused when it connects. A connection is handed out against a proof only.
//! Doesn't: migrate; that needs another role and has connections of its own.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, Postgres};

use super::ids::TenantId;
use super::scope::{TenantScope, VerifiedOperator};
use super::tenant_tx::TenantTx;
use super::twilio_request::VerifiedTwilioRequest;

/// How long a webhook waits for a connection: Twilio's caller is listening to silence meanwhile.
const WEBHOOK_WAIT: Duration = Duration::from_millis(500);
/// How long a report waits for a connection.
const REPORT_WAIT: Duration = Duration::from_secs(3);
/// A statement of ours that takes longer has lost its way; PostgreSQL ends it.
const STATEMENT_TIMEOUT: &str = "5s";

/// How many connections each pool may open.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    /// For webhooks.
    pub webhooks: u32,
    /// For everything else.
    pub reports: u32,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { webhooks: 16, reports: 8 }
    }
}

/// The database, as the server may use it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    /// Small and kept warm: a slow report can't take a caller's connection.
    webhooks: PgPool,
    reports: PgPool,
}

/// A connection of a webhook whose signature was checked: the only way to the ingest function.
#[derive(Debug)]
pub struct IngestConnection(PoolConnection<Postgres>);

/// A connection of an operator, for the functions that look across tenants.
#[derive(Debug)]
pub struct OperatorConnection(PoolConnection<Postgres>);

impl Database {
    /// Opens nothing yet: the first use connects.
    #[must_use]
    pub fn new(options: &PgConnectOptions, sizes: PoolSizes) -> Self {
        let options = options
            .clone()
            .application_name("switchboard")
            .options([("role", ROLE), ("statement_timeout", STATEMENT_TIMEOUT)]);
        let pool = |size: u32, wait: Duration| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(wait)
                // A ping before each use would double the round trips of a call. A stale connection fails its first
                // statement, and the caller hears the answer from memory.
                .test_before_acquire(false)
                .after_connect(|connection, _| Box::pin(bind_to_row_security(connection)))
                .connect_lazy_with(options.clone())
        };
        Self { webhooks: pool(sizes.webhooks, WEBHOOK_WAIT), reports: pool(sizes.reports, REPORT_WAIT) }
    }

    /// A transaction for one tenant.
    pub async fn begin(&self, scope: TenantScope) -> Result<TenantTx, sqlx::Error> {
        TenantTx::begin(&self.reports, scope).await
    }

    /// A transaction for a tenant that doesn't exist yet, in which it can be made.
    pub async fn begin_new_tenant(&self, _: VerifiedOperator) -> Result<TenantTx, sqlx::Error> {
        TenantTx::begin(&self.reports, TenantScope::proven(TenantId::new())).await
    }

    /// A connection for the event of a verified webhook.
    pub async fn ingest(&self, _: &VerifiedTwilioRequest) -> Result<IngestConnection, sqlx::Error> {
        self.webhooks.acquire().await.map(IngestConnection)
    }

    /// A connection for what spans tenants.
    pub async fn operator(&self, _: VerifiedOperator) -> Result<OperatorConnection, sqlx::Error> {
        self.reports.acquire().await.map(OperatorConnection)
    }

    /// For `tenancy/` itself: what must be found before anybody has proved anything (tokens, keys, routes).
    pub(super) async fn directory(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.reports.acquire().await
    }

    /// Whether the database answers at all, through the pool that callers depend on.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.webhooks).await.map(drop)
    }

    /// Opens a connection of each pool, so that the first caller doesn't wait for it and a refusal shows at start.
    pub async fn warm_up(&self) -> Result<(), sqlx::Error> {
        // A pool tries a refused connection again until its patience ends, and says only that it waited in vain.
        let mut first = PgConnection::connect_with(&self.webhooks.connect_options()).await?;
        bind_to_row_security(&mut first).await?;
        first.close().await?;
        self.ping().await?;
        self.reports.acquire().await.map(drop)
    }

    /// Gives all connections back. Nothing can be asked afterwards.
    pub async fn close(&self) {
        self.webhooks.close().await;
        self.reports.close().await;
    }
}

impl IngestConnection {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Throws the connection away: an answer that came too late must not be read as the next one's.
    pub(super) async fn discard(self) {
        // It is broken or busy; that closing it fails as well tells nothing new.
        let _ = self.0.close().await;
    }
}

impl OperatorConnection {
    /// The connection, for a store function's one statement.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// The role that all work is done as. It owns nothing, and row-level security binds it.
const ROLE: &str = "switchboard_app";

/// Some proxies drop the start-up option `role`; then it is set here. Ends the connection where the role is not what it
/// must be: on several hosted services the default login passes every policy without a word.
async fn bind_to_row_security(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let current = sqlx::query_scalar!("SELECT current_user::text").fetch_one(&mut *connection).await?;
    if current.as_deref() != Some(ROLE) {
        sqlx::query!("SET ROLE switchboard_app").execute(&mut *connection).await?;
    }
    let slips_past = sqlx::query_scalar!(
        r#"SELECT rolsuper OR rolbypassrls AS "slips_past!" FROM pg_roles WHERE rolname = current_user"#
    )
    .fetch_one(connection)
    .await?;
    if slips_past {
        return Err(sqlx::Error::Configuration(
            "the role switchboard_app passes row-level security; run: ALTER ROLE switchboard_app NOSUPERUSER NOBYPASSRLS".into(),
        ));
    }
    Ok(())
}
