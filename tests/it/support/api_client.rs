//! A program of the agency or of a firm, with its key.

use axum::body::Body;
use axum::http::{Request, header};

use super::{Answer, TestApp};

#[derive(Clone, Debug)]
pub(crate) struct ApiClient {
    authorization: String,
}

impl ApiClient {
    pub(crate) fn with_key(key: &str) -> Self {
        Self { authorization: format!("Bearer {key}") }
    }

    /// The whole header, for what no client should send.
    pub(crate) fn with_authorization(authorization: &str) -> Self {
        Self { authorization: authorization.to_owned() }
    }

    pub(crate) async fn get(&self, app: &TestApp, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, &self.authorization)
            .body(Body::empty())
            .unwrap();
        app.send(request).await
    }
}
