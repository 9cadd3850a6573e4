//! What was recorded of a call is heard through us, and goes with the call.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Firm, Mood, PlayedTwilio, Stage, TestApp};

const MESSAGE: &str = "RE00000000000000000000000000000001";
const TALK: &str = "RE00000000000000000000000000000002";
const WORDS: &str = "TR00000000000000000000000000000003";
const AUDIO: &[u8] = b"ID3 the furnace is out";

struct Scene {
    stage: Stage,
    twilio: PlayedTwilio,
    acme: Firm,
    client: ApiClient,
    app: TestApp,
    call: Call,
}

impl Scene {
    /// A call on which a message was left, and which has ended.
    async fn new() -> Self {
        let scene = Self::while_the_call_goes_on().await;
        scene.app.post(&scene.stage.agency.status(&scene.call, "completed", 3)).await;
        scene
    }

    async fn while_the_call_goes_on() -> Self {
        let mut stage = Stage::new().await;
        let twilio = PlayedTwilio::start(&stage.agency);
        stage.twilio_api = Some(twilio.url.clone());
        let acme = stage.firm("acme", "+12145550100").await;
        let client = stage.client_of(&acme).await;
        let app = stage.open().await;
        let call = Call::to(&acme.number, 1);
        let scene = Self { stage, twilio, acme, client, app, call };
        scene.app.post(&scene.stage.agency.voice(&scene.call)).await.twiml();
        scene.recorded(MESSAGE, "RecordVerb").await;
        scene.twilio.keeps(MESSAGE, AUDIO);
        scene
    }

    /// Twilio tells of a recording, with an address that nobody may follow.
    async fn recorded(&self, sid: &str, source: &str) {
        let told = [
            ("RecordingSid", sid),
            ("RecordingUrl", "https://elsewhere.example/steal"),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "14"),
            ("RecordingSource", source),
        ];
        self.tell("recording", &told).await;
    }

    async fn tell(&self, what: &str, told: &[(&str, &str)]) {
        let path = format!("/twilio/t/{}/voice/{what}", self.acme.id);
        let agency = &self.stage.agency;
        let both = [("AccountSid", agency.sid().as_str()), ("CallSid", &self.call.sid)];
        let parameters =
            both.iter().chain(told).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let answer = self.app.post(&agency.post(&path, parameters.collect())).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }

    fn path(&self) -> String {
        format!("/api/v1/calls/{}", self.call.sid)
    }

    fn audio(&self) -> String {
        format!("{}/recordings/{MESSAGE}", self.path())
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(&self.app, path).await
    }

    async fn part(&self, range: &str) -> Answer {
        let request = self.client.request(Method::GET, &self.audio()).header("range", range);
        self.app.send(request.body(Body::empty()).unwrap()).await
    }

    async fn delete(&self) -> Answer {
        self.client.delete(&self.app, &self.path()).await
    }

    async fn lines_of_the_ledger(&self) -> i64 {
        self.stage.database.count("switchboard.call_events").await
    }
}

#[tokio::test]
async fn recordings_are_listed_and_heard_without_twilios_address() {
    let scene = Scene::new().await;
    scene.recorded(TALK, "DialVerb").await;

    let list = scene.get(&format!("{}/recordings", scene.path())).await;
    let audio = scene.get(&scene.audio()).await;

    let listed = |sid: &str, kind: &str| json!({ "recording_sid": sid, "kind": kind, "duration_seconds": 14, "recorded_at": "2026-03-03T17:02:11Z" });
    assert_eq!(list.json(), json!({ "data": [listed(MESSAGE, "voicemail"), listed(TALK, "conversation")] }));
    assert_eq!((audio.status, audio.body.as_ref()), (StatusCode::OK, AUDIO));
    assert_eq!(audio.header("content-type"), "audio/mpeg");
    assert_eq!(audio.header("cache-control"), "private, no-store");
    assert_eq!(audio.header("accept-ranges"), "bytes");
    let path = format!("GET /2010-04-01/Accounts/{}/Recordings/{MESSAGE}.mp3 -", scene.stage.agency.sid());
    assert_eq!(scene.twilio.asked(), [path]);
}

#[tokio::test]
async fn a_player_begins_anywhere_and_is_told_where_the_end_is() {
    let scene = Scene::new().await;

    let part = scene.part("bytes=4-6").await;
    let beyond = scene.part("bytes=1000-").await;
    let request = scene.client.request(Method::HEAD, &scene.audio()).body(Body::empty()).unwrap();
    let head = scene.app.send(request).await;

    assert_eq!((part.status, part.body.as_ref()), (StatusCode::PARTIAL_CONTENT, &b"the"[..]));
    assert_eq!(part.header("content-range"), "bytes 4-6/22");
    assert_eq!((beyond.status, beyond.body.len()), (StatusCode::RANGE_NOT_SATISFIABLE, 0));
    assert_eq!(beyond.header("content-range"), "bytes */22");
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (StatusCode::OK, 0, "22"));
}

