//! The document says what the server does: every route is in it, every example fits, every answer is one that it lists.

mod document;

use std::collections::BTreeSet;
use std::process::Command;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Stage, TestApp};
use document::{Document, Operation};

struct Scene {
    stage: Stage,
    operator: ApiClient,
    app: TestApp,
    document: Document,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let operator = stage.operators_client().await;
        let app = stage.open().await;
        let document = Document::of(&app).await;
        Self { stage, operator, app, document }
    }

    /// Without a key and without a signature.
    async fn knock(&self, method: &Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        self.app.send(request.body(Body::empty()).unwrap()).await
    }

    /// An operator sends what the document shows; the answer must be the good one, and look as the document says.
    async fn follow(&self, id: &str, path: &str) -> Value {
        let operation = self.document.operation(id);
        let answer = match operation.method {
            Method::POST => self.operator.post(&self.app, path, operation.example_body()).await,
            Method::PATCH => self.operator.patch(&self.app, path, operation.example_body()).await,
            Method::DELETE => self.operator.delete(&self.app, path).await,
            _ => self.operator.get(&self.app, path).await,
        };
        assert!(answer.status.is_success(), "{id}: {answer:?}");
        operation.assert_answer_fits(&answer);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }
}

/// The paths that axum holds; it shows them nowhere else.
fn paths_of_router(app: &TestApp) -> BTreeSet<String> {
    let shown = format!("{:?}", app.router());
    let own = shown.split("fallback_router").next().unwrap();
    let entries = own.split("RouteId(").filter_map(|entry| entry.split_once("): \"")?.1.split_once('"'));
    entries.map(|(path, _)| path.to_owned()).collect()
}

#[tokio::test]
async fn routes_and_document_agree() {
    let scene = Scene::new().await;

    let in_router = paths_of_router(&scene.app);

    assert!(in_router.len() > 20, "axum shows its routes in another way: {in_router:?}");
    assert_eq!(in_router, scene.document.paths());
}

#[tokio::test]
async fn every_path_answers_to_the_methods_of_the_document_and_to_no_other() {
    let scene = Scene::new().await;
    let operations = scene.document.operations();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

    for operation in &operations {
        let of_path =
            |method: &Method| operations.iter().any(|o| o.path == operation.path && o.method == *method);
        for method in methods.iter().filter(|method| !of_path(method)) {
            let answer = scene.knock(method, &operation.example_path()).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {}", operation.path);
            let allowed: BTreeSet<&str> =
                answer.header("allow").split(',').filter(|m| *m != "HEAD").collect();
            let documented = methods.iter().filter(|method| of_path(method)).map(Method::as_str);
            assert_eq!(allowed, documented.collect(), "{}", operation.path);
            assert_eq!(answer.problem()["type"], "urn:switchboard:problem:method-not-allowed");
        }
        let answer = scene.knock(&operation.method, &operation.example_path()).await;
        operation.assert_answer_fits(&answer);
    }
}

#[tokio::test]
async fn every_example_fits_its_schema() {
    let scene = Scene::new().await;

    for operation in scene.document.operations() {
        operation.assert_examples_fit();
    }
}

#[tokio::test]
async fn an_agency_is_set_up_by_following_the_examples() {
    let scene = Scene::new().await;

    for made in ["create_tenant", "give_number", "store_account"] {
        scene.follow(made, scene.document.operation(made).path).await;
    }
    let visit = scene.follow("book_appointment", "/api/v1/appointments?tenant=acme-hvac").await;
    for asked in [
        "list_tenants",
        "show_tenant",
        "change_tenant",
        "list_numbers",
        "show_number",
        "change_number",
        "list_accounts",
        "show_account",
        "change_account",
        "list_unrouted_calls",
        "take_number",
    ] {
        scene.follow(asked, &scene.document.operation(asked).example_path()).await;
    }
    let of_tenant = |path: &str| format!("{path}?tenant=acme-hvac");
    scene.follow("list_calls", &of_tenant("/api/v1/calls")).await;
    scene.follow("list_appointments", &of_tenant("/api/v1/appointments")).await;
    for asked in [
        "show_settings",
        "list_settings_templates",
        "show_settings_template",
        "try_settings",
        "review_settings",
    ] {
        scene.follow(asked, &of_tenant(&scene.document.operation(asked).example_path())).await;
    }
    let visit = format!("/api/v1/appointments/{}", visit["id"].as_str().unwrap());
    scene.follow("show_appointment", &of_tenant(&visit)).await;
    scene.follow("cancel_appointment", &of_tenant(&format!("{visit}/cancel"))).await;
}

