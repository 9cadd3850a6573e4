//! Which version of a thing a client has seen: `ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1).
//!
//! Promises: two things with the same tag are the same; a change that names no version, or another one, is refused with
//! what to do. Doesn't: hold the thing still between the look and the change; a lock in the database does.

use std::convert::Infallible;
use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, Required};

use super::problem::Problem;

/// A strong tag, with its quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// That of JSON as it is sent.
    #[must_use]
    pub fn of(sent: &Value) -> Self {
        let hash = Sha256::digest(sent.to_string());
        Self(format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash)))
    }

    /// As a header has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The versions that a change is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// The client says nothing.
    Missing,
    /// `*`: whatever it is.
    Any,
    /// One of these.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Refuses a change that is not meant for this version.
    pub fn check(&self, current: &EntityTag) -> Result<(), Problem> {
        match self {
            Self::Missing => Err(Problem::precondition_required()),
            Self::Any => Ok(()),
            Self::Tags(tags) if tags.iter().any(|tag| tag == current.as_str()) => Ok(()),
            Self::Tags(_) => Err(Problem::precondition_failed()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        // No tag of ours holds a comma.
        let tags = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        let tags: Vec<String> = tags.map(|tag| tag.trim().to_owned()).collect();
        Ok(match tags.as_slice() {
            [] => Self::Missing,
            [any] if any == "*" => Self::Any,
            _ => Self::Tags(tags),
        })
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The `ETag` of the version that you changed. Somebody else's change in between is not lost: this one \
                     is refused then. `*` changes whatever there is.";
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"".into()));
        vec![parameter.build()]
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde_json::json;

    use super::*;

    async fn read(values: &[&str]) -> IfMatch {
        let request =
            values.iter().fold(Request::get("/"), |request, value| request.header("if-match", *value));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn a_change_is_made_to_the_version_that_it_names_and_to_no_other() {
        let (tag, other) = (EntityTag::of(&json!({ "a": 1 })), EntityTag::of(&json!({ "a": 2 })));

        assert_ne!(tag, other);
        for (values, is_right) in [
            (vec![tag.as_str()], true),
            (vec!["*"], true),
            (vec![other.as_str(), tag.as_str()], true),
            (vec![other.as_str()], false),
            (vec![], false),
            (vec![""], false),
            (vec![&format!("W/{tag}")], false),
        ] {
            assert_eq!(read(&values).await.check(&tag).is_ok(), is_right, "{values:?}");
        }
    }
}
