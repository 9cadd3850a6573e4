//! Lists, page by page.
//!
//! Promises: a cursor stands for a place in the list, not for a number of rows: rows that come in meanwhile move nothing.
//! Doesn't: count. A total over a big tenant's calls would cost more than the page.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T, C = Cursor> {
    /// The rows, in the list's order.
    pub data: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<C>,
}

/// A place in a list ordered by time and id: right after this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's time, in microseconds of UTC.
    pub time: DateTime<Utc>,
    /// The row's id.
    pub id: Uuid,
}

/// The text is not a cursor that we gave out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is no cursor of ours; take `next_cursor` of the page before, unchanged")]
pub struct InvalidCursor;

impl Cursor {
    const BYTES: usize = 24;

    /// Reads what [`Cursor`] serialises to.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes: [u8; Self::BYTES] =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidCursor)?;
        let (micros, id) = bytes.split_first_chunk::<8>().ok_or(InvalidCursor)?;
        let time = DateTime::from_timestamp_micros(i64::from_be_bytes(*micros)).ok_or(InvalidCursor)?;
        let id = Uuid::from_slice(id).map_err(|_| InvalidCursor)?;
        Ok(Self { time, id })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend_from_slice(&self.time.timestamp_micros().to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// A place in a list ordered by a name that no two rows share: right after this row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCursor(String);

impl NameCursor {
    /// The place right after the row of this name.
    #[must_use]
    pub fn after(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Reads what [`NameCursor`] serialises to.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let name = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        if name.is_empty() || name.contains('\0') { Err(InvalidCursor) } else { Ok(Self(name)) }
    }

    /// The name of the row.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl Serialize for NameCursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<T, C> Page<T, C> {
    /// A page of at most `limit` rows out of a query that asked for one more than that.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> C) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(place) } else { None };
        Self { data: rows, next_cursor }
    }
}

impl<T: ToSchema, C> PartialSchema for Page<T, C> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The rows, in the list's order."));
        let next_cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .format(Some(SchemaFormat::Custom("cursor".to_owned())))
            .description(Some("Send it as `cursor` for the next page; null on the last one."))
            .examples([serde_json::Value::Null]);
        ObjectBuilder::new().property("data", rows).property("next_cursor", next_cursor).into()
    }
}

impl<T: ToSchema, C> ToSchema for Page<T, C> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Page", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_out() {
        let cursor = Cursor {
            time: DateTime::from_timestamp_micros(1_764_000_000_123_456).unwrap(),
            id: Uuid::now_v7(),
        };
        let text = serde_json::to_value(cursor).unwrap();

        let back = Cursor::parse(text.as_str().unwrap());

        assert_eq!(back, Ok(cursor));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for text in ["", "x", "AAAA", "!!", &"A".repeat(400)] {
            assert_eq!(Cursor::parse(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_name_comes_back_as_it_went_out() {
        let text = serde_json::to_value(NameCursor::after("acme-hvac")).unwrap();

        assert_eq!(NameCursor::parse(text.as_str().unwrap()), Ok(NameCursor::after("acme-hvac")));
        for text in ["", "!!", "AA"] {
            assert_eq!(NameCursor::parse(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let place = |_: &u8| Cursor { time: DateTime::UNIX_EPOCH, id: Uuid::nil() };

        assert!(Page::cut(vec![1, 2], 2, place).next_cursor.is_none());
        assert!(Page::cut(vec![1, 2, 3], 2, place).next_cursor.is_some());
    }
}
