//! The document, read into what the page shows.

use serde_json::Value;

use super::fields::{Field, Presence, Schemas};
use super::prose::{self, Html};
use super::request;

/// A group of operations, in the order of their paths.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) anchor: String,
    pub(super) about: Html,
    pub(super) operations: Vec<Operation>,
}

/// One thing that a client can ask for.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) anchor: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: Html,
    pub(super) about: Html,
    /// Who may ask.
    pub(super) proof: &'static str,
    pub(super) parameters: Vec<(String, Field)>,
    pub(super) body: Vec<Field>,
    pub(super) curl: Option<String>,
    pub(super) answers: Vec<Answer>,
    pub(super) refusals: Vec<Answer>,
}

impl Operation {
    /// The path without what all of the API begins with.
    pub(super) fn short_path(&self) -> &str {
        self.path.strip_prefix("/api/v1").unwrap_or(&self.path)
    }
}

/// One status that an operation answers with.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) about: Html,
    pub(super) fields: Vec<Field>,
    pub(super) is_list: bool,
    /// The example, as it looks on the wire.
    pub(super) example: Option<String>,
    /// The names of the problems that it may be.
    pub(super) problems: Vec<String>,
}

/// The groups of a document.
pub(super) fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.map(|tag| {
        let name = tag["name"].as_str().unwrap_or_default();
        Group {
            name: name.to_owned(),
            anchor: name.to_lowercase().replace(' ', "-"),
            about: prose::line(tag["description"].as_str().unwrap_or_default()),
            operations: operations(document, name),
        }
    })
    .collect()
}

fn operations(document: &Value, group: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == group)) {
                found.push(read(Schemas(document), &method.to_uppercase(), path, operation));
            }
        }
    }
    found
}

fn read<'a>(schemas: Schemas<'a>, method: &str, path: &str, operation: &'a Value) -> Operation {
    let answers = operation["responses"].as_object().into_iter().flatten();
    let (answers, refusals) = answers
        .map(|(status, answer)| read_answer(schemas, status, answer))
        .partition(|answer| answer.status.starts_with('2'));
    let media = operation.pointer("/requestBody/content").and_then(Value::as_object);
    let body = media.and_then(|media| media.values().next());
    Operation {
        anchor: operation["operationId"].as_str().unwrap_or_default().to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: prose::line(operation["summary"].as_str().unwrap_or_default().trim_end_matches('.')),
        about: prose::text(operation["description"].as_str().unwrap_or_default()),
        proof: proof(operation),
        parameters: parameters(schemas, operation),
        body: body.map(|body| schemas.of_body(&body["schema"], Presence::Optional)).unwrap_or_default(),
        curl: request::curl(method, path, operation),
        answers,
        refusals,
    }
}

fn parameters<'a>(schemas: Schemas<'a>, operation: &'a Value) -> Vec<(String, Field)> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .map(|parameter| {
            let text = |name: &str| parameter[name].as_str().unwrap_or_default();
            let presence =
                if parameter["required"] == true { Presence::Required } else { Presence::Optional };
            let about = Some(text("description"));
            (text("in").to_owned(), schemas.field(text("name"), &parameter["schema"], about, presence))
        })
        .collect()
}

fn proof(operation: &Value) -> &'static str {
    let named: Vec<&str> = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_object()?.keys().next().map(String::as_str))
        .collect();
    match named.as_slice() {
        ["twilio_signature"] => "Twilio’s signature",
        ["operator_key"] => "operator’s key",
        [] => "no key",
        [..] => "tenant’s or operator’s key",
    }
}

fn read_answer<'a>(schemas: Schemas<'a>, status: &str, answer: &'a Value) -> Answer {
    let answer = schemas.resolve(answer);
    let content = answer["content"].as_object().and_then(|content| content.iter().next());
    let schema = content.map(|(_, content)| &content["schema"]);
    let is_list = schema.is_some_and(|schema| schemas.resolve(schema)["properties"].get("data").is_some());
    let problems = content.and_then(|(_, content)| content["examples"].as_object());
    Answer {
        status: status.to_owned(),
        about: prose::line(answer["description"].as_str().unwrap_or_default()),
        fields: schema.map(|schema| schemas.of_body(schema, Presence::Given)).unwrap_or_default(),
        is_list,
        example: content.and_then(|(media, content)| example(media, &content["example"])),
        problems: problems.map(|problems| problems.keys().cloned().collect()).unwrap_or_default(),
    }
}

fn example(media: &str, value: &Value) -> Option<String> {
    match (media, value) {
        (_, Value::Null) | ("text/html" | "text/css", _) => None,
        (_, Value::String(text)) => Some(text.replace("><", ">\n<")),
        (_, Value::Object(fields)) if fields.is_empty() => None,
        (_, value) => serde_json::to_string_pretty(value).ok(),
    }
}
