//! What is true of every body.
//!
//! Promises: a request's body allows no field that is not listed, and no text that `web/json_fields.rs` refuses; an answer
//! always has all its fields.

use std::collections::BTreeSet;

use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{AdditionalProperties, Object, SchemaType, Type};
use utoipa::openapi::{Content, OpenApi, RefOr, Required, Schema};

use super::examples::operations;

const JSON: &str = "application/json";
/// Not only blanks, and no NUL, which PostgreSQL can't store.
const SAYS_SOMETHING: &str = r"^[^\u0000]*[^\s\u0000][^\u0000]*$";

/// Writes these rules into the document.
pub(super) fn tighten(document: &mut OpenApi) {
    let asked = names_of_request_bodies(document);
    let Some(components) = &mut document.components else { return };
    for (name, schema) in &mut components.schemas {
        if asked.contains(name) {
            objects(schema, &mut refuse_what_we_refuse);
        } else if name != "Problem" && !name.ends_with("Request") {
            objects(schema, &mut require_all);
        }
    }
    let needed = |name: &String| match components.schemas.get(name) {
        Some(RefOr::T(Schema::Object(object))) => !object.required.is_empty(),
        Some(_) | None => true,
    };
    for body in document.paths.paths.values_mut().flat_map(operations).filter_map(json_body) {
        // No body at all says the same as an object without fields.
        if !name_of(body).as_ref().is_some_and(needed) {
            body.required = Some(Required::False);
        }
    }
}

fn names_of_request_bodies(document: &mut OpenApi) -> BTreeSet<String> {
    let bodies = document.paths.paths.values_mut().flat_map(operations).filter_map(json_body);
    bodies.filter_map(|body| name_of(body)).collect()
}

fn json_body(operation: &mut Operation) -> Option<&mut RequestBody> {
    match &mut operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key(JSON).then_some(body),
        Some(RefOr::Ref(_)) | None => None,
    }
}

fn name_of(body: &RequestBody) -> Option<String> {
    match body.content.get(JSON)? {
        RefOr::T(Content { schema: Some(RefOr::Ref(reference)), .. }) => {
            reference.ref_location.rsplit('/').next().map(str::to_owned)
        }
        RefOr::T(_) | RefOr::Ref(_) => None,
    }
}

/// Every object that stands in a schema by itself, not by its name.
fn objects(schema: &mut RefOr<Schema>, change: &mut impl FnMut(&mut Object)) {
    match schema {
        RefOr::T(Schema::Object(object)) => change(object),
        RefOr::T(Schema::AllOf(all_of)) => all_of.items.iter_mut().for_each(|item| objects(item, change)),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn require_all(object: &mut Object) {
    object.required = object.properties.keys().cloned().collect();
}

fn refuse_what_we_refuse(object: &mut Object) {
    object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    for property in object.properties.values_mut() {
        if let RefOr::T(Schema::Object(text)) = property
            && is_text(&text.schema_type)
            && text.min_length.is_some()
            && text.format.is_none()
        {
            text.pattern = Some(SAYS_SOMETHING.to_owned());
        }
    }
}

fn is_text(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(Type::String) => true,
        SchemaType::Array(types) => types.contains(&Type::String),
        SchemaType::Type(_) | SchemaType::AnyValue => false,
    }
}
