//! Who tries keys is slowed by where they sit, and nobody else with them.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;

use crate::support::{Answer, ApiClient, OneFirm, Stage};

const CALLS: &str = "/api/v1/calls";
const LOOK_UP: &str = "find_key";

impl OneFirm {
    async fn ask(&self, client: &ApiClient, peer: &str) -> Answer {
        let peer: SocketAddr = peer.parse().unwrap();
        let mut request = client.request(Method::GET, CALLS).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        self.app.send(request).await
    }
}

/// A key that is not there, of this prefix.
fn stranger(prefix: &str) -> ApiClient {
    ApiClient::with_key(&format!("sbt_{prefix}_AAAA"))
}

#[tokio::test]
async fn a_wrong_key_that_is_tried_again_and_again_is_told_to_wait_and_costs_no_look_up() {
    let scene = OneFirm::new().await;
    for _ in 0..10 {
        assert_eq!(scene.ask(&stranger("a"), "192.0.2.1:1").await.status, StatusCode::UNAUTHORIZED);
    }
    scene.wire.take_messages();

    let slowed = scene.ask(&stranger("a"), "192.0.2.1:2").await;

    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.header("retry-after"), "6");
    assert_eq!(slowed.problem()["type"], "urn:switchboard:problem:too-many-wrong-keys");
    assert_eq!(scene.wire.take_executions_of(LOOK_UP), 0);
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(6));
    assert_eq!(scene.ask(&stranger("a"), "192.0.2.1:1").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_good_key_works_beside_a_wrong_one_and_from_elsewhere_under_its_own_prefix() {
    let scene = OneFirm::new().await;
    let key = scene.stage.new_key_of(&scene.acme).await;
    let good = ApiClient::with_key(&key);
    let prefix: String = key.split_inclusive('_').take(2).collect();
    let guess_at_its_prefix = ApiClient::with_key(&format!("{prefix}AAAA"));
    for _ in 0..11 {
        scene.ask(&stranger("a"), "192.0.2.1:1").await;
        scene.ask(&guess_at_its_prefix, "192.0.2.2:1").await;
    }

    assert_eq!(scene.ask(&good, "192.0.2.2:1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(scene.ask(&good, "192.0.2.1:1").await.status, StatusCode::OK);
    assert_eq!(scene.ask(&good, "192.0.2.2:1").await.status, StatusCode::OK, "it has been good meanwhile");
}

#[tokio::test]
async fn an_address_that_tries_many_keys_is_slowed_as_a_whole() {
    let scene = OneFirm::new().await;
    let good = scene.stage.client_of(&scene.acme).await;
    let known = scene.stage.client_of(&scene.acme).await;
    assert_eq!(scene.ask(&known, "192.0.2.3:1").await.status, StatusCode::OK);
    for number in 0..50 {
        scene.ask(&stranger(&number.to_string()), "192.0.2.1:1").await;
    }

    assert_eq!(scene.ask(&good, "192.0.2.1:1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(scene.ask(&known, "192.0.2.1:1").await.status, StatusCode::OK, "it was good before");
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(2));
    assert_eq!(scene.ask(&good, "192.0.2.1:1").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_good_key_is_never_slowed_however_often_it_asks() {
    let scene = OneFirm::new().await;
    let good = scene.stage.client_of(&scene.acme).await;

    for _ in 0..60 {
        assert_eq!(scene.ask(&good, "192.0.2.1:1").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_counts_is_the_connection_and_no_header() {
    let stage = Stage::new().await;
    let server = stage.serve(stage.parts()).await;
    let url = format!("http://{}{CALLS}", server.address);
    let from = |address: &str| {
        reqwest::Client::builder().local_address(Some(address.parse().unwrap())).build().unwrap()
    };
    let ask = async |client: &reqwest::Client, claimed: String| {
        let request = client.get(&url).bearer_auth("sbt_a_AAAA").header("X-Forwarded-For", claimed);
        request.send().await.unwrap().status().as_u16()
    };
    let (here, there) = (from("127.0.0.1"), from("127.0.0.2"));

    for number in 0..10 {
        assert_eq!(ask(&here, format!("192.0.2.{number}")).await, 401);
    }

    assert_eq!(ask(&here, "192.0.2.99".to_owned()).await, 429);
    assert_eq!(ask(&there, "127.0.0.1".to_owned()).await, 401);
    server.stop().await;
}
