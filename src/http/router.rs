//! Every URL, grouped by who calls it.

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

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

/// The whole table.
pub fn router(doors: Doors) -> Router {
    Router::new()
        .merge(twilio())
        .merge(api())
        .merge(probes())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn(layers::watch))
        .with_state(doors)
}

/// Called by Twilio, signed.
fn twilio() -> Router<Doors> {
    Router::new()
        .route("/twilio/voice", post(calls::incoming::incoming))
        .route("/twilio/voice/status", post(calls::status_callback::status))
        .route("/twilio/check", post(signed_check::check))
        .route(calls::answer::DIAL_RESULT_ROUTE, post(calls::dial_result::dial_result))
        .layer(CatchPanicLayer::custom(layers::speak_of_panic))
}

/// Called by the agency's and its tenants' programs, with a key.
fn api() -> Router<Doors> {
    Router::new()
        .route("/api/v1/calls", get(calls::api::list))
        .route("/api/v1/calls/{call_sid}", get(calls::api::show))
        .route("/api/v1/appointments", get(appointments::api::list).post(appointments::api::create))
        .route("/api/v1/appointments/{id}", get(appointments::api::show))
        .route("/api/v1/appointments/{id}/cancel", post(appointments::api::cancel))
        .merge(operators())
        .layer(middleware::from_fn(layers::limit_patience))
        .layer(CatchPanicLayer::custom(layers::report_panic))
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
