//! The document, as a test reads it.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[derive(Debug)]
pub(super) struct Document(Value);

/// One operation of the document.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    document: &'a Document,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) said: &'a Value,
}

impl Document {
    pub(super) async fn of(app: &TestApp) -> Self {
        Self(app.get("/openapi.json").await.json())
    }

    pub(super) fn paths(&self) -> BTreeSet<String> {
        self.0["paths"].as_object().unwrap().keys().cloned().collect()
    }

    pub(super) fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, said) in item.as_object().unwrap() {
                let method = method.to_uppercase().parse().unwrap();
                operations.push(Operation { document: self, method, path, said });
            }
        }
        operations
    }

    pub(super) fn operation(&self, id: &str) -> Operation<'_> {
        let is_it = |operation: &Operation<'_>| operation.said["operationId"] == id;
        self.operations().into_iter().find(is_it).unwrap_or_else(|| panic!("there is no operation {id}"))
    }

    /// What a reference leads to.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        value["$ref"]
            .as_str()
            .map_or(value, |reference| self.0.pointer(reference.trim_start_matches('#')).unwrap())
    }

    /// Whether a value is what its schema says.
    #[track_caller]
    fn assert_fits(&self, value: &Value, schema: &Value, whose: &str) {
        let mut root = schema.clone();
        root["components"] = self.0["components"].clone();
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&root).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{whose}: {faults:#?}\n{value:#}");
    }
}

impl Operation<'_> {
    pub(super) fn id(&self) -> &str {
        self.said["operationId"].as_str().unwrap()
    }

    pub(super) fn statuses(&self) -> Vec<&str> {
        self.said["responses"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// The path with the examples of its parameters.
    pub(super) fn example_path(&self) -> String {
        let parameters = self.said["parameters"].as_array().into_iter().flatten();
        parameters.filter(|parameter| parameter["in"] == "path").fold(
            self.path.to_owned(),
            |path, parameter| {
                let name = parameter["name"].as_str().unwrap();
                let example = &parameter["example"];
                let shown = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                path.replace(&format!("{{{name}}}"), &shown)
            },
        )
    }

    /// What stands for the body of a request, if it is JSON.
    fn json_body(&self) -> Option<&Value> {
        self.said["requestBody"]["content"].get("application/json")
    }

    pub(super) fn example_body(&self) -> &Value {
        &self.json_body().unwrap()["example"]
    }

    /// All fields of the body, and those that are required.
    pub(super) fn body_fields(&self) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let schema = self.document.resolve(&self.json_body()?["schema"]);
        let fields = schema["properties"].as_object()?.keys().cloned().collect();
        let required =
            schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned());
        Some((fields, required.collect()))
    }

    /// Every example of what is sent and answered.
    #[track_caller]
    pub(super) fn assert_examples_fit(&self) {
        for parameter in self.said["parameters"].as_array().into_iter().flatten() {
            let whose = format!("{}, {}", self.id(), parameter["name"]);
            self.document.assert_fits(&parameter["example"], &parameter["schema"], &whose);
        }
        let request = self.said["requestBody"]["content"].as_object().into_iter().flatten();
        let mut media: Vec<(String, &Value)> =
            request.map(|(_, media)| (format!("{}, body", self.id()), media)).collect();
        for (status, answer) in self.said["responses"].as_object().unwrap() {
            let content = self.document.resolve(answer)["content"].as_object().into_iter().flatten();
            media.extend(content.map(|(_, media)| (format!("{}, {status}", self.id()), media)));
        }
        for (whose, media) in media {
            let named = media["examples"].as_object().into_iter().flatten().map(|(_, named)| &named["value"]);
            for example in media.get("example").into_iter().chain(named) {
                self.document.assert_fits(example, &media["schema"], &whose);
            }
        }
    }

    /// Whether an answer is one that this operation gives.
    #[track_caller]
    pub(super) fn assert_answer_fits(&self, answer: &Answer) {
        let status = answer.status.as_str();
        assert!(self.statuses().contains(&status), "{} answered {status}: {answer:?}", self.id());
        let said = self.document.resolve(&self.said["responses"][status]);
        let content_type = answer.headers.get("content-type").map(|value| value.to_str().unwrap());
        let media = content_type.and_then(|value| value.split(';').next());
        let known: Vec<&String> =
            said["content"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
        assert_eq!(media.into_iter().collect::<Vec<_>>(), known, "{} {status}", self.id());
        for (name, _) in said["headers"].as_object().into_iter().flatten() {
            assert!(answer.headers.contains_key(name), "{} {status} lacks {name}", self.id());
        }
        if media.is_some_and(|media| media.ends_with("json")) {
            let schema = &said["content"][media.unwrap()]["schema"];
            self.document.assert_fits(&answer.json(), schema, self.id());
        }
    }

    /// A body whose fields all hold what none of them may hold.
    pub(super) fn wrong_body(&self) -> Value {
        let (fields, _) = self.body_fields().unwrap();
        fields.into_iter().map(|field| (field, json!([0]))).collect::<serde_json::Map<_, _>>().into()
    }
}