#[tokio::test]
async fn nobody_elses_recording_is_heard_listed_or_deleted() {
    let scene = Scene::new().await;
    let clinic = scene.stage.firm("clinic", "+12145550200").await;
    let stranger = scene.stage.client_of(&clinic).await;

    for path in [scene.audio(), format!("{}/recordings", scene.path())] {
        assert_eq!(stranger.get(&scene.app, &path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(scene.app.get(&path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let of_no_call = format!("{}/recordings/{TALK}", scene.path());
    assert_eq!(scene.get(&of_no_call).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.delete(&scene.app, &scene.path()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.twilio.asked(), Vec::<String>::new());
    assert_eq!(scene.twilio.kept(), [MESSAGE]);
}

#[tokio::test]
async fn what_is_wrong_at_twilio_is_said_and_what_to_do() {
    let scene = Scene::new().await;

    scene.twilio.is(Mood::Busy);
    let busy = scene.get(&scene.audio()).await;
    scene.twilio.is(Mood::Failing);
    let failing = scene.get(&scene.audio()).await;
    scene.twilio.is(Mood::Silent);
    let silent = scene.get(&scene.audio()).await;

    assert_eq!((busy.status, busy.header("retry-after")), (StatusCode::BAD_GATEWAY, "7"));
    assert_eq!(failing.problem()["detail"], "Twilio answered with status 500.");
    assert_eq!(silent.problem()["type"], "urn:switchboard:problem:twilio-silent");
    assert_eq!(silent.status, StatusCode::GATEWAY_TIMEOUT);
}

#[tokio::test]
async fn a_recording_that_was_deleted_at_twilio_is_not_found_in_words() {
    let scene = Scene::new().await;
    scene.recorded(TALK, "DialVerb").await;

    let gone = scene.get(&format!("{}/recordings/{TALK}", scene.path())).await;

    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.problem()["detail"].as_str().unwrap().contains("it was deleted there"), "{gone:?}");
}

#[tokio::test]
async fn a_token_that_twilio_does_not_take_is_told_with_the_setting() {
    let mut scene = Scene::new().await;
    let other = PlayedTwilio::start(&scene.stage.agency.with_new_token());
    scene.stage.twilio_api = Some(other.url.clone());
    scene.app = scene.stage.open().await;

    let refused = scene.get(&scene.audio()).await;

    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    assert!(refused.problem()["detail"].as_str().unwrap().contains("TWILIO_AUTH_TOKEN"), "{refused:?}");
}

#[tokio::test]
async fn a_deleted_call_is_gone_here_and_at_twilio_and_its_visit_stays() {
    let scene = Scene::new().await;
    scene.tell("transcription", &[("TranscriptionSid", WORDS), ("RecordingSid", MESSAGE)]).await;
    scene.twilio.keeps(WORDS, b"");
    let id = scene.get(&scene.path()).await.json()["id"].clone();
    let visit = json!({
        "call_log_id": id, "customer_name": "Ann", "starts_at": "2026-03-04T09:00:00Z",
        "ends_at": "2026-03-04T10:00:00Z",
    });
    let booked = scene.client.post(&scene.app, "/api/v1/appointments", &visit).await;
    assert_eq!(booked.json()["call_log_id"], id, "{booked:?}");

    let deleted = scene.delete().await;

    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{deleted:?}");
    assert_eq!(scene.twilio.kept(), Vec::<String>::new());
    assert_eq!(scene.get(&scene.path()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.lines_of_the_ledger().await, 0);
    let visit = scene.get(&format!("/api/v1/appointments/{}", booked.json()["id"].as_str().unwrap())).await;
    assert_eq!((&visit.json()["customer_name"], &visit.json()["call_log_id"]), (&json!("Ann"), &Value::Null));
    assert_eq!(scene.delete().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn where_twilio_fails_nothing_is_deleted_here_and_the_next_attempt_goes_on() {
    let scene = Scene::new().await;
    let before = scene.lines_of_the_ledger().await;

    for (mood, status) in
        [(Mood::Failing, StatusCode::BAD_GATEWAY), (Mood::Silent, StatusCode::GATEWAY_TIMEOUT)]
    {
        scene.twilio.is(mood);
        assert_eq!(scene.delete().await.status, status);
    }
    assert_eq!(scene.lines_of_the_ledger().await, before);
    scene.twilio.is(Mood::Well);
    // Somebody has deleted it at Twilio meanwhile, as an attempt that broke off would have.
    scene.recorded(TALK, "DialVerb").await;

    assert_eq!(scene.delete().await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_call_that_goes_on_is_not_deleted_until_none_lasts_so_long() {
    let scene = Scene::while_the_call_goes_on().await;

    let refused = scene.delete().await;
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::hours(24));
    let deleted = scene.delete().await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.problem()["errors"][0]["detail"], "The call goes on. Delete it when it has ended.");
    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{deleted:?}");
}

#[tokio::test]
async fn a_line_of_the_ledger_goes_with_its_call_or_not_at_all() {
    let scene = Scene::new().await;
    let mut server = scene.stage.database.connect_as("switchboard_app").await;
    scene.app.settle().await;
    let before = scene.lines_of_the_ledger().await;
    let statement = format!(
        "BEGIN; SELECT switchboard.set_tenant('{}'); DELETE FROM switchboard.call_events; COMMIT",
        scene.acme.id
    );

    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut server).await.unwrap();

    assert!(before > 0);
    assert_eq!(scene.lines_of_the_ledger().await, before);
}
