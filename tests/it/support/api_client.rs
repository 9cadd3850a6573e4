//! A program of the agency or of a firm, with its key.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::Value;

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

    pub(crate) async fn post(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        app.send(self.with_json(Method::POST, path, body)).await
    }

    pub(crate) async fn patch(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        app.send(self.with_json(Method::PATCH, path, body)).await
    }

    pub(crate) async fn delete(&self, app: &TestApp, path: &str) -> Answer {
        app.send(self.request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    /// A request with this key, for what the methods above don't send.
    pub(crate) fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, &self.authorization)
    }

    fn with_json(&self, method: Method, path: &str, body: &Value) -> Request<Body> {
        self.request(method, path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .unwrap()
    }
}
