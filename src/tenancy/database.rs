//! The pools: the only connections to the database that the server has.
//!
//! Promises: every connection works as `switchboard_app`, which row-level security binds; a login that would slip past it
//! is refused when it connects. A connection is handed out against a proof only.
//! Doesn't: migrate; that needs another role and has connections of its own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Transaction};

use super::ids::TenantId;
use super::ingest::{IngestError, Told};
use super::scope::{TenantScope, VerifiedOperator};
use super::shared_trips::{SharedTrips, Trip};
use super::tenant_tx::TenantTx;
use super::webhook_connections::{Doubt, IngestConnection, WEBHOOK_WAIT, WebhookConnections};

/// How long a report waits for a connection.
const REPORT_WAIT: Duration = Duration::from_secs(3);
/// A statement of ours that takes longer has lost its way; PostgreSQL ends it.
const STATEMENT_TIMEOUT: &str = "5s";
/// A connection that lay idle and doesn't answer within this time is not worth waiting for: a new one is opened.
const PROBE_WAIT: Duration = Duration::from_millis(200);
/// A connection that was given back in the middle of a statement has this long to come to its end; then a new one is
/// cheaper.
const RETURN_WAIT: Duration = Duration::from_secs(1);

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

/// The connections of a pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolUsage {
    /// All that are open.
    pub open: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
}

/// The database, as the server may use it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    /// Small and kept warm: a slow report can't take a caller's connection.
    webhooks: WebhookConnections,
    trips: SharedTrips,
    reports: PgPool,
    doubt: Doubt,
}

/// A connection of an operator, for the functions that look across tenants.
#[derive(Debug)]
pub struct OperatorConnection(Held);

#[derive(Debug)]
enum Held {
    /// Each statement stands for itself.
    Plain(PoolConnection<Postgres>),
    /// All statements or none.
    InTransaction(Transaction<'static, Postgres>),
}

impl Database {
    /// Opens nothing yet: the first use connects.
    #[must_use]
    pub fn new(options: &PgConnectOptions, sizes: PoolSizes) -> Self {
        let options = options.clone().application_name("switchboard").options([
            ("role", ROLE),
            ("statement_timeout", STATEMENT_TIMEOUT),
            // Our statements name every schema. What other programs put into theirs is never called by accident.
            ("search_path", "pg_catalog,pg_temp"),
        ]);
        let doubt = Doubt::default();
        // A probe before each use would double the round trips of a call; without doubt, none is made.
        let webhooks = pool_options(sizes.webhooks, WEBHOOK_WAIT, Probe::InDoubt(doubt.clone()));
        let reports = pool_options(sizes.reports, REPORT_WAIT, Probe::Always);
        let webhooks = webhooks.connect_lazy_with(options.clone());
        let webhooks = WebhookConnections::of(webhooks, sizes.webhooks, doubt.clone());
        Self {
            trips: SharedTrips::on(webhooks.clone()),
            webhooks,
            reports: reports.connect_lazy_with(options),
            doubt,
        }
    }

    /// A connection was just lost or fell silent, so those that lie idle may be no better: each is probed before its next
    /// use.
    pub fn doubt_idle_connections(&self) {
        self.doubt.cast();
    }

    /// A transaction for one tenant.
    pub async fn begin(&self, scope: TenantScope) -> Result<TenantTx, sqlx::Error> {
        TenantTx::begin(&self.reports, scope).await
    }

    /// A transaction for a tenant that doesn't exist yet, in which it can be made.
    pub async fn begin_new_tenant(&self, _: VerifiedOperator) -> Result<TenantTx, sqlx::Error> {
        TenantTx::begin(&self.reports, TenantScope::proven(TenantId::new())).await
    }

    /// Writes what a verified webhook told, as soon as there is a connection. An error: the database was not asked, or
    /// nobody knows what it said.
    pub async fn ingest(&self, told: Arc<Told>) -> Result<Trip, IngestError> {
        self.trips.write(told).await
    }

    /// For `tenancy/` itself: what is written after an answer, each under a tenant that was proved by then.
    pub(super) async fn behind_the_answers(&self) -> Result<IngestConnection, sqlx::Error> {
        self.webhooks.take().await
    }

    /// A connection for what spans tenants.
    pub async fn operator(&self, _: VerifiedOperator) -> Result<OperatorConnection, sqlx::Error> {
        self.reports.acquire().await.map(Held::Plain).map(OperatorConnection)
    }

