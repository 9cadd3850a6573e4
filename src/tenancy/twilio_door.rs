//! The door that Twilio comes through: reads a webhook, checks its signature, makes the proof.
//!
//! Promises: the signature is checked over our configured public URL and the raw target, with every token of the account
//! that the request names. Whatever can't be proved gets the same 403.
//! Doesn't: let `Host` or a forwarded header decide anything; whoever sends a request chooses those. They are guesses for
//! the explanation of a refusal, which goes to our log alone.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, OriginalUri, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::account::{Account, AccountReach, AccountSource};
use super::accounts::AccountDirectory;
use super::refusal_doctor::{Patient, RefusalDoctor};
use super::twilio_request::VerifiedTwilioRequest;
use crate::twilio::form::FormParameters;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::{self, AuthToken, SignatureRefusal, SignedBody};
use crate::twilio::signature_doctor::Diagnosis;

/// Ample for a long `SpeechResult`; Twilio's largest webhook is a tenth of it.
const MOST_BYTES: usize = 64 * 1024;
/// Twilio sends about 30.
const MOST_PARAMETERS: usize = 256;
/// Names that decide something. Two values of one of them would let the signer and the handler read different ones.
const DECIDING: [&str; 6] = ["To", "From", "CallSid", "Called", "MessageSid", "Digits"];

/// What checking a webhook needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TwilioDoor {
    /// Under which URLs Twilio calls us; several while a domain moves.
    pub public_urls: Arc<[PublicBaseUrl]>,
    /// Who may sign.
    pub accounts: Arc<AccountDirectory>,
    /// Explains refusals to our log.
    pub doctor: RefusalDoctor,
}

/// Why a webhook is turned away. None of these is TwiML: nobody who is not Twilio shall learn what a caller hears.
#[derive(Debug, thiserror::Error)]
pub enum TwilioRefusal {
    /// 413.
    #[error("the body is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// 400: the body broke off.
    #[error("the body could not be read")]
    Unreadable,
    /// 403, the same for every cause.
    #[error("not proved to come from Twilio: {0}")]
    NotProved(#[from] NotProved),
    /// 415.
    #[error("the request is genuine, but its body is no form, as Twilio's voice webhooks are")]
    NoForm,
    /// 400.
    #[error("the request is genuine, but {0}")]
    Malformed(&'static str),
}

/// Why a request is not proved to come from Twilio. For our log alone.
#[derive(Debug, thiserror::Error)]
pub enum NotProved {
    /// `X-Twilio-Signature` is missing or there more than once.
    #[error("{0} signature headers instead of one")]
    SignatureHeaders(usize),
    /// `AccountSid` is missing or there more than once.
    #[error("{0} AccountSid parameters instead of one")]
    AccountSids(usize),
    /// `AccountSid` is no SID.
    #[error("AccountSid is malformed")]
    AccountSid,
    /// The form is not UTF-8.
    #[error("the form is not UTF-8")]
    NotUtf8,
    /// No token of ours belongs to the account.
    #[error("account {0} is unknown here; `switchboard account create` stores its token")]
    UnknownAccount(AccountSid),
    /// The signature.
    #[error("account {0}: {1}")]
    Signature(AccountSid, SignatureRefusal),
    /// The signature, and what the doctor found.
    #[error("account {0}: {1}")]
    Explained(AccountSid, Diagnosis),
}

/// Why a webhook was turned away, in one word, for the figures. Travels with the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalCause(pub &'static str);

impl TwilioRefusal {
    fn cause(&self) -> RefusalCause {
        RefusalCause(match self {
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::NoForm => "no_form",
            Self::Malformed(_) => "malformed",
            Self::NotProved(NotProved::SignatureHeaders(_)) => "signature_headers",
            Self::NotProved(NotProved::AccountSids(_) | NotProved::AccountSid) => "account_sid",
            Self::NotProved(NotProved::NotUtf8) => "not_utf8",
            Self::NotProved(NotProved::UnknownAccount(_)) => "unknown_account",
            Self::NotProved(NotProved::Signature(..) | NotProved::Explained(..)) => "signature",
        })
    }
}

impl IntoResponse for TwilioRefusal {
    fn into_response(self) -> Response {
        let cause = self.cause();
        let span = tracing::Span::current();
        span.record("decision", "refused");
        span.record("reason", tracing::field::display(&self));
        let mut response = match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.\n").into_response(),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "The body could not be read.\n").into_response(),
            Self::NotProved(_) => (StatusCode::FORBIDDEN, "Forbidden\n").into_response(),
            Self::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/x-www-form-urlencoded.\n")
                .into_response(),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, format!("{self}.\n")).into_response(),
        };
        response.extensions_mut().insert(cause);
        response
    }
}

