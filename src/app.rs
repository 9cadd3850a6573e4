//! The parts, put together: settings in, a running server out.
//!
//! Promises: production and tests start through here. A server that stops has finished what it began: requests first,
//! then the work that outlives them, then the connections.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::calls::backlog::Backlog;
use crate::calls::{CallDesk, clearing, sweep};
use crate::clock::Clock;
use crate::figures::{Figures, NoFigures};
use crate::http::metrics::{self, Observed};
use crate::http::server::{Limits, Listening};
use crate::http::{Doors, Health, Manual, openapi, router};
use crate::schema;
use crate::tenancy::account::Account;
use crate::tenancy::database::PoolSizes;
use crate::tenancy::directory::DirectoryError;
use crate::tenancy::secrets::KeyRing;
use crate::tenancy::{
    AccountDirectory, ApiDoor, Database, LastKnownSettings, OutageGuard, RefusalDoctor, TwilioDoor,
};
use crate::twilio::public_url::{InvalidPublicBaseUrl, PublicBaseUrl};
use crate::twilio_api::TwilioApi;

/// Whoever doesn't take our goodbye by then never will: the database, and who fetches figures.
const GOODBYE: Duration = Duration::from_secs(1);

/// What a server is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The database. Its schema must be the target already.
    pub database: PgConnectOptions,
    /// How many connections.
    pub pools: PoolSizes,
    /// What Twilio calls. Empty: the address that we listen on.
    pub public_urls: Vec<PublicBaseUrl>,
    /// The agency's own account.
    pub environment_account: Option<Account>,
    /// Where Twilio's REST interface is, if not where it always is.
    pub twilio_api: Option<PublicBaseUrl>,
    /// Opens stored tokens.
    pub key_ring: Option<KeyRing>,
    /// What clients may ask of it.
    pub limits: Limits,
    /// The time.
    pub clock: Clock,
}

