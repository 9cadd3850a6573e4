//! What `switchboard migrate --dry-run --json` said it would do.

use serde::Deserialize;

/// Its steps.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<PlannedStep>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlannedStep {
    pub(crate) words: String,
    /// One statement or a list of them.
    pub(crate) sql: serde_json::Value,
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) stops: Vec<String>,
}

/// Whether it asks first.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Additive,
    Waits,
}

impl Plan {
    /// Reads the plan.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let plan: Self =
            serde_json::from_str(json).map_err(|error| format!("the plan can't be read: {error}"))?;
        match plan.steps.iter().find(|step| step.words.trim().is_empty()) {
            Some(step) => Err(format!("a step has no words: {}", step.sql)),
            None => Ok(plan),
        }
    }

    /// Whether it warned that older programs' inserts into this table stop.
    pub(crate) fn stops_inserts_into(&self, table: &str) -> bool {
        let mut sentences = self.steps.iter().flat_map(|step| &step.stops);
        sentences.any(|sentence| names(sentence, table))
    }

    /// Whether a step that asks first speaks of this name.
    pub(crate) fn asks_about(&self, name: &str) -> bool {
        let mut asking = self.steps.iter().filter(|step| step.kind == Kind::Waits);
        asking.any(|step| names(&step.words, name) || names(&step.sql.to_string(), name))
    }
}

/// Whether the text names it, as a whole word.
fn names(text: &str, name: &str) -> bool {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, from) = text.split_at(at);
        let behind = from.strip_prefix(name).unwrap_or_default();
        !before.ends_with(is_of_word) && !behind.starts_with(is_of_word)
    })
}

#[test]
fn a_warning_names_its_table_as_a_whole_word() {
    let json = r#"{"steps": [{"words": "Require tenant_id", "sql": "ALTER …", "kind": "waits",
                              "stops": ["Inserts into `call_logs` without tenant_id stop."]}]}"#;

    let plan = Plan::parse(json).unwrap();

    assert!(plan.stops_inserts_into("call_logs"));
    assert!(!plan.stops_inserts_into("logs"));
    assert!(!plan.asks_about("call_logs"));
    assert!(plan.asks_about("tenant_id"));
}

#[test]
fn a_plan_without_words_is_none() {
    assert!(Plan::parse(r#"{"steps": [{"words": " ", "sql": "", "kind": "additive"}]}"#).is_err());
    assert!(Plan::parse(r#"{"steps": [{"words": "x", "sql": "", "kind": "other"}]}"#).is_err());
    assert!(Plan::parse("").is_err());
}
