//! What a request's body says of a call to be tried, or of settings to be reviewed. Pure; all mistakes are told at once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{Array, Type};

use super::document::{object, or_null};
use super::walk::{Answer, Callee, Cast};
use crate::handling::{Mistake, changed};
use crate::routing::{Call, Key};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};
use crate::web::json_fields::{JsonFields, read_text};
use crate::web::problem::{FieldError, Problem};
use crate::web::query::read_time;

/// As many as a question can be read out, and more.
const MOST_ANSWERS: usize = 10;
const LONGEST_WORDS: usize = 1_000;
const ANSWERS: &str =
    "Must be a list such as [{\"presses\": \"9\"}, {\"says\": \"no heat\"}, {}], one for each question.";
const CALLEES: &str =
    "Must be an object such as {\"+12145550199\": \"voicemail\"}; each accepts, ignores, voicemail or busy.";

/// The call to be tried.
// For the document: `trial` reads it.
#[derive(ToSchema)]
pub struct TrialBody {
    /// When it comes in; missing: now.
    #[schema(example = "2026-12-25T15:00:00Z")]
    pub at: Option<DateTime<Utc>>,
    /// Who calls, as Twilio says it: a number, `anonymous`, `client:…`. Missing: a caller whose number is withheld.
    #[schema(min_length = 1, max_length = 1000, example = "+19725550123")]
    pub from: Option<String>,
    /// Which of the tenant's numbers is dialled; missing: its main one.
    #[schema(format = "phone-number", example = "+12145550100")]
    pub to: Option<String>,
    /// What the caller does at each question in turn: `{"presses": "9"}`, `{"says": "no heat"}`, or `{}` for nothing.
    #[schema(schema_with = answers)]
    pub caller: Option<Vec<Value>>,
    /// What those do who are rung, by number: `accepts`, `ignores`, `voicemail` or `busy`. Whoever is missing ignores it.
    #[schema(schema_with = callees)]
    pub callees: Option<Value>,
    /// Settings that nobody has saved, as a merge patch over the saved ones.
    #[schema(schema_with = patch_or_null)]
    pub settings: Option<Value>,
}

/// The settings to be reviewed.
// For the document: `review` reads it.
#[derive(ToSchema)]
pub struct ReviewBody {
    /// Settings that nobody has saved, as a merge patch over the saved ones.
    #[schema(schema_with = patch)]
    pub settings: Value,
}

fn answers() -> Array {
    let answer = object("What the caller does at one question.", &json!({ "presses": "9" }));
    let mut answers = Array::new(answer);
    answers.schema_type = [Type::Array, Type::Null].into_iter().collect();
    answers.description = Some(
        "What the caller does at each question in turn: `{\"presses\": \"9\"}`, `{\"says\": \"no heat\"}`, or `{}` for \
         nothing."
            .to_owned(),
    );
    answers
}

fn callees() -> Object {
    let about = "What those do who are rung, by number: `accepts`, `ignores`, `voicemail` or `busy`. Whoever is missing \
                 ignores it.";
    or_null(object(about, &json!({ "+12145550199": "voicemail" })))
}

fn patch() -> Object {
    let about = "Settings that nobody has saved, as a merge patch over the saved ones.";
    object(about, &json!({ "hours": { "week": { "monday": [{ "from": "08:00", "to": "12:00" }] } } }))
}

fn patch_or_null() -> Object {
    or_null(patch())
}

/// A tenant's row, and its numbers, the main one first.
#[derive(Debug)]
pub struct Tenant {
    /// As its calls read it.
    pub row: Value,
    /// In E.164.
    pub own: Vec<E164PhoneNumber>,
}

/// A call to be tried.
#[derive(Debug)]
pub struct Tried {
    /// When.
    pub at: DateTime<Utc>,
    /// Who calls whom.
    pub call: Call,
    /// What people do.
    pub cast: Cast,
    /// The row that decides.
    pub row: Value,
}

