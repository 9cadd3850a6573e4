//! A server without a socket: requests go straight into the real router.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use switchboard::app::{App, Parts};
use switchboard::calls::backlog::Waiting;
use tower::ServiceExt as _;

use super::{Answer, Webhook};

#[derive(Debug)]
pub(crate) struct TestApp {
    app: App,
}

impl TestApp {
    pub(crate) async fn start(parts: Parts) -> Self {
        let address = "127.0.0.1:8080".parse().unwrap();
        Self { app: App::build(parts, address).await.unwrap() }
    }

    /// What a request goes into.
    pub(crate) fn router(&self) -> &Router {
        &self.app.router
    }

    /// Any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        Answer::read(response).await
    }

    /// A webhook of Twilio's, or of somebody who pretends to be it.
    pub(crate) async fn post(&self, webhook: &Webhook) -> Answer {
        self.send(webhook.to_request()).await
    }

    /// A request without a key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::HOST, "localhost").body(Body::empty()).unwrap()).await
    }

    /// What the server works with, for work that no request begins.
    pub(crate) fn doors(&self) -> &switchboard::http::Doors {
        &self.app.doors
    }

    /// How many Twilio accounts are in memory.
    pub(crate) fn known_accounts(&self) -> usize {
        self.app.doors.twilio.accounts.count()
    }

    /// Waits for the work that outlives its request, so that its rows can be looked at. The server goes on.
    pub(crate) async fn settle(&self) {
        self.finish_tasks().await;
        self.record_decisions().await;
    }

    /// Waits until what callers heard is in the ledger.
    pub(crate) async fn record_decisions(&self) {
        self.waiting_until(|waiting| waiting.decisions == 0).await;
    }

    /// Waits for attempts to write that were begun.
    pub(crate) async fn finish_tasks(&self) {
        let tasks = &self.app.doors.calls.tasks;
        tasks.close();
        tasks.wait().await;
        tasks.reopen();
    }

    /// Waits until every event that the database did not take at first is written.
    pub(crate) async fn catch_up(&self) {
        self.waiting_until(Waiting::is_nothing).await;
    }

    async fn waiting_until(&self, enough: impl Fn(Waiting) -> bool) {
        let mut waiting = self.app.doors.calls.backlog.waiting();
        let reached = waiting.wait_for(|waiting| enough(*waiting));
        tokio::time::timeout(Duration::from_mins(1), reached).await.expect("it waits for ever").unwrap();
    }

    /// Stops the server as production does: waits for the work that outlives its request, gives the connections back.
    pub(crate) async fn finish(self) {
        self.app.finish().await;
    }
}
