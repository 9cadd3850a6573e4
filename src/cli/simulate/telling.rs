//! A simulated call, told to the person who placed it.
//!
//! Promises: each request with its answer, as it happens, and what the caller hears; a repetition is told only if it was
//! answered otherwise. As JSON all of it, at the end.

use serde::Serialize;
use serde_json::json;

use crate::calls::call::Call;
use crate::cli::failure::Failure;
use crate::cli::layout::beside;
use crate::cli::output::say;
use crate::simulator::{Exchange, Heard, PlacedCall};

/// How the call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it goes on, for people.
    Story,
    /// At its end, for programs.
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

/// The call so far.
#[derive(Debug)]
pub(super) struct Telling {
    form: Form,
    expectation: Expectation,
    parties: Parties,
    call_sid: String,
    exchanges: Vec<Exchange>,
}

/// A request in JSON.
#[derive(Serialize)]
struct ToldRequest<'a> {
    request: String,
    path: &'a str,
    status: u16,
    took_ms: u128,
    heard: &'a [Heard],
}

impl Telling {
    /// Begins with who calls whom.
    pub(super) fn begin(
        form: Form,
        expectation: Expectation,
        parties: Parties,
        call: &PlacedCall,
    ) -> Result<Self, Failure> {
        let telling =
            Self { form, expectation, parties, call_sid: call.call_sid().to_string(), exchanges: Vec::new() };
        let Parties { from, to, tenant } = &telling.parties;
        let from = if from.is_empty() { "somebody without a number" } else { from };
        let owner = tenant.as_deref().unwrap_or("nobody's number");
        telling.tell(|| format!("{from} calls {to} ({owner})\n"))?;
        Ok(telling)
    }

    /// Tells a request and its answer.
    pub(super) fn add(&mut self, exchange: Exchange) -> Result<(), Failure> {
        let first = self.exchanges.iter().find(|told| told.request == exchange.request);
        match first {
            None => self.tell(|| lines(&exchange, &exchange.request.to_string()))?,
            Some(first) if alike(first, &exchange) => {}
            Some(_) => self.tell(|| lines(&exchange, "  the same, repeated"))?,
        }
        self.exchanges.push(exchange);
        Ok(())
    }

    /// Tells what became of it, and fails if the server did not answer as it should.
    pub(super) fn end(&self, ending: &Ending) -> Result<(), Failure> {
        match self.form {
            Form::Story => {
                say("")?;
                let repeated = self.exchanges.iter().filter(|exchange| exchange.earlier > 0).count();
                if repeated > 0 {
                    say(format!("{repeated} of {} requests were repetitions", self.exchanges.len()))?;
                }
                say(self.in_words(ending))?;
            }
            Form::Json => say(self.in_json(ending)?)?,
        }
        self.complaint(ending).map_or(Ok(()), |complaint| Err(Failure::Failed(complaint)))
    }

    fn tell(&self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.form {
            Form::Story => Ok(say(text())?),
            Form::Json => Ok(()),
        }
    }

    fn in_words(&self, ending: &Ending) -> String {
        let sid = &self.call_sid;
        match ending {
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

    fn in_json(&self, ending: &Ending) -> Result<String, Failure> {
        let told = |exchange| {
            let Exchange { request, path, reply, .. }: &Exchange = exchange;
            let took_ms = reply.took.as_millis();
            ToldRequest {
                request: request.to_string(),
                path,
                status: reply.status,
                took_ms,
                heard: &reply.heard,
            }
        };
        let (logged, is_quarantined) = match ending {
            Ending::Logged(call) => (Some(call), false),
            Ending::Quarantined => (None, true),
            Ending::Nowhere => (None, false),
        };
        let whole = json!({
            "call_sid": self.call_sid,
            "parties": self.parties,
            "requests": self.exchanges.iter().map(told).collect::<Vec<_>>(),
            "logged": logged,
            "is_quarantined": is_quarantined,
            "is_as_it_should_be": self.complaint(ending).is_none(),
        });
        serde_json::to_string_pretty(&whole).map_err(|error| Failure::Failed(error.to_string()))
    }

    /// What is wrong, if anything is.
    fn complaint(&self, ending: &Ending) -> Option<String> {
        let strange = self.exchanges.iter().find(|exchange| match self.expectation {
            Expectation::Content => !exchange.is_accepted(),
            Expectation::Refusal => exchange.reply.status != 403,
        });
        if let Some(Exchange { request, reply, .. }) = strange {
            let status = reply.status;
            return Some(match (self.expectation, status) {
                (Expectation::Refusal, _) => {
                    format!("a request without a signature was answered with {status} instead of 403")
                }
                (Expectation::Content, 403) => {
                    "the server refused a signed request: its PUBLIC_BASE_URL or its tokens are \
                                                others than this command's; give both the same environment"
                        .to_owned()
                }
                (Expectation::Content, _) => {
                    format!("{request} was answered with {status}, which Twilio would take for a failure")
                }
            });
        }
        match (self.expectation, ending) {
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

fn alike(one: &Exchange, other: &Exchange) -> bool {
    (one.reply.status, &one.reply.heard) == (other.reply.status, &other.reply.heard)
}

fn lines(exchange: &Exchange, what: &str) -> String {
    let path = format!("POST {}", without_id(&exchange.path));
    let request = format!("  {what:<22} {path:<43} {}", exchange.reply.status);
    let heard = exchange.reply.heard.iter().map(|heard| beside("      ", &heard.to_string()));
    std::iter::once(request).chain(heard).collect::<Vec<_>>().join("\n")
}

/// A tenant's id, cut so that the line stays a line.
fn without_id(path: &str) -> String {
    let shortened = path.split('/').map(|part| match part.get(..8) {
        Some(start) if part.len() == 36 => format!("{start}…"),
        Some(_) | None => part.to_owned(),
    });
    shortened.collect::<Vec<_>>().join("/")
}
