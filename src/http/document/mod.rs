//! The OpenAPI document, completed.
//!
//! Each route brings its own part: the path, what it reads, and the answers that are its own. What the layers, the proofs
//! and the readers of bodies do to every request is said here, once. Promises: no operation leaves out an answer that they
//! give. Doesn't: know any route.

mod answers;
mod bodies;
mod examples;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, ServerBuilder, Tag};
use utoipa::{PartialSchema, ToSchema};

use crate::web::problem::{FieldError, Problem};
use crate::web::problem_kind::ProblemKind;

/// What holds for all of the API.
const INTRODUCTION: &str = include_str!("introduction.md");

/// The groups, in the order in which somebody reads about them.
const GROUPS: [(&str, &str); 10] = [
    ("Calls", "The call log of a tenant: who called, how long, and what it came to."),
    ("Appointments", "The visits of a tenant."),
    ("Settings", "How the calls of a tenant are handled: hours, who is rung, menu, voicemail, emergencies."),
    ("Tenants", "The firms whose calls are answered. For operators."),
    ("Numbers", "Which number goes to which tenant. For operators."),
    ("Accounts", "The Twilio accounts whose calls are taken, and their tokens. For operators."),
    (
        "Unrouted calls",
        "A call that belongs to nobody waits in quarantine until somebody adopts it into a tenant's log. For operators.",
    ),
    ("Twilio", "What Twilio calls while a call goes on. Every request must carry Twilio's signature."),
    ("Health", "For whoever keeps the server running. No key is needed."),
    ("Documentation", "What you are reading, for people and for programs. No key is needed."),
];

/// The document of the routes, with all that is common to them.
#[must_use]
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Switchboard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(INTRODUCTION))
        .license(Some(
            LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
        ))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url("/").description(Some("This server.")).build()]);
    document.tags = Some(GROUPS.map(|(name, about)| tag(name, about)).to_vec());
    let components = document.components.get_or_insert_default();
    for (name, schema) in [
        (Problem::name(), Problem::schema()),
        (FieldError::name(), FieldError::schema()),
        (ProblemKind::name(), ProblemKind::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    components.add_security_scheme("tenant_key", bearer("A key of one tenant."));
    components.add_security_scheme("operator_key", bearer("A key of the agency's own people and programs."));
    components.add_security_scheme("twilio_signature", signature());
    for item in document.paths.paths.values_mut() {
        answers::add(item, components);
    }
    bodies::tighten(&mut document);
    examples::add(&mut document);
    document
}

fn tag(name: &str, about: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(about)).build()
}

fn bearer(about: &str) -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(about.to_owned());
    SecurityScheme::Http(scheme)
}

fn signature() -> SecurityScheme {
    let about = "Twilio's signature of the URL and the form, made with an auth token of the account that the form names.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-Twilio-Signature", about)))
}