/// A call to be tried.
pub fn trial(mut fields: JsonFields, tenant: &Tenant, now: DateTime<Utc>) -> Result<Tried, Problem> {
    let at = fields.optional("at", read_time).unwrap_or(now);
    let from = fields.optional("from", read_text(LONGEST_WORDS)).unwrap_or_default();
    let to = fields.optional("to", |text| E164PhoneNumber::parse(text).map_err(|error| error.to_string()));
    let caller =
        fields.value("caller").and_then(|value| read_answers(&value, &mut fields)).unwrap_or_default();
    let callees =
        fields.value("callees").and_then(|value| read_callees(&value, &mut fields)).unwrap_or_default();
    let row = match fields.value("settings") {
        Some(patch) => read_patch(&patch, tenant, &mut fields),
        None => Some(tenant.row.clone()),
    };
    let row = fields.finish(row)?;
    let call = Call { caller: CallerId::parse(&from), dialled: to.or_else(|| tenant.own.first().cloned()) };
    Ok(Tried { at, call, cast: Cast { caller, callees }, row })
}

/// The row under settings to be reviewed.
pub fn review(mut fields: JsonFields, tenant: &Tenant) -> Result<Value, Problem> {
    let patch = fields.value("settings");
    if patch.is_none() {
        fields.missing("settings");
    }
    let row = patch.and_then(|patch| read_patch(&patch, tenant, &mut fields));
    fields.finish(row)
}

/// What is wrong with settings, within a field of the body or as the whole of it.
#[must_use]
pub fn told(mistake: &Mistake, within: Option<&str>) -> FieldError {
    let field = match within {
        Some(within) if mistake.field.is_empty() => within.to_owned(),
        Some(within) => format!("{within}.{}", mistake.field),
        None => mistake.field.clone(),
    };
    let said = mistake.wrong.to_string();
    let mut signs = said.chars();
    let first: String = signs.next().into_iter().flat_map(char::to_uppercase).collect();
    FieldError { field: Cow::Owned(field), detail: format!("{first}{}.", signs.as_str()) }
}

fn read_patch(patch: &Value, tenant: &Tenant, fields: &mut JsonFields) -> Option<Value> {
    let Some(patch) = patch.as_object() else {
        return fields.wrong("settings", "Must be an object with the parts that change.");
    };
    match changed(&tenant.row, patch, &tenant.own) {
        Ok(row) => Some(row),
        Err(mistakes) => {
            for mistake in &mistakes {
                fields.wrong_within(told(mistake, Some("settings")));
            }
            None
        }
    }
}

fn read_answers(value: &Value, fields: &mut JsonFields) -> Option<Vec<Answer>> {
    let list = value.as_array().filter(|list| list.len() <= MOST_ANSWERS);
    let read = list.and_then(|list| list.iter().map(|answer| read_answer(answer.as_object()?)).collect());
    read.or_else(|| fields.wrong("caller", ANSWERS))
}

fn read_answer(answer: &Map<String, Value>) -> Option<Answer> {
    let mut fields = answer.iter();
    let read = match fields.next() {
        None => Answer::Nothing,
        Some((name, value)) if name == "presses" => {
            let key: Key = value.as_str()?.parse().ok()?;
            Answer::Presses(key.to_string())
        }
        Some((name, value)) if name == "says" => {
            Answer::Says(value.as_str().filter(|words| words.len() <= LONGEST_WORDS)?.to_owned())
        }
        Some(_) => return None,
    };
    fields.next().is_none().then_some(read)
}

fn read_callees(value: &Value, fields: &mut JsonFields) -> Option<BTreeMap<E164PhoneNumber, Callee>> {
    let callee = |(number, word): (&String, &Value)| {
        let callee = Callee::ALL.into_iter().find(|callee| Some(callee.as_str()) == word.as_str())?;
        Some((E164PhoneNumber::parse(number).ok()?, callee))
    };
    let read = value.as_object().and_then(|callees| callees.iter().map(callee).collect());
    read.or_else(|| fields.wrong("callees", CALLEES))
}
