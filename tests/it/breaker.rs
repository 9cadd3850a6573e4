//! The database keeps failing: it is left alone, asked again now and then, and used as soon as it is back. What could not
//! be written meanwhile is written then.

use axum::http::StatusCode;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::Connection as _;
use switchboard::tenancy::database::PoolSizes;

use crate::support::{Call, Line, OneFirm, Stage, TestApp};

const INGEST: &str = "switchboard.ingest_call_event";

impl OneFirm {
    /// A caller is forwarded, whatever is the matter.
    async fn is_forwarded(&self, number: u32) {
        let answer = self.app.post(&self.stage.agency.voice(&self.call(number))).await;
        assert!(answer.twiml().contains("+12145550199"), "{}", answer.text());
    }

    /// Three calls at once, none of which reaches the database.
    async fn three_calls_fail(&self) {
        tokio::join!(self.is_forwarded(1), self.is_forwarded(2), self.is_forwarded(3));
    }

    async fn breaker(&self) -> String {
        self.app.get("/health").await.json()["breaker"].as_str().unwrap().to_owned()
    }

    /// How often the database was asked to write since the last time.
    fn writes(&self) -> usize {
        self.wire.take_executions_of(INGEST)
    }

    /// As after a failover: the connections are gone, and the new ones take no writes.
    async fn may_only_be_read(&self) {
        let database = &self.stage.database;
        let ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                      WHERE datname = current_database() AND application_name = 'switchboard'";
        let name = database.name();
        database.run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on; {ended}")).await;
    }
}

#[tokio::test]
async fn after_three_failures_the_database_is_left_alone_for_a_second() {
    for away in [Line::Down, Line::Silent, Line::Slow] {
        let scene = OneFirm::new().await;
        scene.wire.set(away).await;
        scene.three_calls_fail().await;
        scene.wire.set(Line::Open).await;
        scene.app.finish_tasks().await;
        scene.writes();

        scene.is_forwarded(4).await;
        let status = scene.app.post(&scene.stage.agency.status(&scene.call(4), "completed", 3)).await;

        assert_eq!(status.status, StatusCode::SERVICE_UNAVAILABLE, "{away:?}");
        assert_eq!((scene.breaker().await.as_str(), scene.writes()), ("open", 0), "{away:?}");
    }
}

#[tokio::test]
async fn once_the_database_is_back_it_is_used_and_the_calls_of_the_outage_are_written() {
    for away in [Line::Down, Line::Silent, Line::Slow] {
        let scene = OneFirm::new().await;
        scene.wire.set(away).await;
        scene.three_calls_fail().await;
        scene.wire.set(Line::Open).await;
        scene.app.finish_tasks().await;

        scene.a_second_passes();
        scene.app.catch_up().await;
        scene.is_forwarded(4).await;
        let status = scene.app.post(&scene.stage.agency.status(&scene.call(4), "completed", 3)).await;

        assert_eq!(status.status, StatusCode::NO_CONTENT, "{away:?}");
        assert_eq!(scene.breaker().await, "closed", "{away:?}");
        assert_eq!(scene.stage.database.count("call_logs").await, 4, "{away:?}");
    }
}

#[tokio::test]
async fn a_database_that_may_only_be_read_is_as_good_as_away_until_it_may_be_written() {
    let scene = OneFirm::new().await;
    let (database, name) = (&scene.stage.database, scene.stage.database.name());

    scene.may_only_be_read().await;
    scene.three_calls_fail().await;
    let status = scene.app.post(&scene.stage.agency.status(&scene.call(1), "completed", 3)).await;
    let breaker = scene.breaker().await;
    database.run(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await;
    scene.a_second_passes();
    scene.app.catch_up().await;

    assert_eq!((status.status, breaker.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "open"));
    assert_eq!(scene.breaker().await, "closed");
    assert_eq!(database.count("call_logs").await, 3);
}

#[tokio::test]
async fn while_the_database_stays_away_one_attempt_a_second_is_made() {
    let scene = OneFirm::new().await;
    scene.may_only_be_read().await;
    scene.three_calls_fail().await;
    scene.app.finish_tasks().await;
    scene.writes();

    scene.a_second_passes();
    for number in 4..8 {
        scene.is_forwarded(number).await;
    }
    scene.app.finish_tasks().await;

    assert_eq!(scene.writes(), 2, "an attempt is made on two connections");
}

/// Processes that stand still, until the value is dropped.
struct Stopped(Vec<Pid>);

impl Stopped {
    fn all(pids: &[serde_json::Value]) -> Self {
        let pid = |row: &serde_json::Value| Pid::from_raw(row["pid"].as_i64().unwrap().try_into().unwrap());
        let stopped = Self(pids.iter().map(pid).collect());
        stopped.signal(Signal::SIGSTOP);
        stopped
    }

    fn signal(&self, signal: Signal) {
        for pid in &self.0 {
            // One that has ended needs none.
            let _ = kill(*pid, signal);
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal(Signal::SIGCONT);
    }
}

#[tokio::test]
async fn connections_whose_server_process_hangs_are_replaced() {
    let scene = OneFirm::new().await;
    let ours = "SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'switchboard'";

    let stopped = Stopped::all(&scene.stage.database.rows(ours).await);
    scene.is_forwarded(1).await;
    scene.is_forwarded(2).await;
    scene.app.catch_up().await;
    let written = scene.stage.database.count("call_logs").await;
    drop(stopped);

    assert_eq!(written, 2);
}

#[tokio::test]
async fn slow_reports_take_no_connection_of_a_caller() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let client = stage.client_of(&acme).await;
    let mut parts = stage.parts();
    parts.pools = PoolSizes { webhooks: 1, reports: 1 };
    let app = TestApp::start(parts).await;
    let mut slow = stage.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE switchboard.api_keys").execute(&mut slow).await.unwrap();

    let call = Call::to(&acme.number, 1);
    let (first, (voice, status, second)) = tokio::join!(client.get(&app, "/api/v1/calls"), async {
        (
            app.post(&stage.agency.voice(&call)).await,
            app.post(&stage.agency.status(&call, "completed", 3)).await,
            client.get(&app, "/api/v1/calls").await,
        )
    });
    slow.close().await.unwrap();

    assert!(voice.twiml().contains("+12145550199"), "{}", voice.text());
    assert_eq!(status.status, StatusCode::NO_CONTENT);
    for waited_in_vain in [first, second] {
        assert_eq!(waited_in_vain.status, StatusCode::SERVICE_UNAVAILABLE, "{waited_in_vain:?}");
        assert_eq!(waited_in_vain.header("retry-after"), "5");
    }
    assert_eq!(client.get(&app, "/api/v1/calls").await.json()["data"].as_array().unwrap().len(), 1);
}
