//! A webhook, as it goes over the wire.
//!
//! Built by [`Twilio`](super::Twilio), signed when it is sent. Every part can be replaced, for what Twilio would never
//! send; what is replaced after signing spoils the signature, as it should.

use axum::body::Body;
use axum::http::{Method, Request, header};
use switchboard::twilio::form::FormParameters;
use switchboard::twilio::signature::{AuthToken, SignedBody, sign};

use super::stage::PUBLIC_URL;

#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    host: String,
    path: String,
    pub(crate) parameters: Vec<(String, String)>,
    /// Sent in place of the parameters.
    body: Option<Vec<u8>>,
    content_type: Option<String>,
    headers: Vec<(String, String)>,
    /// Sent as they are, in place of the one that fits.
    signatures: Option<Vec<String>>,
    token: AuthToken,
    base_url: String,
}

impl Webhook {
    pub(super) fn new(token: AuthToken, path: &str, parameters: Vec<(String, String)>) -> Self {
        Self {
            host: "127.0.0.1:8080".to_owned(),
            path: path.to_owned(),
            parameters,
            body: None,
            content_type: Some("application/x-www-form-urlencoded; charset=UTF-8".to_owned()),
            headers: Vec::new(),
            signatures: None,
            token,
            base_url: PUBLIC_URL.to_owned(),
        }
    }

    /// To another path, and with another query, than its parameters suggest.
    pub(crate) fn at(mut self, path_and_query: &str) -> Self {
        path_and_query.clone_into(&mut self.path);
        self
    }

    /// The same with a query.
    pub(crate) fn with_query(mut self, query: &str) -> Self {
        self.path = format!("{}?{query}", self.path);
        self
    }

    /// Sets a parameter; an existing one keeps its place.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.parameters.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a parameter, even if there is one of that name.
    pub(crate) fn with_another(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// What it says about the host that it was sent to.
    pub(crate) fn with_host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A body that is no form. Twilio signs the URL alone then, which should hold the body's hash.
    pub(crate) fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = Some(content_type.to_owned());
        self.body = Some(body.into());
        self
    }

    pub(crate) fn without_content_type(mut self) -> Self {
        self.content_type = None;
        self
    }

    /// The public address that Twilio has in its settings.
    pub(crate) fn called_at(mut self, base_url: &str) -> Self {
        base_url.clone_into(&mut self.base_url);
        self
    }

    /// Signed by somebody else.
    pub(crate) fn signed_with(mut self, token: &AuthToken) -> Self {
        self.token = token.clone();
        self
    }

    /// These values of `X-Twilio-Signature` and no other: none, a forged one, two.
    pub(crate) fn with_signatures(mut self, signatures: &[&str]) -> Self {
        self.signatures = Some(signatures.iter().map(|&value| value.to_owned()).collect());
        self
    }

    /// The signature that Twilio makes.
    pub(crate) fn signature(&self) -> String {
        let url = format!("{}{}", self.base_url, self.path);
        match &self.body {
            Some(body) => sign(&self.token, &url, SignedBody::Raw(body)),
            None => sign(&self.token, &url, SignedBody::Form(&self.form())),
        }
    }

    /// The value of a parameter.
    pub(crate) fn value(&self, name: &str) -> &str {
        &self.parameters.iter().find(|(known, _)| known == name).unwrap().1
    }

    pub(crate) fn to_request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, "TwilioProxy/1.1");
        if let Some(content_type) = &self.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for signature in self.signatures.clone().unwrap_or_else(|| vec![self.signature()]) {
            request = request.header("X-Twilio-Signature", signature);
        }
        request.body(self.encoded_body().into()).unwrap()
    }

    /// The bytes of the body.
    pub(crate) fn encoded_body(&self) -> Vec<u8> {
        self.body.clone().unwrap_or_else(|| self.form().encode().into_bytes())
    }

    fn form(&self) -> FormParameters {
        FormParameters::from_pairs(self.parameters.clone())
    }
}
