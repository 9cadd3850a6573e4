//! Closed lists of words in the document.
//!
//! Promises: the words are the ones that the code writes and reads, because they come from the same `as_str`.

use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};

/// The schema of a text that is one of these words; where no example is given, the first word is one.
#[must_use]
pub fn of(
    words: impl IntoIterator<Item = &'static str>,
    description: &str,
    example: Option<&'static str>,
) -> Object {
    let words: Vec<&str> = words.into_iter().collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .examples(example)
        .build()
}