impl<S> FromRequest<S> for VerifiedTwilioRequest
where
    S: Send + Sync,
    TwilioDoor: FromRef<S>,
{
    type Rejection = TwilioRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let door = TwilioDoor::from_ref(state);
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, MOST_BYTES).await.map_err(|error| unread(&error))?;
        // Routers that nest cut the path; Twilio signed all of it.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let unproved = UnprovedRequest::read(uri, &parts.headers, &bytes)?;
        let proved = unproved.prove(&door).await;
        let (source, account) = proved.map_err(|refusal| unproved.explain(refusal, &door, &parts.headers))?;
        unproved.accept(source, account.reach)
    }
}

fn unread(error: &axum::Error) -> TwilioRefusal {
    let too_large = std::error::Error::source(error)
        .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large { TwilioRefusal::TooLarge } else { TwilioRefusal::Unreadable }
}

/// A request as it stands there: it may be looked at only for what finds the token to check it with.
struct UnprovedRequest<'a> {
    account_sid: AccountSid,
    signature: &'a str,
    path_and_query: &'a str,
    body: Body<'a>,
}

enum Body<'a> {
    Form(FormParameters),
    Other(&'a [u8]),
}

impl<'a> UnprovedRequest<'a> {
    fn read(uri: &'a Uri, headers: &'a HeaderMap, bytes: &'a Bytes) -> Result<Self, NotProved> {
        let mut signatures = headers.get_all("x-twilio-signature").iter();
        let signature = match (signatures.next().map(|value| value.to_str()), signatures.count()) {
            (Some(Ok(signature)), 0) => signature,
            (Some(_), more) => return Err(NotProved::SignatureHeaders(more + 1)),
            (None, _) => return Err(NotProved::SignatureHeaders(0)),
        };
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(signature::content_type_is_form);
        let body = if is_form {
            Body::Form(FormParameters::parse(bytes).map_err(|_| NotProved::NotUtf8)?)
        } else {
            Body::Other(bytes)
        };
        let account_sid = only_account_sid(uri, &body)?;
        let path_and_query = uri.path_and_query().map_or("/", |path_and_query| path_and_query.as_str());
        Ok(Self { account_sid, signature, path_and_query, body })
    }

    /// Finds a token that signed it; asks the database again where that may help.
    async fn prove(&self, door: &TwilioDoor) -> Result<(AccountSource, Account), NotProved> {
        let urls: Vec<String> = door
            .public_urls
            .iter()
            .flat_map(|base| signature::candidate_urls(&base.join(self.path_and_query)))
            .collect();
        let known = door.accounts.known(&self.account_sid);
        // An unknown account costs the same work: how long a refusal takes must not tell who is a customer.
        let checked = self.check(known.as_ref().map_or(&[], |(_, account)| &account.tokens), &urls);
        match (known, checked) {
            (Some(known), Ok(())) => {
                door.accounts.refresh_if_old(&self.account_sid);
                Ok(known)
            }
            (known, checked) => {
                let Some(fresh) = door.accounts.reloaded(&self.account_sid).await else {
                    return Err(match (known, checked) {
                        (Some(_), Err(refusal)) => NotProved::Signature(self.account_sid.clone(), refusal),
                        (Some(_) | None, _) => NotProved::UnknownAccount(self.account_sid.clone()),
                    });
                };
                self.check(&fresh.1.tokens, &urls)
                    .map_err(|refusal| NotProved::Signature(self.account_sid.clone(), refusal))?;
                Ok(fresh)
            }
        }
    }

