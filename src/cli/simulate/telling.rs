//! A simulated call, told to the person who placed it.
//!
//! Promises: the conversation as people would hear it, what became of it, and whatever Twilio would not be content with. As
//! JSON each request, too.

use serde::Serialize;
use serde_json::json;

use crate::calls::call::Call;
use crate::cli::failure::Failure;
use crate::cli::output::say;
use crate::cli::spoken;
use crate::simulator::{self, Conversation, Exchange, Told};

/// How the call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Story,
    /// For people who want to see the requests, too.
    StoryWithRequests,
    /// For programs.
    Json,
}

/// How the server should answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expectation {
    /// As Twilio would like it.
    Content,
    /// With 403, because nothing proves that it is Twilio who asks.
    Refusal,
}

/// Who calls whom.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Parties {
    /// As Twilio says it.
    pub(super) from: String,
    /// E.164.
    pub(super) to: String,
    /// Whose number it is: the slug. None if it is nobody's.
    pub(super) tenant: Option<String>,
}

/// What became of the call.
#[derive(Debug)]
pub(super) enum Ending {
    /// It is in its tenant's log.
    Logged(Box<Call>),
    /// It is in quarantine.
    Quarantined,
    /// It is nowhere.
    Nowhere,
}

/// A call that is over.
#[derive(Debug)]
pub(super) struct Telling {
    pub(super) expectation: Expectation,
    pub(super) parties: Parties,
    pub(super) call_sid: String,
    pub(super) conversation: Conversation,
    pub(super) ending: Ending,
}

/// A request in JSON.
#[derive(Serialize)]
struct ToldRequest<'a> {
    request: String,
    path: &'a str,
    status: Option<u16>,
    took_ms: u128,
    failure: Option<String>,
}

/// A moment in JSON.
#[derive(Serialize)]
struct ToldMoment {
    at_seconds: u64,
    who: String,
    what: String,
}

impl Telling {
    /// Tells it, and fails if the server did not answer as it should.
    pub(super) fn tell(&self, form: Form) -> Result<(), Failure> {
        match form {
            Form::Story | Form::StoryWithRequests => {
                let Parties { from, to, tenant } = &self.parties;
                let from = if from.is_empty() { "somebody without a number" } else { from };
                let owner = tenant.as_deref().unwrap_or("nobody's number");
                say(format!("{from} calls {to} ({owner})\n"))?;
                say(spoken::story(&self.conversation))?;
                if form == Form::StoryWithRequests {
                    say(format!("\n{}", spoken::request_list(&self.conversation)))?;
                }
                say(format!("\n{}", spoken::requests(&self.conversation)))?;
                say(self.in_words())?;
            }
            Form::Json => say(self.in_json()?)?,
        }
        self.complaint().map_or(Ok(()), |complaint| Err(Failure::Failed(complaint)))
    }

    fn in_words(&self) -> String {
        let sid = &self.call_sid;
        match &self.ending {
            Ending::Logged(call) => {
                let tenant = self.parties.tenant.as_deref().unwrap_or("its tenant");
                let length =
                    call.duration_seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
                let outcome = call.outcome.as_ref().map(|outcome| format!(", {outcome}")).unwrap_or_default();
                format!("in the call log of {tenant}: {}{length}{outcome}\n  {sid}", call.status)
            }
            Ending::Quarantined => format!("in quarantine: the number leads to no active tenant\n  {sid}"),
            Ending::Nowhere => match self.expectation {
                Expectation::Refusal => "refused, as it should be: nothing was written".to_owned(),
                Expectation::Content => "nothing was written".to_owned(),
            },
        }
    }

    fn in_json(&self) -> Result<String, Failure> {
        let told = |exchange| {
            let Exchange { request, path, status, took, answer, .. }: &Exchange = exchange;
            ToldRequest {
                request: request.to_string(),
                path,
                status: *status,
                took_ms: took.as_millis(),
                failure: answer.as_ref().err().map(ToString::to_string),
            }
        };
        let moment =
            |told: Told| ToldMoment { at_seconds: told.at.as_secs(), who: told.who, what: told.what };
        let (logged, is_quarantined) = match &self.ending {
            Ending::Logged(call) => (Some(call), false),
            Ending::Quarantined => (None, true),
            Ending::Nowhere => (None, false),
        };
        let whole = json!({
            "call_sid": self.call_sid,
            "parties": self.parties,
            "conversation": self.conversation.story().into_iter().map(moment).collect::<Vec<_>>(),
            "requests": self.conversation.exchanges().map(told).collect::<Vec<_>>(),
            "logged": logged,
            "is_quarantined": is_quarantined,
            "is_as_it_should_be": self.complaint().is_none(),
        });
        serde_json::to_string_pretty(&whole).map_err(|error| Failure::Failed(error.to_string()))
    }

    /// What is wrong, if anything is.
    fn complaint(&self) -> Option<String> {
        let strange = self.conversation.exchanges().find(|exchange| match self.expectation {
            Expectation::Content => !exchange.is_accepted(),
            Expectation::Refusal => exchange.status != Some(403),
        });
        if let Some(Exchange { request, status, answer, .. }) = strange {
            let status = status.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
            return Some(match (self.expectation, answer) {
                (Expectation::Refusal, _) => {
                    format!("a request without a signature was answered with {status} instead of 403")
                }
                (Expectation::Content, Err(simulator::Failure::Status(403))) => {
                    "the server refused a signed request: its PUBLIC_BASE_URL or its tokens are others than this \
                     command's; give both the same environment"
                        .to_owned()
                }
                (Expectation::Content, Err(failure)) => {
                    format!("Twilio would take the answer to {request} for a failure: {failure}")
                }
                (Expectation::Content, Ok(_)) => return None,
            });
        }
        match (self.expectation, &self.ending) {
            (Expectation::Content, Ending::Nowhere) => {
                Some("the server accepted the call, and this database knows nothing of it; it works with another one".to_owned())
            }
            (Expectation::Refusal, Ending::Logged(_) | Ending::Quarantined) => {
                Some("the server refused the request, and wrote it down all the same".to_owned())
            }
            (Expectation::Content, Ending::Logged(_) | Ending::Quarantined)
            | (Expectation::Refusal, Ending::Nowhere) => None,
        }
    }
}
