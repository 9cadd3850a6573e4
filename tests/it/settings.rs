//! A firm's settings are looked at and changed, and its calls follow them.

mod tried;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Firm, Stage, TestApp};

const SETTINGS: &str = "/api/v1/settings";

struct Scene {
    stage: Stage,
    acme: Firm,
    /// Of acme.
    client: ApiClient,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let client = stage.client_of(&acme).await;
        let app = stage.open().await;
        Self { stage, acme, client, app }
    }

    async fn shown(&self) -> Answer {
        let shown = self.client.get(&self.app, SETTINGS).await;
        assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
        shown
    }

    /// A change of the version with this tag; none: without a word about it.
    async fn send(&self, tag: Option<&str>, patch: &Value) -> Answer {
        let request = self
            .client
            .request(Method::PATCH, SETTINGS)
            .header("content-type", "application/merge-patch+json");
        let request = tag.into_iter().fold(request, |request, tag| request.header("if-match", tag));
        self.app.send(request.body(patch.to_string().into()).unwrap()).await
    }

    async fn change(&self, patch: &Value) -> Answer {
        let changed = self.send(Some(self.shown().await.header("etag")), patch).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        changed
    }

    async fn post(&self, what: &str, body: &Value) -> Answer {
        self.client.post(&self.app, &format!("{SETTINGS}/{what}"), body).await
    }

    /// What the caller of a new call hears.
    async fn heard(&self, number: u32) -> String {
        self.app.post(&self.stage.agency.voice(&Call::to(&self.acme.number, number))).await.twiml().to_owned()
    }
}

fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let errors = answer.problem()["errors"].as_array().unwrap().clone();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// Never open.
fn closed() -> Value {
    json!({ "week": {}, "exceptions": [] })
}

#[tokio::test]
async fn what_an_older_program_left_is_shown_and_can_be_sent_back() {
    let scene = Scene::new().await;

    let shown = scene.shown().await;

    assert_eq!(shown.json()["greeting"], "Thank you for calling acme.");
    assert_eq!(shown.json()["ring"]["phones"][0]["number"], "+12145550199");
    let sent_back = scene.change(&shown.json()).await;
    assert_eq!((sent_back.json(), sent_back.header("etag")), (shown.json(), shown.header("etag")));
}

#[tokio::test]
async fn calls_follow_what_was_saved_from_the_next_one_on() {
    let scene = Scene::new().await;
    assert!(scene.heard(1).await.contains("+12145550199"));

    let changed = scene.change(&json!({ "hours": closed(), "after_hours_message": "Acme is closed." })).await;

    assert_eq!(changed.json(), scene.shown().await.json());
    assert_eq!(changed.header("etag"), scene.shown().await.header("etag"));
    let heard = scene.heard(2).await;
    assert!(heard.contains("Acme is closed.") && heard.contains("<Record"), "{heard}");
}

#[tokio::test]
async fn older_programs_see_what_was_saved() {
    let scene = Scene::new().await;
    let ring =
        json!({ "phones": [{ "name": "Ann", "number": "(214) 555-0191" }, { "number": "+12145550192" }] });
    let emergency = json!({ "key": "9", "words": ["no heat"], "ladder": [{ "number": "+12145550181" }] });

    scene.change(&json!({ "ring": ring, "emergency": emergency, "recording": { "enabled": true } })).await;

    let row = scene.stage.database.rows(
        "SELECT forward_number, emergency_phone, emergency_keywords, enable_recording, business_hours FROM tenants",
    );
    assert_eq!(
        row.await,
        [json!({
            "forward_number": "+12145550191", "emergency_phone": "+12145550181", "emergency_keywords": ["no heat"],
            "enable_recording": true, "business_hours": null,
        })]
    );
}

#[tokio::test]
async fn a_change_that_does_not_say_of_what_is_refused() {
    let scene = Scene::new().await;
    let (first, patch) = (scene.shown().await, json!({ "greeting": "Hello." }));

    let missing = scene.send(None, &patch).await;
    let changed = scene.send(Some(first.header("etag")), &patch).await;
    let late = scene.send(Some(first.header("etag")), &json!({ "greeting": "Good day." })).await;
    let whatever = scene.send(Some("*"), &json!({ "greeting": "Welcome." })).await;

    assert_eq!(missing.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(missing.problem()["type"], "urn:switchboard:problem:precondition-required");
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert!(late.problem()["detail"].as_str().unwrap().contains("Read it again"));
    assert_eq!(
        (whatever.status, scene.shown().await.json()["greeting"].clone()),
        (StatusCode::OK, json!("Welcome."))
    );
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let scene = Scene::new().await;
    let shown = scene.shown().await;
    let tag = Some(shown.header("etag"));
    let (one, other) = (json!({ "greeting": "One." }), json!({ "after_hours_message": "Other." }));

    let (one, other) = tokio::join!(scene.send(tag, &one), scene.send(tag, &other));

    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::PRECONDITION_FAILED]);
}

#[tokio::test]
async fn every_mistake_is_told_with_its_field_and_nothing_is_saved() {
    let scene = Scene::new().await;
    let before = scene.shown().await;
    let phones =
        json!([{ "number": "+12145550191" }, { "number": "+442071838750" }, { "number": "+12145550100" }]);

    let refused = scene
        .send(
            Some("*"),
            &json!({ "ring": { "phones": phones }, "hours": { "week": { "monday": [{ "from": "8", "to": "17:00" }] } }, "colour": 1 }),
        )
        .await;

    assert_eq!(
        fields(&refused),
        ["colour", "hours.week.monday[0].from", "ring.phones[1].number", "ring.phones[2].number"]
    );
    assert!(refused.text().contains("This number is answered here"), "{}", refused.text());
    assert_eq!(scene.shown().await.body, before.body);
}

