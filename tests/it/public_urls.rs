//! Which URL a signature must be over: ours, as it is set, whatever the request says of itself.

use axum::http::StatusCode;
use switchboard::twilio::public_url::PublicBaseUrl;

use crate::support::{Call, Stage, TestApp, Webhook};

const NUMBER: &str = "+12145550100";

/// A server that is called under these URLs, and a genuine webhook for it.
async fn called_under(urls: &[&str]) -> (Stage, TestApp, Webhook) {
    let mut stage = Stage::new().await;
    stage.public_urls = urls.iter().map(|url| PublicBaseUrl::parse(url).unwrap()).collect();
    stage.firm("acme", NUMBER).await;
    let app = stage.open().await;
    let webhook = stage.agency.voice(&Call::to(NUMBER, 1));
    (stage, app, webhook)
}

#[tokio::test]
async fn while_a_domain_moves_both_of_its_urls_count() {
    let (_stage, app, webhook) =
        called_under(&["https://new.example.com", "https://old.example.com/phone"]).await;
    let table = [
        ("https://new.example.com", StatusCode::OK),
        ("https://old.example.com/phone", StatusCode::OK),
        ("https://old.example.com", StatusCode::FORBIDDEN),
        ("https://new.example.com/phone", StatusCode::FORBIDDEN),
        ("https://other.example.com", StatusCode::FORBIDDEN),
        ("http://new.example.com", StatusCode::FORBIDDEN),
    ];

    for (url, expected) in table {
        assert_eq!(app.post(&webhook.clone().called_at(url)).await.status, expected, "{url}");
    }
}

#[tokio::test]
async fn twilio_is_told_to_come_back_to_the_first_url() {
    let (_stage, app, webhook) = called_under(&["https://new.example.com", "https://old.example.com"]).await;

    let answer = app.post(&webhook.called_at("https://old.example.com")).await;

    assert!(answer.twiml().contains(r#"action="https://new.example.com/twilio/t/"#), "{}", answer.text());
}

#[tokio::test]
async fn twilio_signs_with_or_without_the_port() {
    let table = [
        ("https://a.example.com", "https://a.example.com:443", StatusCode::OK),
        ("https://a.example.com:443", "https://a.example.com", StatusCode::OK),
        ("https://a.example.com:8443", "https://a.example.com", StatusCode::OK),
        ("https://a.example.com:8443", "https://a.example.com:8443", StatusCode::OK),
        ("https://a.example.com:8443", "https://a.example.com:9443", StatusCode::FORBIDDEN),
        ("https://a.example.com", "https://a.example.com:8443", StatusCode::FORBIDDEN),
        ("http://a.example.com:8080", "http://a.example.com:80", StatusCode::OK),
        ("http://a.example.com:8080", "http://a.example.com:443", StatusCode::FORBIDDEN),
        ("https://A.Example.com", "https://A.Example.com", StatusCode::OK),
        ("https://A.Example.com", "https://a.example.com", StatusCode::FORBIDDEN),
    ];

    for (ours, signed, expected) in table {
        let (_stage, app, webhook) = called_under(&[ours]).await;
        assert_eq!(app.post(&webhook.called_at(signed)).await.status, expected, "{signed} at {ours}");
    }
}

#[tokio::test]
async fn what_a_request_says_about_its_host_counts_for_nothing() {
    let (_stage, app, webhook) = called_under(&["https://calls.example.com"]).await;
    let says = |webhook: &Webhook, host: &str| {
        webhook
            .clone()
            .with_header("X-Forwarded-Host", host)
            .with_header("X-Forwarded-Proto", "https")
            .with_header("X-Forwarded-Port", "443")
            .with_header("X-Original-Host", host)
            .with_header("X-Forwarded-Prefix", "/phone")
            .with_header("Forwarded", &format!("host={host};proto=https"))
    };

    let genuine = says(&webhook, "evil.example.com");
    let forged = says(&webhook.clone().called_at("https://evil.example.com"), "evil.example.com");

    app.post(&genuine).await.twiml();
    assert_eq!(app.post(&forged).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.post(&forged.clone().with_host("evil.example.com")).await.status, StatusCode::FORBIDDEN);
    app.post(&genuine.with_host("evil.example.com")).await.twiml();
}

#[tokio::test]
async fn the_query_is_signed_as_it_is_written() {
    let (_stage, app, webhook) = called_under(&["https://calls.example.com"]).await;
    let written = ["b=2&a=1", "a=%7e", "a=%7E", "a='", "a=%27", "a=+", "a=%20", "", "a=1&a=1", "a"];

    for signed in written {
        let signature = webhook.clone().with_query(signed).signature();
        for sent in written {
            let request = webhook.clone().with_query(sent).with_signatures(&[&signature]);
            let expected = if sent == signed { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(app.post(&request).await.status, expected, "{sent} signed as {signed}");
        }
    }
}
