//! The fields of a schema, as rows of a table.

use serde_json::Value;

use super::prose::{self, Html};

/// A parameter, a header, or a field of a body.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// What kind of value: "text", "whole number, 1 to 200".
    pub(super) kind: String,
    pub(super) presence: Presence,
    pub(super) about: Html,
    /// The only words that it may be.
    pub(super) words: Vec<String>,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
    /// Of an answer, which always has it.
    Given,
}

impl Presence {
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional | Self::Given => "",
        }
    }
}

/// Reads schemas of one document, and follows their references.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schemas<'a>(pub(super) &'a Value);

impl<'a> Schemas<'a> {
    /// The schema itself, where only its name is given.
    pub(super) fn resolve(self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        name.and_then(|pointer| self.0.pointer(pointer)).unwrap_or(schema)
    }

    /// The fields of an object; of a page of a list, those of its rows.
    pub(super) fn of_body(self, schema: &'a Value, presence: Presence) -> Vec<Field> {
        let schema = self.resolve(schema);
        if let Some(rows) = schema.pointer("/properties/data/items") {
            return self.of_body(rows, presence);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return choices.iter().flat_map(|choice| self.of_body(choice, presence)).collect();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().flat_map(|part| self.of_body(part, presence)).collect();
        }
        let required = schema["required"].as_array();
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, property)| {
                let presence = match presence {
                    Presence::Given => Presence::Given,
                    Presence::Required | Presence::Optional if is_required(name) => Presence::Required,
                    Presence::Required | Presence::Optional => Presence::Optional,
                };
                self.field(name, property, about(property), presence)
            })
            .collect()
    }

    /// One field.
    pub(super) fn field(
        self,
        name: &str,
        schema: &'a Value,
        about: Option<&str>,
        presence: Presence,
    ) -> Field {
        let (schema, or_null) = self.without_null(schema);
        let words = schema["enum"].as_array().into_iter().flatten();
        let mut kind = self.kind(schema);
        if or_null && presence != Presence::Optional {
            kind.push_str(" or null");
        }
        Field {
            name: name.to_owned(),
            kind,
            presence,
            about: prose::line(about.or_else(|| schema["description"].as_str()).unwrap_or_default()),
            words: words.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// What a schema allows besides null, and whether it allows null.
    fn without_null(self, schema: &'a Value) -> (&'a Value, bool) {
        let is_null = |one: &Value| one["type"] == "null";
        let resolved = self.resolve(schema);
        if let Some(choices) = resolved["oneOf"].as_array() {
            let other = choices.iter().find(|choice| !is_null(choice)).unwrap_or(resolved);
            return (self.resolve(other), choices.iter().any(is_null));
        }
        let types = resolved["type"].as_array();
        (resolved, types.is_some_and(|types| types.iter().any(|one| one == "null")))
    }

    fn kind(self, schema: &'a Value) -> String {
        let types = schema["type"].as_array();
        let named =
            types.and_then(|types| types.iter().find(|one| *one != "null")).unwrap_or(&schema["type"]);
        let kind = match (named.as_str().unwrap_or("object"), schema["format"].as_str()) {
            ("array", _) => format!("list of {}", plural(self.resolve(&schema["items"]))),
            ("boolean", _) => "true or false".to_owned(),
            ("integer", _) => "whole number".to_owned(),
            ("number", _) => "number".to_owned(),
            ("string", Some("date-time")) => "time".to_owned(),
            ("string", Some("uuid")) => "id".to_owned(),
            ("string", Some(format)) => format.replace('-', " "),
            ("string", None) => "text".to_owned(),
            (_, _) => "object".to_owned(),
        };
        let limits =
            [limits(schema), schema.get("default").map(|default| format!("default {}", bare(default)))];
        [Some(kind)].into_iter().chain(limits).flatten().collect::<Vec<_>>().join(", ")
    }
}

fn plural(schema: &Value) -> &'static str {
    if schema["type"] == "object" { "objects" } else { "texts" }
}

fn limits(schema: &Value) -> Option<String> {
    let number = |name: &str| schema[name].as_u64();
    if let (Some(least), Some(most)) = (number("minimum"), number("maximum")) {
        return Some(format!("{least} to {most}"));
    }
    match (number("minLength"), number("maxLength")) {
        (least, Some(most)) => Some(format!("{} to {most} characters", least.unwrap_or(0))),
        (Some(_) | None, None) => None,
    }
}

/// What stands at the field itself, or at what it is if it is not null.
fn about(property: &Value) -> Option<&str> {
    let choices = property["oneOf"].as_array().into_iter().flatten();
    [property].into_iter().chain(choices).find_map(|schema| schema["description"].as_str())
}

/// A value as people write it.
pub(super) fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
