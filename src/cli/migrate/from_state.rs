//! `switchboard migrate --from`: what to do about a database that nobody here can reach.
//!
//! Promises: neither a database nor a setting is needed, and nothing is changed anywhere.

use std::io::Read as _;
use std::path::Path;

use super::super::failure::Failure;
use super::super::output::say;
use super::words;
use crate::schema::{self, Diagnosis};

/// Where the state is.
const STANDARD_INPUT: &str = "-";

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// For a person.
    Words,
    /// The plan alone.
    Json,
    /// The script for an SQL editor.
    Script,
}

/// Prints the answer to a state.
pub(super) fn answer(file: &Path, form: Form) -> Result<(), Failure> {
    let text = read(file)?;
    let state = schema::received(&text)
        .map_err(|error| Failure::Usage(format!("{} is no state: {error}", spoken(file))))?;
    let text = match form {
        Form::Words => in_words(&schema::diagnose_state(&state)?, file),
        Form::Json => serde_json::to_string_pretty(&schema::diagnose_state(&state)?.plan)
            .map_err(|error| Failure::Failed(error.to_string()))?,
        Form::Script => schema::script_of_state(&state)?,
    };
    Ok(say(text)?)
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    if file == Path::new(STANDARD_INPUT) {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file)
            .map_err(|error| Failure::Usage(format!("{} can't be read: {error}", file.display())))?;
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::Usage(format!("{} is no state: it is not text in UTF-8; save it as UTF-8", spoken(file)))
    })
}

fn spoken(file: &Path) -> String {
    if file == Path::new(STANDARD_INPUT) { "standard input".to_owned() } else { file.display().to_string() }
}

fn in_words(diagnosis: &Diagnosis, file: &Path) -> String {
    let head = format!(
        "database: {}, as {} saw it, on PostgreSQL {}\n\n{}",
        diagnosis.database,
        diagnosis.login,
        diagnosis.server,
        words::diagnosis(diagnosis)
    );
    if diagnosis.plan.steps.is_empty() {
        return head;
    }
    let file = file.display();
    format!(
        "{head}\n\nThe script that does all of it, what waits for an approval too, is printed by\n\n\
         switchboard migrate --from {file} --sql"
    )
}
