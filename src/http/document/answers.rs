//! The answers that every operation shares with others of its kind.
//!
//! Promises: they follow from what the operation reads: a key, parameters, a body, an `Idempotency-Key`, a signature.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{
    Components, Content, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
    ResponseBuilder,
};

use super::examples;
use crate::web::problem::Problem;
use crate::web::problem_kind::ProblemKind;

/// Adds to each operation of a path what its own part doesn't say; answers that several share become components.
pub(super) fn add(item: &mut PathItem, components: &mut Components) {
    for operation in examples::operations(item) {
        if takes(operation, "twilio_signature") {
            add_refusals_of_webhooks(operation);
        } else if takes(operation, "operator_key") {
            add_problems(operation, components);
        }
        // The operation's own part says in words when these happen.
        let in_words = [
            ProblemKind::Conflict,
            ProblemKind::Internal,
            ProblemKind::TwilioFailed,
            ProblemKind::TwilioSilent,
        ];
        for kind in in_words {
            if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut(kind.status().as_str()) {
                answer.content = problems(&[kind]).content;
            }
        }
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                response.headers.insert("X-Request-Id".to_owned(), request_id().into());
            }
        }
    }
}

fn takes(operation: &Operation, scheme: &str) -> bool {
    // A requirement shows its names in JSON alone.
    let requirements = serde_json::to_value(&operation.security).unwrap_or_default();
    requirements.as_array().is_some_and(|all| all.iter().any(|one| one.get(scheme).is_some()))
}

/// What the extractors of `tenancy/` and `web/`, and the layers around the API, answer with.
fn add_problems(operation: &mut Operation, components: &mut Components) {
    let mut kinds = vec![
        ProblemKind::Unauthorized,
        ProblemKind::TooManyWrongKeys,
        ProblemKind::Internal,
        ProblemKind::Unavailable,
    ];
    if !takes(operation, "tenant_key") {
        kinds.push(ProblemKind::Forbidden);
    }
    if reads(operation, |parameter| parameter.parameter_in == ParameterIn::Path || parameter.name == "tenant")
    {
        kinds.push(ProblemKind::NotFound);
    }
    if reads(operation, |parameter| parameter.parameter_in != ParameterIn::Path) {
        kinds.push(ProblemKind::InvalidParameters);
    }
    if reads(operation, |parameter| parameter.name == "Idempotency-Key") {
        kinds.push(ProblemKind::IdempotencyKeyReused);
    }
    if reads(operation, |parameter| parameter.name == "If-Match") {
        kinds.extend([ProblemKind::PreconditionFailed, ProblemKind::PreconditionRequired]);
    }
    if operation.request_body.is_some() {
        kinds.extend([ProblemKind::InvalidBody, ProblemKind::TooLarge, ProblemKind::UnsupportedMediaType]);
    }
    let mut by_status: BTreeMap<String, Vec<ProblemKind>> = BTreeMap::new();
    for kind in ProblemKind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        by_status.entry(kind.status().as_str().to_owned()).or_default().push(kind);
    }
    for (status, kinds) in by_status {
        let name = kinds.iter().map(|kind| component_name(*kind)).collect::<Vec<_>>().join("Or");
        operation.responses.responses.insert(status, Ref::from_response_name(&name).into());
        components.responses.entry(name).or_insert_with(|| problems(&kinds).into());
    }
}

fn reads(operation: &Operation, is_it: impl Fn(&Parameter) -> bool) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .any(is_it)
}

/// `urn:switchboard:problem:not-found` is `NotFound` among the components.
fn component_name(kind: ProblemKind) -> String {
    let words = slug(kind).split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

/// The last word of a kind's name.
fn slug(kind: ProblemKind) -> &'static str {
    kind.urn().rsplit(':').next().unwrap_or_default()
}

/// Kinds that share a status share an answer, each with its example.
fn problems(kinds: &[ProblemKind]) -> Response {
    let mut media = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
    let mut answer = ResponseBuilder::new().header("X-Request-Id", request_id());
    let mut details = Vec::new();
    for kind in kinds {
        let problem = examples::problem(*kind);
        let value = serde_json::to_value(&problem).ok();
        let example = ExampleBuilder::new().summary(kind.title()).value(value).build();
        media = media.examples_from_iter([(slug(*kind), example)]);
        if problem.retry_after().is_some() {
            answer = answer.header("Retry-After", retry_after());
        }
        if *kind == ProblemKind::Unauthorized {
            answer = answer.header("WWW-Authenticate", bearer());
        }
        details.push(problem.detail().to_owned());
    }
    answer.description(details.join(" Or: ")).content("application/problem+json", media.build()).build()
}

/// `tenancy/twilio_door.rs`: nobody who is not Twilio learns anything, so these are plain text.
fn add_refusals_of_webhooks(operation: &mut Operation) {
    let refusals = [
        (
            "400",
            "The request is genuine, but can't be understood: it names no call, say.",
            "The body could not be read.\n",
        ),
        (
            "403",
            "Nothing proves that the request comes from Twilio. The server's log says why.",
            "Forbidden\n",
        ),
        ("413", "The body is larger than 64 KiB.", "The body is too large.\n"),
        (
            "415",
            "The request is genuine, but its body is no form.",
            "Send application/x-www-form-urlencoded.\n",
        ),
    ];
    for (status, description, text) in refusals {
        let answer = ResponseBuilder::new().description(description).content("text/plain", plain(text));
        operation.responses.responses.insert(status.to_owned(), answer.build().into());
    }
}

fn plain(text: &str) -> Content {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    ContentBuilder::new().schema(Some(schema)).example(Some(text.into())).build()
}

fn request_id() -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some("The `id` of the server's log line."))
        .build()
}

fn retry_after() -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1))))
        .description(Some("After how many seconds to try again."))
        .build()
}

fn bearer() -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["Bearer"]))))
        .description(Some("How a key is sent."))
        .build()
}
