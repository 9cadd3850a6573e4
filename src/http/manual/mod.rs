//! The documentation: `GET /docs` for people, `GET /openapi.json` for programs.
//!
//! Promises: both show the same document, and need nothing from elsewhere: no script, no font, no other host. Both are
//! written when they are asked for the first time. Doesn't: show what belongs to anybody, so no key is needed.

mod fields;
mod page;
mod prose;
mod reading;
mod request;

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi;

use crate::web::problem::Problem;

const STYLE: &str = include_str!("manual.css");
/// Our own style sheet, and nothing else.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows a document. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Manual {
    document: fn() -> OpenApi,
    written: Arc<OnceLock<Written>>,
}

#[derive(Debug)]
struct Written {
    json: Bytes,
    page: Bytes,
}

impl Manual {
    /// The manual of a document.
    #[must_use]
    pub fn of(document: fn() -> OpenApi) -> Self {
        Self { document, written: Arc::default() }
    }

    fn written(&self) -> Result<&Written, Problem> {
        if let Some(written) = self.written.get() {
            return Ok(written);
        }
        let written = write(&(self.document)()).map_err(|error| {
            tracing::error!(%error, "the documentation could not be written");
            Problem::internal()
        })?;
        Ok(self.written.get_or_init(|| written))
    }
}

/// Why the documentation could not be written.
#[derive(Debug, thiserror::Error)]
enum Unwritable {
    #[error("the document does not serialise: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the page does not render: {0}")]
    Page(#[from] askama::Error),
}

fn write(document: &OpenApi) -> Result<Written, Unwritable> {
    let (json, page) = (json(document)?, page::of(&serde_json::to_value(document)?)?);
    Ok(Written { json: json.into(), page: page.into() })
}

/// The document as `/openapi.json` and `switchboard openapi` print it.
pub fn json(document: &OpenApi) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document)
}

/// Shows this documentation.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "read_documentation",
    tag = "Documentation",
    responses(
        (status = 200, description = "A page for people.", body = String, content_type = "text/html"),
        (status = 500, description = "The page could not be written. The server's log has the cause."),
    )
)]
pub async fn page(State(manual): State<Manual>) -> Result<Response, Problem> {
    Ok(shown("text/html; charset=utf-8", manual.written()?.page.clone()))
}

/// Gives the style sheet of the documentation.
#[utoipa::path(
    get,
    path = "/docs/manual.css",
    operation_id = "read_style_sheet",
    tag = "Documentation",
    responses((status = 200, description = "A style sheet.", body = String, content_type = "text/css"))
)]
pub async fn style() -> Response {
    shown("text/css; charset=utf-8", STYLE)
}

/// Gives the OpenAPI 3.1 document of everything that this server answers to.
///
/// `switchboard openapi` prints the same.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "read_openapi",
    tag = "Documentation",
    responses(
        (status = 200, description = "The document.", body = Object, content_type = "application/json"),
        (status = 500, description = "The document could not be written. The server's log has the cause."),
    )
)]
pub async fn openapi(State(manual): State<Manual>) -> Result<Response, Problem> {
    Ok(shown("application/json", manual.written()?.json.clone()))
}

fn shown(content_type: &'static str, body: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // A new version of the program is a new manual.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let mut response = body.into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