#[tokio::test]
async fn the_server_knows_exactly_the_fields_that_the_document_lists() {
    let scene = Scene::new().await;
    for made in ["create_tenant", "give_number", "store_account"] {
        scene.follow(made, scene.document.operation(made).path).await;
    }
    let with_body =
        |operation: &Operation<'_>| operation.body_fields().is_some_and(|(all, _)| !all.is_empty());
    let operations: Vec<Operation<'_>> = scene.document.operations().into_iter().filter(with_body).collect();
    assert_eq!(operations.len(), 10);

    for operation in operations {
        let (fields, required) = operation.body_fields().unwrap();
        let mut path = operation.example_path();
        if path.ends_with("/appointments") || path.contains("/settings/") {
            path.push_str("?tenant=acme-hvac");
        }
        let send = async |body: &Value| match operation.method {
            Method::POST => scene.operator.post(&scene.app, &path, body).await,
            _ => scene.operator.patch(&scene.app, &path, body).await,
        };

        let wrong = send(&operation.wrong_body()).await;
        operation.assert_answer_fits(&wrong);
        assert_eq!(named(&wrong, |detail| detail != "There is no such field."), fields, "{}", operation.id());
        if !required.is_empty() {
            let empty = send(&json!({})).await;
            assert_eq!(named(&empty, |detail| detail == "Is required."), required, "{}", operation.id());
        }
        let unknown = send(&json!({ "colour": "red" })).await;
        assert!(named(&unknown, |detail| detail == "There is no such field.").contains("colour"));
    }
    assert_eq!(scene.stage.database.count("switchboard.unrouted_calls").await, 0);
}

/// The fields that an answer complains of in this way.
fn named(answer: &Answer, says: impl Fn(&str) -> bool) -> BTreeSet<String> {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let problem = answer.problem();
    let errors = problem["errors"].as_array().unwrap().iter();
    let told = errors.filter(|error| says(error["detail"].as_str().unwrap()));
    told.map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_outline_reads_as_somebody_would_tell_it() {
    let scene = Scene::new().await;

    let lines: Vec<String> = scene
        .document
        .operations()
        .iter()
        .map(|operation| {
            let summary = operation.said["summary"].as_str().unwrap();
            let statuses = operation.statuses().join(" ");
            format!("{} {}\n    {summary}\n    {statuses}", operation.method, operation.path)
        })
        .collect();

    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn the_command_prints_what_the_server_shows() {
    let scene = Scene::new().await;

    let printed =
        Command::new(env!("CARGO_BIN_EXE_switchboard")).arg("openapi").env_clear().output().unwrap();

    assert!(printed.status.success(), "{printed:?}");
    let shown = scene.app.get("/openapi.json").await;
    assert_eq!(String::from_utf8(printed.stdout).unwrap().trim_end(), shown.text());
    assert_eq!(shown.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_page_shows_every_operation_and_needs_nothing_from_elsewhere() {
    let scene = Scene::new().await;

    let page = scene.app.get("/docs").await;

    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    for operation in scene.document.operations() {
        assert!(page.text().contains(&format!("<article id=\"{}\">", operation.id())), "{}", operation.id());
    }
    for foreign in ["<script", "style=", "src=", "href=\"http", "@import", "url("] {
        assert!(!page.text().contains(foreign), "{foreign}");
        assert!(!scene.app.get("/docs/manual.css").await.text().contains(foreign), "{foreign}");
    }
}