    /// The same in a transaction: what isn't committed is undone.
    pub async fn begin_operator(&self, _: VerifiedOperator) -> Result<OperatorConnection, sqlx::Error> {
        self.reports.begin().await.map(Held::InTransaction).map(OperatorConnection)
    }

    /// For `tenancy/` itself: what must be found before anybody has proved anything (tokens, keys, routes).
    pub(super) async fn directory(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.reports.acquire().await
    }

    /// Whether the database answers at all, through the pool that callers depend on.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.webhooks.take().await?;
        sqlx::query!("SELECT 1 AS one").fetch_one(connection.connection()).await?;
        connection.keep();
        Ok(())
    }

    /// Opens a connection of each pool, so that the first caller doesn't wait for it and a refusal shows at start.
    pub async fn warm_up(&self) -> Result<(), sqlx::Error> {
        // A pool tries a refused connection again until its patience ends, and says only that it waited in vain.
        let mut first = PgConnection::connect_with(&self.webhooks.pool().connect_options()).await?;
        bind_to_row_security(&mut first).await?;
        first.close().await?;
        self.ping().await?;
        self.reports.acquire().await.map(drop)
    }

    /// How many connections each pool has now, under the pool's name.
    #[must_use]
    pub fn pool_usage(&self) -> [(&'static str, PoolUsage); 2] {
        let usage = |open, idle: usize| PoolUsage { open, idle: u32::try_from(idle).unwrap_or(u32::MAX) };
        [
            ("webhooks", usage(self.webhooks.pool().size(), self.webhooks.idle())),
            ("reports", usage(self.reports.size(), self.reports.num_idle())),
        ]
    }

    /// Gives all connections back. Nothing can be asked afterwards.
    pub async fn close(&self) {
        self.webhooks.close().await;
        self.reports.close().await;
    }
}

impl OperatorConnection {
    /// The connection, for a store function's one statement.
    pub fn connection(&mut self) -> &mut PgConnection {
        match &mut self.0 {
            Held::Plain(connection) => connection,
            Held::InTransaction(transaction) => transaction,
        }
    }

    /// Makes what was written in a transaction last; without one, it lasts already.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.0 {
            Held::Plain(_) => Ok(()),
            Held::InTransaction(transaction) => transaction.commit().await,
        }
    }
}

/// Which idle connections are probed before they are used, and for what.
#[derive(Clone, Debug)]
enum Probe {
    /// Whether they answer: a report may read from a server that takes no writes.
    Always,
    /// Whether they take writes, once there is doubt.
    InDoubt(Doubt),
}

impl Probe {
    async fn passes(&self, connection: &mut PgConnection, idle_for: Duration) -> Result<bool, sqlx::Error> {
        match self {
            Self::Always => within(PROBE_WAIT, answers(connection)).await,
            Self::InDoubt(doubt) if doubt.concerns(idle_for) => {
                within(PROBE_WAIT, takes_writes(connection)).await
            }
            Self::InDoubt(_) => Ok(true),
        }
    }
}

fn pool_options(size: u32, wait: Duration, probe: Probe) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(wait)
        .test_before_acquire(false)
        .before_acquire(move |connection, lying| {
            let probe = probe.clone();
            Box::pin(async move { probe.passes(connection, lying.idle_for).await })
        })
        // sqlx waits without an end for a connection that comes back; one that fell silent would keep its place for ever.
        .after_release(|connection, _| Box::pin(within(RETURN_WAIT, answers(connection))))
        .after_connect(|connection, _| Box::pin(bind_to_row_security(connection)))
}

/// An error closes the connection at once; `false` would say goodbye first, to somebody who doesn't listen.
async fn within(
    wait: Duration,
    answer: impl Future<Output = Result<bool, sqlx::Error>>,
) -> Result<bool, sqlx::Error> {
    let silent = |_| sqlx::Error::Io(io::ErrorKind::TimedOut.into());
    tokio::time::timeout(wait, answer).await.map_err(silent)?
}

async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    connection.ping().await.map(|()| true)
}

/// After a failover, connections to the former primary answer, and can't write.
async fn takes_writes(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT current_setting('transaction_read_only') = 'off' AS "takes_writes!""#)
        .fetch_one(connection)
        .await
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
