//! Examples of whole bodies, put together from the examples of their fields.
//!
//! Promises: each field's example stands once, next to the field.

use serde_json::{Map, Value};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AllOf, ArrayItems, Object, OneOf, SchemaType, Type};
use utoipa::openapi::{Components, Content, OpenApi, RefOr, Schema};

use crate::web::json_fields::MOST_BYTES;
use crate::web::problem::{FieldError, Problem};
use crate::web::problem_kind::ProblemKind;

/// Gives an example to each body of requests and answers that has none.
pub(super) fn add(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        components.schemas.values_mut().for_each(rename);
    }
    let components = document.components.clone().unwrap_or_default();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content.values_mut().for_each(|content| illustrate(content, &components));
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.content.values_mut().for_each(|content| illustrate(content, &components));
                }
            }
        }
    }
}

/// JSON Schema, and so OpenAPI since 3.1, has a list of examples; the attributes of fields write the older word.
fn rename(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.examples.extend(object.example.take());
            object.properties.values_mut().for_each(rename);
        }
        RefOr::T(Schema::AllOf(all_of)) => all_of.items.iter_mut().for_each(rename),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// The operations of a path that we use methods of.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn illustrate(content: &mut RefOr<Content>, components: &Components) {
    if let RefOr::T(content) = content
        && content.example.is_none()
        && content.examples.is_empty()
    {
        content.example = content.schema.as_ref().and_then(|schema| of_schema(schema, components));
    }
}

fn of_schema(schema: &RefOr<Schema>, components: &Components) -> Option<Value> {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            of_schema(components.schemas.get(name)?, components)
        }
        RefOr::T(Schema::Object(object)) => of_object(object, components),
        RefOr::T(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => {
                of_schema(items, components).map(|item| Value::Array(vec![item]))
            }
            ArrayItems::False => None,
        },
        RefOr::T(Schema::OneOf(OneOf { example: Some(example), .. })) => Some(example.clone()),
        // Null, or what it is if it is there.
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().find_map(|item| of_schema(item, components)),
        RefOr::T(Schema::AllOf(all_of)) => of_parts(all_of, components),
        RefOr::T(_) => None,
    }
}

fn of_object(object: &Object, components: &Components) -> Option<Value> {
    let first_word = || object.enum_values.as_ref()?.first();
    if let Some(example) = object.examples.first().or_else(first_word) {
        return Some(example.clone());
    }
    if object.schema_type != SchemaType::Type(Type::Object) {
        return None;
    }
    let fields: Map<String, Value> = object
        .properties
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), of_schema(schema, components)?)))
        .collect();
    Some(Value::Object(fields))
}

/// A thing with its parts flattened into it.
fn of_parts(all_of: &AllOf, components: &Components) -> Option<Value> {
    let mut whole = Map::new();
    for part in &all_of.items {
        if let Value::Object(fields) = of_schema(part, components)? {
            whole.extend(fields);
        }
    }
    Some(Value::Object(whole))
}

/// What a problem of this kind looks like.
pub(super) fn problem(kind: ProblemKind) -> Problem {
    let problem = match kind {
        ProblemKind::InvalidParameters => Problem::invalid_parameters(vec![FieldError::new(
            "limit",
            "Must be a whole number from 1 to 200.",
        )]),
        ProblemKind::InvalidBody => Problem::invalid_body(vec![FieldError {
            field: "colour".into(),
            detail: "There is no such field.".to_owned(),
        }]),
        ProblemKind::Unauthorized => Problem::unauthorized(),
        ProblemKind::Forbidden => Problem::forbidden(),
        ProblemKind::NotFound => Problem::not_found(),
        ProblemKind::MethodNotAllowed => Problem::method_not_allowed(),
        ProblemKind::Conflict => Problem::conflict("tenant", "Another tenant has adopted this call."),
        ProblemKind::PreconditionFailed => Problem::precondition_failed(),
        ProblemKind::PreconditionRequired => Problem::precondition_required(),
        ProblemKind::TooLarge => Problem::too_large(MOST_BYTES),
        ProblemKind::UnsupportedMediaType => Problem::not_json(),
        ProblemKind::IdempotencyKeyReused => Problem::idempotency_key_reused(),
        ProblemKind::TooManyWrongKeys => Problem::too_many_wrong_keys(chrono::TimeDelta::seconds(30)),
        ProblemKind::Internal => Problem::internal(),
        ProblemKind::TwilioFailed => Problem::twilio_failed("Twilio answered with status 500."),
        ProblemKind::TwilioSilent => Problem::twilio_silent(),
        ProblemKind::Unavailable => Problem::unavailable(),
    };
    problem.with_request_id("01a2145c-2c70-7af2-8b1f-3d0c5a6e9b21".to_owned())
}
