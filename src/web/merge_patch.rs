//! The body of a change of a whole document: a JSON merge patch (RFC 7396).
//!
//! Promises: an object, as `application/merge-patch+json` or as plain JSON; too large or none of these is refused as other
//! bodies are. Doesn't: know the document.

use std::fmt;

use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde_json::{Map, Value};

use super::json_fields::{is_of_type, object_of, read_body};
use super::problem::Problem;

/// What is to be changed.
pub struct MergePatch(pub Map<String, Value>);

/// Names alone: the values may be people's numbers.
impl fmt::Debug for MergePatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl<S: Send + Sync> FromRequest<S> for MergePatch {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body).await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_known =
            |text| is_of_type(text, "application/merge-patch+json") || is_of_type(text, "application/json");
        if !content_type.is_some_and(is_known) {
            return Err(Problem::not_json());
        }
        object_of(&bytes).map(Self)
    }
}
