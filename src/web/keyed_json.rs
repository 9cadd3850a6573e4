//! A request that may be sent twice: its body, and the `Idempotency-Key` that tells a repetition.
//!
//! Promises: the key goes with a fingerprint of the request, so that another request under the same key shows. Doesn't: know
//! what was answered before; `tenancy/` keeps that.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, Required};

use super::json_fields::{JsonFields, read_body};
use super::problem::{FieldError, Problem};

const NAME: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST: usize = 255;

/// What makes a request the same as an earlier one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    text: String,
    fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// The key that the client chose.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of method, path, query and body.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "A text of your own that makes the request safe to send again: with the same key it is done once \
                           within 24 hours, and a repetition gets the same answer.";
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(LONGEST))
            .pattern(Some("^[ -~]*$"));
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(text))
            .example(Some("booking-4711".into()));
        vec![parameter.build()]
    }
}

/// The body of a `POST`, and its key if it has one.
#[derive(Debug)]
pub struct KeyedJson {
    /// `Idempotency-Key`.
    pub key: Option<IdempotencyKey>,
    /// The body.
    pub fields: JsonFields,
}

impl<S: Send + Sync> FromRequest<S> for KeyedJson {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let text = key_of(&parts.headers)?;
        let bytes = read_body(body).await?;
        let key = text.map(|text| {
            let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
            let head = format!("{} {target}\n", parts.method);
            let fingerprint = Sha256::new().chain_update(head).chain_update(&bytes).finalize().into();
            IdempotencyKey { text, fingerprint }
        });
        Ok(Self { key, fields: JsonFields::of_body(&parts.headers, &bytes)? })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let printable = |text: &&str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let text = value.to_str().ok().filter(|text| (1..=LONGEST).contains(&text.len())).filter(printable);
    let Some(text) = text.filter(|_| values.next().is_none()) else {
        let detail = format!("Must be one text of 1 to {LONGEST} printable ASCII characters.");
        return Err(Problem::invalid_parameters(vec![FieldError::new("Idempotency-Key", detail)]));
    };
    Ok(Some(text.to_owned()))
}

/// An answer in JSON, as it was or will be sent, byte for byte. It doesn't print: it may tell of people.
#[derive(Clone)]
pub struct JsonAnswer {
    /// 200 or 201.
    pub status: StatusCode,
    /// JSON.
    pub body: String,
}

impl JsonAnswer {
    /// 200 with a thing.
    pub fn ok(thing: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::OK, thing)
    }

    /// 201 with what was made.
    pub fn created(thing: &impl Serialize) -> Result<Self, Problem> {
        Self::new(StatusCode::CREATED, thing)
    }

    fn new(status: StatusCode, thing: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(thing).map_err(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            Problem::internal()
        })?;
        Ok(Self { status, body })
    }
}

impl IntoResponse for JsonAnswer {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}
