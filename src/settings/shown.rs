//! The settings as an answer, with the tag of their version.
//!
//! Promises: the tag is that of what is sent. Doesn't: make them; `handling/` does.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::web::entity_tag::EntityTag;

/// The settings, and the tag of their version.
#[derive(Debug)]
pub struct Shown(pub Value);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let tag = EntityTag::of(&self.0);
        ([(header::ETAG, tag.as_str().to_owned())], Json(self.0)).into_response()
    }
}