/// Why a server doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be reached, or refuses us.
    #[error("the database can't be used: {0}")]
    Database(#[from] sqlx::Error),
    /// Accounts or tokens can't be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The figures can't be kept.
    #[error(transparent)]
    Figures(#[from] NoFigures),
    /// The address that we listen on makes no URL.
    #[error("no public URL could be made of the address: {0}; set PUBLIC_BASE_URL")]
    PublicUrl(#[from] InvalidPublicBaseUrl),
    /// The listener has no address.
    #[error("the listener failed: {0}")]
    Listener(#[from] io::Error),
}

/// Everything but the listener: what a request goes through.
#[derive(Debug)]
pub struct App {
    /// Answers requests.
    pub router: Router,
    /// What the router works with.
    pub doors: Doors,
    tasks: TaskTracker,
    clearing: Clearing,
    limits: Limits,
}

/// The task that clears the backlog.
#[derive(Debug, Default)]
struct Clearing {
    task: TaskTracker,
    stop: CancellationToken,
}

impl Clearing {
    fn start(desk: &CallDesk) -> Self {
        let clearing = Self::default();
        clearing.task.spawn(clearing::clear(desk.clone(), clearing.stop.clone()));
        clearing.task.close();
        clearing
    }

    async fn finish(&self) {
        self.stop.cancel();
        self.task.wait().await;
    }
}

impl App {
    /// Connects, loads what must be in memory, and puts the doors in. `address` is what we listen on.
    pub async fn build(parts: Parts, address: SocketAddr) -> Result<Self, StartError> {
        let database = Database::new(&parts.database, parts.pools);
        database.warm_up().await?;
        let public_urls = match parts.public_urls {
            urls if urls.is_empty() => vec![loopback_url(address)?],
            urls => urls,
        };
        let tasks = TaskTracker::new();
        let accounts = AccountDirectory::load(
            database.clone(),
            parts.environment_account,
            parts.key_ring,
            tasks.clone(),
            parts.clock.clone(),
        )
        .await?;
        let last_known = Arc::new(LastKnownSettings::load(&database).await?);
        let public_url = public_urls.first().cloned().map_or_else(|| loopback_url(address), Ok)?;
        let calls = CallDesk {
            database: database.clone(),
            guard: OutageGuard::new(parts.clock.clone()),
            figures: Figures::new()?,
            last_known: Arc::clone(&last_known),
            public_url,
            backlog: Backlog::default(),
            tasks: tasks.clone(),
            clock: parts.clock.clone(),
        };
        let accounts = Arc::new(accounts);
        let doors = Doors {
            twilio_api: TwilioApi::new(parts.twilio_api.as_ref(), Arc::clone(&accounts)),
            twilio: TwilioDoor {
                public_urls: public_urls.into(),
                accounts,
                doctor: RefusalDoctor::new(parts.clock.clone()),
            },
            api: ApiDoor {
                database,
                clock: parts.clock,
                tasks: tasks.clone(),
                last_known,
                brake: Arc::default(),
            },
            health: Health::new(&calls, schema::latest_version()),
            manual: Manual::of(openapi),
            calls,
        };
        let (clearing, limits) = (Clearing::start(&doors.calls), parts.limits);
        Ok(Self { router: router(doors.clone(), limits.body), doors, tasks, clearing, limits })
    }

    /// Waits for the work that outlives its request, and gives the connections back; for a limited time, because a
    /// database that says nothing would hold both up for ever.
    pub async fn finish(&self) {
        self.tasks.close();
        let finished = async {
            // First: while it works, it begins tasks.
            self.clearing.finish().await;
            self.tasks.wait().await;
        };
        if tokio::time::timeout(self.limits.finish, finished).await.is_err() {
            let (left, waiting) = (self.tasks.len(), *self.doors.calls.backlog.waiting().borrow());
            tracing::error!(
                left,
                ?waiting,
                "stopping without some work that should have outlived its request"
            );
        }
        if tokio::time::timeout(GOODBYE, self.doors.calls.database.close()).await.is_err() {
            tracing::warn!("the database did not take our goodbye");
        }
    }
}

/// What Twilio would call on this machine alone.
fn loopback_url(address: SocketAddr) -> Result<PublicBaseUrl, InvalidPublicBaseUrl> {
    PublicBaseUrl::parse(&format!("http://127.0.0.1:{}", address.port()))
}

/// A server that answers.
#[derive(Debug)]
pub struct RunningServer {
    /// What it is made of.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    listening: Listening,
    metrics: Option<Listening>,
    upkeep: CancellationToken,
}

impl RunningServer {
    /// Starts to answer on the listener.
    pub async fn start(parts: Parts, listener: TcpListener) -> Result<Self, StartError> {
        let address = listener.local_addr()?;
        let app = App::build(parts, address).await?;
        let listening = Listening::start(listener, app.router.clone(), &app.limits)?;
        let upkeep = CancellationToken::new();
        let (desk, twilio) = (app.doors.calls.clone(), app.doors.twilio_api.clone());
        app.tasks.spawn(sweep::keep_up(desk, twilio, upkeep.clone()));
        app.tasks.spawn(metrics::keep_up(app.doors.calls.figures.clone(), upkeep.clone()));
        Ok(Self { app, address, listening, metrics: None, upkeep })
    }

    /// Shows the figures on a listener of their own.
    pub fn show_metrics(&mut self, listener: TcpListener) -> io::Result<()> {
        let desk = &self.app.doors.calls;
        let observed = Observed {
            figures: desk.figures.clone(),
            database: desk.database.clone(),
            guard: desk.guard.clone(),
            backlog: desk.backlog.clone(),
        };
        self.metrics = Some(Listening::start(listener, metrics::router(observed), &self.app.limits)?);
        Ok(())
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// Says that no callers should be sent here, takes no new connections, finishes what is under way: within the limits.
    pub async fn stop(self) {
        self.app.doors.health.drain();
        self.listening.stop(self.app.limits.drain).await;
        self.upkeep.cancel();
        if let Some(metrics) = self.metrics {
            metrics.stop(GOODBYE).await;
        }
        self.app.finish().await;
    }
}