#[tokio::test]
async fn a_body_that_is_no_patch_is_refused() {
    let scene = Scene::new().await;

    for (content_type, body, expected) in [
        ("text/plain", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/merge-patch+json", "[]", StatusCode::BAD_REQUEST),
        ("application/json", "{", StatusCode::BAD_REQUEST),
        ("application/json; charset=utf-8", "{}", StatusCode::OK),
    ] {
        let request = scene.client.request(Method::PATCH, SETTINGS).header("if-match", "*");
        let request = request.header("content-type", content_type).body(body.into()).unwrap();
        assert_eq!(scene.app.send(request).await.status, expected, "{content_type} {body}");
    }
}

#[tokio::test]
async fn a_firm_sees_and_changes_its_own_settings_alone() {
    let scene = Scene::new().await;
    let clinic = scene.stage.firm("clinic", "+12145550200").await;
    let operator = scene.stage.operators_client().await;
    let of_clinic = scene.stage.client_of(&clinic).await;

    scene.change(&json!({ "greeting": "Acme here." })).await;

    let shown = of_clinic.get(&scene.app, SETTINGS).await.json();
    assert_eq!(shown["greeting"], "Thank you for calling clinic.");
    assert_eq!(
        operator.get(&scene.app, &format!("{SETTINGS}?tenant=acme")).await.json()["greeting"],
        "Acme here."
    );
    assert_eq!(operator.get(&scene.app, SETTINGS).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        scene.client.get(&scene.app, &format!("{SETTINGS}?tenant=clinic")).await.status,
        StatusCode::BAD_REQUEST
    );
    let tried = of_clinic.post(&scene.app, &format!("{SETTINGS}/try"), &json!({})).await;
    assert!(tried.text().contains("Thank you for calling clinic."), "{}", tried.text());
}

#[tokio::test]
async fn a_template_is_the_firms_own_once_it_is_sent() {
    let scene = Scene::new().await;
    let listed = scene.client.get(&scene.app, &format!("{SETTINGS}/templates")).await.json();
    let names: Vec<&str> =
        listed["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["hvac", "plumbing", "clinic"]);

    for name in names {
        let template = scene.client.get(&scene.app, &format!("{SETTINGS}/templates/{name}")).await;
        assert!(
            template.text().contains("Thank you for calling acme Heating & Sons."),
            "{}",
            template.text()
        );
        assert_eq!(scene.change(&template.json()).await.json(), template.json(), "{name}");
    }
    let heard = scene.heard(1).await;
    assert!(heard.contains("To make or change an appointment, press 1."), "{heard}");
    let missing = scene.client.get(&scene.app, &format!("{SETTINGS}/templates/bakery")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_number_to_forward_to_is_the_first_telephones() {
    let scene = Scene::new().await;
    let operator = scene.stage.operators_client().await;
    let phones =
        json!([{ "name": "Ann", "number": "+12145550191" }, { "name": "Luis", "number": "+12145550192" }]);
    scene.change(&json!({ "ring": { "phones": phones } })).await;
    let mut rung = Vec::new();

    for number in [json!("+12145550193"), json!(null)] {
        let body = json!({ "forward_number": number });
        assert_eq!(operator.patch(&scene.app, "/api/v1/tenants/acme", &body).await.status, StatusCode::OK);
        let phones = scene.shown().await.json()["ring"]["phones"].as_array().unwrap().clone();
        rung.push(
            phones.iter().map(|phone| phone["number"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        );
    }

    assert_eq!(rung, [vec!["+12145550193", "+12145550192"], vec!["+12145550192"]]);
}

#[tokio::test]
async fn the_document_names_the_parts_that_there_are() {
    let scene = Scene::new().await;

    let described = scene.app.get("/openapi.json").await.json();

    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let schemas = &described["components"]["schemas"];
    assert_eq!(names(&schemas["Settings"]["properties"]), names(&scene.shown().await.json()));
}

#[tokio::test]
async fn the_command_shows_changes_and_refuses() {
    let scene = Scene::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    let set = async |patch: &Value| {
        std::fs::write(&file, patch.to_string()).unwrap();
        let arguments = ["settings", "set", "--tenant", "acme", "--file", file.to_str().unwrap()];
        scene.stage.database.switchboard(&arguments, &[]).await
    };

    let shown = scene.stage.database.switchboard(&["settings", "show", "--tenant", "acme"], &[]).await;
    let saved = set(&json!({ "greeting": "Hello." })).await;
    let again = set(&json!({ "greeting": "Hello." })).await;
    let refused = set(&json!({ "greeting": "", "menu": { "prompt": "Press 1." } })).await;

    assert_eq!(
        serde_json::from_str::<Value>(&shown.stdout).unwrap()["greeting"],
        "Thank you for calling acme."
    );
    assert_eq!((saved.exit, saved.stdout.as_str()), (Some(0), "saved; acme's calls follow it from now on\n"));
    assert_eq!(again.stdout, "acme's calls are handled like that already\n");
    assert_eq!(refused.exit, Some(3), "{refused:?}");
    assert!(
        refused.stderr.contains("nothing was saved:\n  greeting: write 1 to 1000 characters"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("\n  menu.choices: a menu needs a choice"), "{}", refused.stderr);
    assert_eq!(scene.shown().await.json()["greeting"], "Hello.");
}