    /// The same refusal, with what would have matched where the doctor has time. For an unknown account, too: a call of a
    /// subaccount may be signed with a token that is at hand.
    fn explain(&self, refusal: NotProved, door: &TwilioDoor, headers: &HeaderMap) -> NotProved {
        match &refusal {
            NotProved::Signature(_, SignatureRefusal::Mismatch { .. }) | NotProved::UnknownAccount(_) => {}
            NotProved::Signature(..)
            | NotProved::SignatureHeaders(_)
            | NotProved::AccountSids(_)
            | NotProved::AccountSid
            | NotProved::NotUtf8
            | NotProved::Explained(..) => return refusal,
        }
        let form = match &self.body {
            Body::Form(parameters) => Some(parameters),
            Body::Other(_) => None,
        };
        let patient = Patient {
            public_urls: &door.public_urls,
            headers,
            path_and_query: self.path_and_query,
            form,
            signature: self.signature,
            account_sid: &self.account_sid,
        };
        match (door.doctor.look_at(&patient, || door.accounts.all()), &refusal) {
            // That nothing fits an unknown account was to be expected.
            (None, _) | (Some(Diagnosis::NotFound(_)), NotProved::UnknownAccount(_)) => refusal,
            (Some(diagnosis), _) => NotProved::Explained(self.account_sid.clone(), diagnosis),
        }
    }

    fn check(&self, tokens: &[AuthToken], urls: &[String]) -> Result<(), SignatureRefusal> {
        let body = match &self.body {
            Body::Form(parameters) => SignedBody::Form(parameters),
            Body::Other(bytes) => SignedBody::Raw(bytes),
        };
        let tokens: Vec<&AuthToken> = tokens.iter().collect();
        signature::verify(&tokens, urls, body, self.signature)
    }

    /// The request is genuine; is it one that can be understood?
    fn accept(
        self,
        source: AccountSource,
        reach: AccountReach,
    ) -> Result<VerifiedTwilioRequest, TwilioRefusal> {
        let Body::Form(parameters) = self.body else { return Err(TwilioRefusal::NoForm) };
        if parameters.len() > MOST_PARAMETERS {
            return Err(TwilioRefusal::Malformed("it has more than 256 parameters"));
        }
        if parameters.contains_nul() {
            return Err(TwilioRefusal::Malformed("a parameter holds a NUL character"));
        }
        if DECIDING.iter().any(|name| parameters.count(name) > 1) {
            return Err(TwilioRefusal::Malformed("a parameter that decides something stands there twice"));
        }
        Ok(VerifiedTwilioRequest::proven(self.account_sid, source, reach, parameters))
    }
}

/// Exactly one `AccountSid` in form and query together: with two, the token could be chosen by one and the rest meant for
/// another.
fn only_account_sid(uri: &Uri, body: &Body<'_>) -> Result<AccountSid, NotProved> {
    let query =
        FormParameters::parse(uri.query().unwrap_or_default().as_bytes()).map_err(|_| NotProved::NotUtf8)?;
    let in_form = match body {
        Body::Form(parameters) => Some(parameters),
        Body::Other(_) => None,
    };
    let count = query.count("AccountSid") + in_form.map_or(0, |form| form.count("AccountSid"));
    if count != 1 {
        return Err(NotProved::AccountSids(count));
    }
    let sid = in_form.and_then(|form| form.get("AccountSid")).or_else(|| query.get("AccountSid"));
    sid.and_then(|sid| AccountSid::parse(sid).ok()).ok_or(NotProved::AccountSid)
}
