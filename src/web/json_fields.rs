//! The body of a request: a JSON object, read field by field.
//!
//! Promises: a body over 256 KiB gets 413, one that is no JSON 415 or 400; all mistakes in fields are named at once, an
//! unknown field among them, and nothing is done then. Doesn't: know what a field means; whoever reads it says that.

use std::borrow::Cow;
use std::fmt;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::problem::{FieldError, Problem};

/// Ample for every body of ours.
pub const MOST_BYTES: usize = 256 * 1024;

/// A body that says nothing.
#[derive(Clone, Copy, Debug, ToSchema)]
pub struct NoFields {}

/// The fields that were not read yet, and what was wrong with those that were.
pub struct JsonFields {
    unread: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// Names alone: the values may be tokens, and people's names and numbers.
impl fmt::Debug for JsonFields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.unread.keys()).finish()
    }
}

/// What a change says of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    /// Not there: it stays as it is.
    Keep,
    /// `null`: it becomes empty.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Change<T> {
    /// The field after the change.
    #[must_use]
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonFields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body).await?;
        Self::of_body(&parts.headers, &bytes)
    }
}

/// The whole body, if it isn't too large.
pub(super) async fn read_body(body: Body) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, MOST_BYTES).await.map_err(|error| unread(&error))
}

impl JsonFields {
    /// No body at all says the same as an object without fields.
    pub(super) fn of_body(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        let content_type = headers.get(header::CONTENT_TYPE);
        if bytes.is_empty() && content_type.is_none() {
            return Ok(Self { unread: Map::new(), errors: Vec::new() });
        }
        let is_json = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| is_of_type(value, "application/json"));
        if !is_json {
            return Err(Problem::not_json());
        }
        Ok(Self { unread: object_of(bytes)?, errors: Vec::new() })
    }

    /// A text that must be there.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.change(name, read).apply(None);
        if value.is_none() {
            self.missing(name);
        }
        value
    }

    /// A text that may be missing or null.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.change(name, read).apply(None)
    }

    /// A text that may change to nothing.
    pub fn change<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Change<T> {
        let outcome = match self.unread.shift_remove(name) {
            None => return Change::Keep,
            Some(Value::Null) => return Change::Clear,
            // PostgreSQL stores no NUL.
            Some(Value::String(text)) if text.contains('\0') => Err("Must not hold a NUL character.".into()),
            Some(Value::String(text)) => read(&text),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err("Must be a text.".to_owned())
            }
        };
        outcome.map_or_else(|detail| self.wrong(name, detail).map_or(Change::Keep, Change::Set), Change::Set)
    }

    /// A text that may change, though not to nothing.
    pub fn replaced<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.change(name, read) {
            Change::Keep => None,
            Change::Clear => self.wrong(name, "Can't be null."),
            Change::Set(value) => Some(value),
        }
    }

    /// `true` or `false`, if it is there.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.unread.shift_remove(name)? {
            Value::Bool(value) => Some(value),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.wrong(name, "Must be true or false.")
            }
        }
    }

    /// What a field holds, whatever it is; null is nothing.
    pub fn value(&mut self, name: &'static str) -> Option<Value> {
        self.unread.shift_remove(name).filter(|value| !value.is_null())
    }

    /// Notes that a field is missing, unless something else is wrong with it.
    pub fn missing(&mut self, name: &'static str) {
        if !self.errors.iter().any(|error| error.field == name) {
            let _: Option<()> = self.wrong(name, "Is required.");
        }
    }

    /// Notes what is wrong with a field.
    pub fn wrong<T>(&mut self, name: &'static str, detail: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(name, detail));
        None
    }

    /// Notes what is wrong with a field within a field.
    pub fn wrong_within(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// What was read out of the body, or everything that is wrong with it; what nobody has read is unknown.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, Problem> {
        for (name, _) in self.unread {
            let detail = "There is no such field.".to_owned();
            self.errors.push(FieldError { field: Cow::Owned(name), detail });
        }
        read.filter(|_| self.errors.is_empty()).ok_or_else(|| Problem::invalid_body(self.errors))
    }
}

/// Reads a text that isn't blank and has at most `most` characters.
pub fn read_text(most: usize) -> impl Fn(&str) -> Result<String, String> {
    move |text| {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > most {
            return Err(format!("Must be a text of 1 to {most} characters."));
        }
        Ok(text.to_owned())
    }
}

/// The object that a body holds.
pub(super) fn object_of(bytes: &Bytes) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(bytes).map_err(|error| body_error(format!("Must be a JSON object: {error}.")))
}

/// Whether a `Content-Type` is this one, whatever its parameters.
pub(super) fn is_of_type(content_type: &str, wanted: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

fn unread(error: &axum::Error) -> Problem {
    let too_large = std::error::Error::source(error)
        .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large {
        Problem::too_large(MOST_BYTES)
    } else {
        body_error("The body could not be read to its end.".to_owned())
    }
}

fn body_error(detail: String) -> Problem {
    Problem::invalid_body(vec![FieldError::new("body", detail)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> JsonFields {
        let headers = [(header::CONTENT_TYPE, "Application/JSON; charset=utf-8".parse().unwrap())];
        JsonFields::of_body(&HeaderMap::from_iter(headers), &Bytes::from(body.to_owned())).unwrap()
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let mut fields = fields(r#"{"a": 1, "b": null, "d": "", "e": "x", "f": "no", "g": "\u0000"}"#);

        let _: Option<String> = fields.required("a", read_text(9));
        let _: Option<String> = fields.required("b", read_text(9));
        let _: Option<String> = fields.required("c", read_text(9));
        let _: Change<String> = fields.change("d", read_text(9));
        let _: Option<bool> = fields.flag("f");
        let _: Option<String> = fields.optional("g", read_text(9));
        let problem = serde_json::to_value(fields.finish(Some(())).unwrap_err()).unwrap();

        let names: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "f", "g", "e"]);
    }

    #[test]
    fn what_a_field_holds_does_not_print() {
        let printed = format!("{:?}", fields(r#"{"auth_token": "secret"}"#));

        assert_eq!(printed, r#"{"auth_token"}"#);
    }

    #[test]
    fn a_change_keeps_clears_or_sets() {
        let mut fields = fields(r#"{"cleared": null, "set": " new "}"#);

        let kept = fields.change("kept", read_text(9)).apply(Some("old".to_owned()));
        let cleared = fields.change("cleared", read_text(9)).apply(Some("old".to_owned()));
        let set = fields.change("set", read_text(9)).apply(Some("old".to_owned()));

        assert_eq!((kept.as_deref(), cleared, set.as_deref()), (Some("old"), None, Some("new")));
        assert!(fields.finish(Some(())).is_ok());
    }
}
