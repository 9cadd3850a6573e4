//! `switchboard openapi`: the document of `/openapi.json`, without a server and without a database.

use super::failure::Failure;
use crate::http::manual;

pub(super) fn run() -> Result<(), Failure> {
    let document = manual::json(&crate::http::openapi())
        .map_err(|error| Failure::Failed(format!("the document could not be written: {error}")))?;
    Ok(super::output::say(&document)?)
}
