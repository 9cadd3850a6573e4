//! How answers look on the wire: problems, TwiML, pages.
//!
//! Promises: one shape for each, used by every handler. Doesn't: know what is answered, or whom.

pub mod entity_tag;
pub mod json_fields;
pub mod keyed_json;
pub mod merge_patch;
pub mod outgoing;
pub mod page;
pub mod problem;
pub mod problem_kind;
pub mod query;
pub mod twiml_response;
pub mod vocabulary;
