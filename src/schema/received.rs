//! A state that somebody sent: what the query of `--state-query` returned, as editors and people hand it on.
//!
//! Promises: the value itself, as a JSON string, as the only row of a JSON export or of a CSV file, or as `psql` shows it:
//! all are the same state. Everything else is refused in one sentence that says what to send instead.
//! Doesn't: mend anything; a state that was cut is no state.

use serde_json::Value;

use super::catalogue::Catalogue;

/// How many characters of a text are repeated to a person.
const SHOWN: usize = 60;

/// What is no state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAState {
    /// Nothing was sent.
    #[error("it is empty; save what the query returned, and try again")]
    Empty,
    /// The question instead of the answer.
    #[error(
        "this is the query itself; run it in an SQL editor of the database, and send the single value that it returns"
    )]
    TheQuery,
    /// An editor showed less than there was.
    #[error(
        "it breaks off after {characters} characters; editors shorten long values on the screen: export the result as CSV or \
         JSON instead, and send that file"
    )]
    CutOff {
        /// How much there is.
        characters: usize,
    },
    /// The result of another query, or of several.
    #[error(
        "it holds {rows} rows, and the query returns one; run what `switchboard migrate --state-query` prints, alone"
    )]
    Rows {
        /// How many.
        rows: usize,
    },
    /// JSON of something else, or of another version's query.
    #[error(
        "it is not the state of a database ({reason}); run what this version's `switchboard migrate --state-query` prints, and \
         send the single value that it returns"
    )]
    Other {
        /// What is missing or wrong in it.
        reason: String,
    },
    /// No JSON at all.
    #[error(
        "it is no JSON, and begins with {begins:?}; send the single value that the query returned, whole"
    )]
    NoJson {
        /// The first few characters.
        begins: String,
    },
}

/// Reads a state in any of the shapes in which it comes.
pub fn received(text: &str) -> Result<Catalogue, NotAState> {
    let value = value(text)?;
    // A wrong value is repeated in the reason, however long it is.
    serde_json::from_value(value)
        .map_err(|error| NotAState::Other { reason: error.to_string().chars().take(SHOWN).collect() })
}

fn value(text: &str) -> Result<Value, NotAState> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(NotAState::Empty);
    }
    if text.contains("SELECT jsonb_build_object(") {
        return Err(NotAState::TheQuery);
    }
    let whole = text.trim_end_matches(['.', '…']);
    let mut cut = None;
    for reading in [Some(whole.to_owned()), of_csv(whole), of_table(whole)].into_iter().flatten() {
        match serde_json::from_str(&reading) {
            Ok(value) => return unwrapped(value),
            Err(error) if error.is_eof() => {
                cut = Some(NotAState::CutOff { characters: text.chars().count() });
            }
            Err(_) => {}
        }
    }
    Err(cut.unwrap_or_else(|| NotAState::NoJson { begins: text.chars().take(SHOWN).collect() }))
}

/// A cell in quotes, each quote within it doubled; the name of the column may stand on a line above.
fn of_csv(text: &str) -> Option<String> {
    let (_, cell) = text.split_once("\"{")?;
    let cell = cell.trim_end().strip_suffix('"').unwrap_or(cell);
    Some(format!("{{{}", cell.replace("\"\"", "\"")))
}

/// What stands between the first brace and the last, as in a table that was drawn of characters.
fn of_table(text: &str) -> Option<String> {
    let (_, from) = text.split_once('{')?;
    let (inside, _) = from.rsplit_once('}')?;
    Some(format!("{{{inside}}}"))
}

/// The object within a string, a row or a list of one row.
fn unwrapped(value: Value) -> Result<Value, NotAState> {
    match value {
        Value::String(text) => self::value(&text),
        Value::Array(mut rows) if rows.len() == 1 => rows.pop().map_or(Err(NotAState::Empty), unwrapped),
        Value::Array(rows) => Err(NotAState::Rows { rows: rows.len() }),
        Value::Object(mut fields) if fields.len() == 1 => {
            fields.values_mut().next().map_or(Err(NotAState::Empty), |only| unwrapped(only.take()))
        }
        Value::Object(fields) => Ok(Value::Object(fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            Err(NotAState::Other { reason: format!("it is {value}") })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::names::Names;
    use super::super::read::{Rows, state_query};
    use super::super::snapshot;
    use super::*;

    /// Some state, with quotes, line breaks and braces in its texts.
    fn state() -> Catalogue {
        snapshot::target(&Names::usual()).unwrap()
    }

    #[test]
    fn every_shape_in_which_an_editor_hands_it_on_is_the_same_state() {
        let state = state();
        let text = serde_json::to_string(&state).unwrap();
        let quoted = format!("\"{}\"", text.replace('"', "\"\""));
        let shapes = [
            text.clone(),
            format!("\u{feff}{text}\r\n"),
            json!(text).to_string(),
            json!([{ "state": text }]).to_string(),
            json!([{ "state": state }]).to_string(),
            json!([{ "jsonb_build_object": text }]).to_string(),
            json!({ "state": state }).to_string(),
            json!([[text]]).to_string(),
            quoted.clone(),
            format!("state\n{quoted}\n"),
            format!("\"state\"\r\n{quoted}\r\n"),
            format!("  state  \n---------\n {text}\n(1 row)\n"),
            format!("| state |\n| ----- |\n| {text} |"),
        ];

        for shape in shapes {
            assert_eq!(received(&shape).as_ref(), Ok(&state), "{shape:.60}");
        }
    }

    #[test]
    fn what_was_cut_is_said_to_be_cut() {
        let text = serde_json::to_string(&state()).unwrap();
        let half: String = text.chars().take(10_000).collect();
        let csv = format!("state\n\"{}", half.replace('"', "\"\""));

        for cut in [half.clone(), format!("{half}..."), format!("{half}…"), csv, json!(half).to_string()] {
            let read = received(&cut);
            assert!(matches!(read, Err(NotAState::CutOff { .. })), "{cut:.60}: {:?}", read.err());
        }
    }

    #[test]
    fn what_is_no_state_is_refused_with_what_to_send() {
        let wrong = [
            ("", "it is empty"),
            ("  \n", "it is empty"),
            (&state_query(&Names::usual(), Rows::Counted), "this is the query itself"),
            ("ERROR:  permission denied", "it is no JSON, and begins with \"ERROR:  permission denied\""),
            ("[]", "it holds 0 rows"),
            (r#"[{"state": "{}"}, {"state": "{}"}]"#, "it holds 2 rows"),
            ("42", "it is not the state of a database (it is 42)"),
            (r#"[{"state": null}]"#, "it is not the state of a database (it is null)"),
            (r#"{"a": 1, "b": 2}"#, "it is not the state of a database (missing field `server`)"),
        ];

        for (text, says) in wrong {
            let refused = received(text).unwrap_err().to_string();
            assert!(refused.starts_with(says), "{text}: {refused}");
            assert!(!refused.contains('\n'), "{refused}");
        }
    }
}
