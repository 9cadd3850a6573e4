//! Every URL, grouped by who calls it.

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::timeout::RequestBodyDeadlineLayer;

use super::health::{self, Health};
use super::{layers, signed_check};
use crate::calls::{self, CallDesk};
use crate::tenancy::{ApiDoor, TwilioDoor};
use crate::web::problem::Problem;
use crate::{accounts, appointments, numbers, quarantine, tenants};

/// What the handlers work with, one part for each kind of caller.
#[derive(Clone, Debug, FromRef)]
pub struct Doors {
    /// Proves that a webhook is Twilio's.
    pub twilio: TwilioDoor,
    /// Proves whose data an API client may see.
    pub api: ApiDoor,
    /// Handles calls.
    pub calls: CallDesk,
    /// Knows how we are.
    pub health: Health,
}

/// The whole table. A request's body may take `body_deadline` to arrive.
pub fn router(doors: Doors, body_deadline: Duration) -> Router {
    Router::new()
        .merge(calls_of_twilio())
        .merge(callbacks_of_twilio())
        .merge(api())
        .merge(probes())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // Total: a limit between two pieces would never end a body that trickles.
        .layer(RequestBodyDeadlineLayer::new(body_deadline))
        .layer(middleware::from_fn_with_state(doors.calls.figures.clone(), layers::watch))
        .with_state(doors)
}

/// Called by Twilio, signed, while a caller listens.
fn calls_of_twilio() -> Router<Doors> {
    layers::answering_callers(
        Router::new()
            .route("/twilio/voice", post(calls::incoming::incoming))
            .route(calls::fallback::ROUTE, post(calls::fallback::fallback))
            .route(calls::answer::DIAL_RESULT_ROUTE, post(calls::dial_result::dial_result)),
    )
}

/// Called by Twilio, signed, while nobody listens.
fn callbacks_of_twilio() -> Router<Doors> {
    layers::answering_programs(
        Router::new()
            .route("/twilio/voice/status", post(calls::status_callback::status))
            .route("/twilio/check", post(signed_check::check)),
    )
}

/// Called by the agency's and its tenants' programs, with a key.
fn api() -> Router<Doors> {
    let routes = Router::new()
        .route("/api/v1/calls", get(calls::api::list))
        .route("/api/v1/calls/{call_sid}", get(calls::api::show))
        .route("/api/v1/appointments", get(appointments::api::list).post(appointments::api::create))
        .route("/api/v1/appointments/{id}", get(appointments::api::show))
        .route("/api/v1/appointments/{id}/cancel", post(appointments::api::cancel))
        .merge(operators())
        .layer(middleware::from_fn(layers::limit_patience));
    layers::answering_programs(routes)
}

/// Called by the agency's own people and programs, with an operator's key.
fn operators() -> Router<Doors> {
    let tenant = get(tenants::api::show).patch(tenants::api::change);
    let number = get(numbers::api::show).patch(numbers::api::change).delete(numbers::api::remove);
    let account = get(accounts::api::show).patch(accounts::api::change);
    Router::new()
        .route("/api/v1/tenants", get(tenants::api::list).post(tenants::api::create))
        .route("/api/v1/tenants/{slug}", tenant)
        .route("/api/v1/numbers", get(numbers::api::list).post(numbers::api::create))
        .route("/api/v1/numbers/{phone_number}", number)
        .route("/api/v1/accounts", get(accounts::api::list).post(accounts::api::create))
        .route("/api/v1/accounts/{account_sid}", account)
        .route("/api/v1/unrouted-calls", get(quarantine::api::list))
        .route("/api/v1/unrouted-calls/{id}", get(quarantine::api::show))
        .route("/api/v1/unrouted-calls/{id}/adopt", post(quarantine::api::adopt))
}

/// Called by whoever keeps the server running.
fn probes() -> Router<Doors> {
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/health", get(health::report))
}
