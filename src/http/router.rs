//! Every URL, grouped by who calls it.
//!
//! Promises: a route and its documentation are one thing: each handler carries its path, its method and what it reads and
//! answers, and the document is made of exactly the routes that stand here.

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use tower_http::timeout::RequestBodyDeadlineLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::health::{self, Health};
use super::manual::{self, Manual};
use super::{document, layers, signed_check};
use crate::calls::{self, CallDesk};
use crate::tenancy::{ApiDoor, TwilioDoor};
use crate::twilio_api::TwilioApi;
use crate::web::problem::Problem;
use crate::{accounts, appointments, numbers, quarantine, settings, tenants};

/// What the handlers work with, one part for each kind of caller.
#[derive(Clone, Debug, FromRef)]
pub struct Doors {
    /// Proves that a webhook is Twilio's.
    pub twilio: TwilioDoor,
    /// Proves whose data an API client may see.
    pub api: ApiDoor,
    /// Handles calls.
    pub calls: CallDesk,
    /// Asks Twilio.
    pub twilio_api: TwilioApi,
    /// Knows how we are.
    pub health: Health,
    /// Shows what we answer to.
    pub manual: Manual,
}

/// The whole table. A request's body may take `body_deadline` to arrive.
pub fn router(doors: Doors, body_deadline: Duration) -> Router {
    let (routes, _) = table().split_for_parts();
    routes
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // Total: a limit between two pieces would never end a body that trickles.
        .layer(RequestBodyDeadlineLayer::new(body_deadline))
        .layer(middleware::from_fn_with_state(doors.calls.figures.clone(), layers::watch))
        .with_state(doors)
}

/// What the table answers to, as an OpenAPI document.
#[must_use]
pub fn openapi() -> OpenApi {
    document::complete(table().into_openapi())
}

fn table() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .merge(calls_of_twilio())
        .merge(callbacks_of_twilio())
        .merge(api())
        .merge(probes())
        .merge(documentation())
}

/// Called by Twilio, signed, while a caller listens.
fn calls_of_twilio() -> OpenApiRouter<Doors> {
    let routes = OpenApiRouter::new()
        .routes(routes!(calls::incoming::incoming))
        .routes(routes!(calls::fallback::fallback))
        .routes(routes!(calls::step::step))
        .routes(routes!(calls::whisper::whisper));
    layers::answering_callers(routes)
}

/// Called by Twilio, signed, while nobody listens.
fn callbacks_of_twilio() -> OpenApiRouter<Doors> {
    let routes = OpenApiRouter::new()
        .routes(routes!(calls::status_callback::status))
        .routes(routes!(calls::callbacks::leg))
        .routes(routes!(calls::callbacks::recording))
        .routes(routes!(calls::callbacks::transcription))
        .routes(routes!(signed_check::check));
    layers::answering_programs(routes)
}

/// Called by the agency's and its tenants' programs, with a key.
fn api() -> OpenApiRouter<Doors> {
    let routes = OpenApiRouter::new()
        .routes(routes!(calls::api::list))
        .routes(routes!(calls::api::show, calls::deletion::delete))
        .routes(routes!(calls::recordings::list))
        .routes(routes!(calls::recordings::play))
        .routes(routes!(settings::api::show, settings::api::change))
        .routes(routes!(settings::templates::list))
        .routes(routes!(settings::templates::show))
        .routes(routes!(settings::api::try_one))
        .routes(routes!(settings::api::review))
        .routes(routes!(appointments::api::list, appointments::api::create))
        .routes(routes!(appointments::api::show))
        .routes(routes!(appointments::api::cancel))
        .merge(operators())
        .layer(middleware::from_fn(layers::limit_patience));
    layers::answering_programs(routes)
}

/// Called by the agency's own people and programs, with an operator's key.
fn operators() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(tenants::api::list, tenants::api::create))
        .routes(routes!(tenants::api::show, tenants::api::change))
        .routes(routes!(numbers::api::list, numbers::api::create))
        .routes(routes!(numbers::api::show, numbers::api::change, numbers::api::remove))
        .routes(routes!(accounts::api::list, accounts::api::create))
        .routes(routes!(accounts::api::show, accounts::api::change))
        .routes(routes!(quarantine::api::list))
        .routes(routes!(quarantine::api::show))
        .routes(routes!(quarantine::api::adopt))
}

/// Called by whoever keeps the server running.
fn probes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::report))
}

/// Read by whoever writes a program against us.
fn documentation() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(manual::page))
        .routes(routes!(manual::style))
        .routes(routes!(manual::openapi))
}
