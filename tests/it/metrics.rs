//! The figures, as Prometheus fetches them from their own port.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use switchboard::app::RunningServer;
use switchboard::http::server;
use tower::ServiceExt as _;

use crate::support::{Call, Dice, Line, Stage, Wire};

/// A server that shows its figures, and where.
async fn observed_server(stage: &Stage) -> (RunningServer, String) {
    let mut running = stage.serve(stage.parts()).await;
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    running.show_metrics(listener).unwrap();
    (running, url)
}

async fn fetch(url: &str) -> String {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// The value behind a name with its labels; 0 where there is none.
fn value(figures: &str, name: &str) -> f64 {
    let line = figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

/// The names that have a type, which all have.
fn names(figures: &str) -> BTreeSet<String> {
    let types = figures.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

async fn send(server: &RunningServer, request: Request<Body>) -> StatusCode {
    server.app.router.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn what_happens_is_counted_once() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let (server, url) = observed_server(&stage).await;
    let call = stage.agency.voice(&Call::to(&acme.number, 1));

    for webhook in [
        call.clone(),
        stage.agency.voice(&Call::to("+12145550777", 2)),
        call.clone().with_signatures(&["forged"]),
        call.with_signatures(&[]),
    ] {
        send(&server, webhook.to_request()).await;
    }
    let figures = fetch(&url).await;

    for (name, expected) in [
        (r#"switchboard_http_requests_total{route="/twilio/voice",status="2xx"}"#, 2.0),
        (r#"switchboard_http_requests_total{route="/twilio/voice",status="4xx"}"#, 2.0),
        (r#"switchboard_http_request_duration_seconds_count{route="/twilio/voice"}"#, 4.0),
        (r#"switchboard_http_request_duration_seconds_bucket{route="/twilio/voice",le="+Inf"}"#, 4.0),
        (r#"switchboard_call_decisions_total{decision="ring"}"#, 1.0),
        (r#"switchboard_call_decisions_total{decision="not_in_service"}"#, 1.0),
        (r#"switchboard_quarantined_events_total{reason="unknown_number"}"#, 1.0),
        (r#"switchboard_webhook_refusals_total{cause="signature"}"#, 1.0),
        (r#"switchboard_webhook_refusals_total{cause="signature_headers"}"#, 1.0),
        (r#"switchboard_database_round_trip_seconds_count{outcome="written"}"#, 2.0),
        (r#"switchboard_database_breaker_state{state="closed"}"#, 1.0),
    ] {
        assert!(
            (value(&figures, name) - expected).abs() < f64::EPSILON,
            "{name} is not {expected}:\n{figures}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn the_document_lists_every_figure_and_no_other() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let (server, url) = observed_server(&stage).await;
    let call = stage.agency.voice(&Call::to(&acme.number, 1));
    let unknown = stage.agency.voice(&Call::to("+12145550777", 2));
    let ladder = format!("/twilio/t/{}/voice/step/ladder-0", acme.id);
    let nobody = stage.agency.dial_result(&acme, &Call::to(&acme.number, 3), "no-answer").at(&ladder);
    for webhook in [call.clone(), unknown, nobody, call.with_signatures(&[])] {
        send(&server, webhook.to_request()).await;
    }

    let shown = names(&fetch(&url).await);

    let listed: BTreeSet<String> = include_str!("../../docs/metrics.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| !name.contains(['{', '(']))
        .map(str::to_owned)
        .collect();
    assert_eq!(shown, listed);
    for name in shown {
        assert!(name.starts_with("switchboard_"), "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn labels_stay_few_whatever_is_asked_for() {
    let stage = Stage::new().await;
    let (server, url) = observed_server(&stage).await;
    let mut dice = Dice::new();
    let methods = [Method::GET, Method::POST, Method::DELETE, Method::from_bytes(b"BREW").unwrap()];
    let ask = async |path: String, method: &Method| {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        send(&server, request).await
    };
    for method in &methods {
        ask("/nowhere".to_owned(), method).await;
        ask(format!("/api/v1/calls/CA{:032x}", 0), method).await;
    }
    let before = fetch(&url).await.lines().count();

    for round in 0..300_usize {
        let number = dice.next();
        let method = &methods[round % methods.len()];
        ask(format!("/{number:x}/{number}"), method).await;
        ask(format!("/api/v1/calls/CA{number:032x}?x={number}"), method).await;
    }

    let figures = fetch(&url).await;
    assert_eq!(figures.lines().count(), before, "{figures}");
    server.stop().await;
}

#[tokio::test]
async fn an_outage_shows_in_the_breaker_and_in_failed_round_trips() {
    let (wire, stage) = (Wire::new().await, Stage::new().await);
    let acme = stage.firm("acme", "+12145550100").await;
    let mut server = stage.serve(stage.parts_through(wire.to(&stage.database))).await;
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    server.show_metrics(listener).unwrap();
    let webhook = |number| stage.agency.voice(&Call::to(&acme.number, number)).to_request();

    wire.set(Line::Silent).await;
    tokio::join!(send(&server, webhook(1)), send(&server, webhook(2)), send(&server, webhook(3)));
    let figures = fetch(&url).await;
    wire.set(Line::Down).await;
    server.stop().await;

    for (state, expected) in [("closed", 0.0), ("open", 1.0), ("probing", 0.0)] {
        let name = format!(r#"switchboard_database_breaker_state{{state="{state}"}}"#);
        assert!((value(&figures, &name) - expected).abs() < f64::EPSILON, "{name}:\n{figures}");
    }
}

#[tokio::test]
async fn the_port_of_the_figures_shows_nothing_else_and_the_other_port_no_figures() {
    let stage = Stage::new().await;
    let (server, url) = observed_server(&stage).await;
    let here = url.replace("/metrics", "/health");
    let there = format!("http://{}/metrics", server.address);

    let (health_here, metrics_there) =
        (reqwest::get(here).await.unwrap(), reqwest::get(there).await.unwrap());

    assert_eq!((health_here.status().as_u16(), metrics_there.status().as_u16()), (404, 404));
    server.stop().await;
}
