//! `switchboard doctor` as people run it: the real program, beside a real server, with Twilio's side of the network played.

#![cfg(test)]

mod demo;
#[path = "../program/mod.rs"]
mod program;
mod schema;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use demo::Demo;
use program::{Scratch, assert_holds_no_token, switchboard, told};

const ACME: &str = "+13125550147";
const LAKESIDE: &str = "+17205550162";
/// Never resolved by anybody (RFC 2606).
const NOWHERE: &str = "https://phone.invalid";

/// What the doctor said.
#[derive(Debug)]
struct List {
    exit: Option<i32>,
    report: Value,
}

impl List {
    async fn of(data: &Path, settings: &[(&str, &str)]) -> Self {
        let output = run(switchboard(data, &["doctor", "--json"]).envs(settings.iter().copied())).await;
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        Self { exit: output.status.code(), report }
    }

    /// The one line of this mark that says this.
    #[track_caller]
    fn line(&self, mark: &str, said: &str) -> &Value {
        let checks = self.report["checks"].as_array().unwrap();
        let says = |check: &&Value| check["mark"] == mark && check["what"].as_str().unwrap().contains(said);
        let found: Vec<&Value> = checks.iter().filter(says).collect();
        assert_eq!(found.len(), 1, "{mark}: {said} in {:#}", self.report);
        found[0]
    }

    #[track_caller]
    fn remedy(&self, mark: &str, said: &str) -> &str {
        self.line(mark, said)["remedy"].as_str().unwrap()
    }
}

/// Runs to the end, while the servers of this test go on. Whatever is said, no token may be in it.
async fn run(command: &mut Command) -> Output {
    let process = command.stdout(Stdio::piped()).spawn().unwrap();
    let output = tokio::task::spawn_blocking(|| process.wait_with_output().unwrap()).await.unwrap();
    for text in [String::from_utf8_lossy(&output.stdout).into_owned(), told(&output)] {
        assert_holds_no_token(&text);
    }
    output
}

/// A server on this machine that lives as long as the set.
async fn served(router: Router, servers: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    servers.spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test]
async fn with_nothing_set_it_says_what_to_do_first_and_makes_nothing() {
    let scratch = Scratch::new();

    let output = run(&mut switchboard(&scratch.data(), &["doctor"])).await;

    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("\ndo first: set PUBLIC_BASE_URL to the https address"), "{text}");
    let short = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
    assert!(text.lines().all(short), "{text}");
    assert!(!scratch.data().exists());
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_is_the_first_thing_to_correct() {
    let scratch = Scratch::new();

    let list =
        List::of(&scratch.data(), &[("PORT", "eighty"), ("DATABASE_URL", "mysql://u:hunter2@h/d")]).await;

    assert_eq!(list.exit, Some(1));
    assert_eq!(list.report["red"], 2);
    assert!(list.remedy("red", "PORT can't be read").contains("correct PORT"));
    assert!(!list.report.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_red_and_the_rest_is_looked_at_all_the_same() {
    let scratch = Scratch::new();
    let settings = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
        ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("PUBLIC_BASE_URL", "http://127.0.0.1:1"),
    ];

    let list = List::of(&scratch.data(), &settings).await;

    assert!(list.remedy("red", "none on 127.0.0.1:1 can't be used").contains("DATABASE_URL"));
    list.line("green", "AC00000000000000000000000000000001 may call every tenant: 1 token");
    assert!(list.remedy("red", "nobody takes the connection").contains("start the server"));
}

#[tokio::test]
async fn beside_a_running_server_a_signed_call_comes_through_its_public_url() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.data());

    let right = List::of(&scratch.data(), &[("PUBLIC_BASE_URL", &demo.address)]).await;
    let wrong = demo.address.replace("127.0.0.1", "localhost");
    let mistaken = List::of(&scratch.data(), &[("PUBLIC_BASE_URL", &wrong)]).await;

    assert_eq!((right.exit, right.report["red"].as_i64()), (Some(0), Some(0)), "{:#}", right.report);
    right.line("green", "a signed test call came through in");
    right.line("green", "the encryption keys fit this database");
    right.line("green", "2 tenants with 2 numbers");
    right.line("green", "the schema is this program's");
    right.line("warning", "1 unrouted call waits in quarantine");
    right.line("not_checked", "Twilio was not asked");
    assert_eq!(mistaken.exit, Some(1));
    let taken = format!("the server refuses the call; it takes {} for its address", demo.address);
    assert_eq!(
        mistaken.remedy("red", &taken),
        format!("start the server with PUBLIC_BASE_URL={wrong}, as Twilio signs it")
    );
}

#[tokio::test]
async fn a_given_database_is_looked_at_for_its_login_and_its_keys() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let socket = scratch.data().join("postgres/socket");
    let url = format!("postgres://postgres@localhost/postgres?host={}", socket.display());

    let list = List::of(&scratch.data(), &[("DATABASE_URL", &url), ("PUBLIC_BASE_URL", NOWHERE)]).await;

    let statements = list.remedy("warning", "the login `postgres` is a superuser");
    for statement in ["CREATE ROLE switchboard_server LOGIN", "GRANT switchboard_app TO", "GRANT CONNECT ON"]
    {
        assert!(statements.lines().any(|line| line.starts_with(statement)), "{statements}");
    }
    list.line("green", "row-level security binds the server's role");
    let keys = list.remedy("red", "SWITCHBOARD_ENCRYPTION_KEYS is not set");
    assert!(keys.contains("the keys that sealed"), "{keys}");
}

#[tokio::test]
async fn a_login_of_its_own_is_green_once_it_may_work_as_the_servers_role() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let socket = scratch.data().join("postgres/socket");
    let url = |login: &str| format!("postgres://{login}@localhost/postgres?host={}", socket.display());
    let mut owner = PgConnection::connect(&url("postgres")).await.unwrap();
    let settings = [("DATABASE_URL", url("clerk")), ("PUBLIC_BASE_URL", NOWHERE.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));

    owner.execute("CREATE ROLE clerk LOGIN").await.unwrap();
    let before = List::of(&scratch.data(), &settings).await;
    owner.execute("GRANT switchboard_app TO clerk").await.unwrap();
    let after = List::of(&scratch.data(), &settings).await;
    owner.execute("ALTER ROLE switchboard_app BYPASSRLS").await.unwrap();
    let unbound = List::of(&scratch.data(), &settings).await;

    let remedy = before.remedy("red", "the login `clerk` may not work as switchboard_app");
    assert!(remedy.ends_with("GRANT switchboard_app TO \"clerk\";"), "{remedy}");
    after.line("green", "row-level security binds the login `clerk`, too");
    after.line("green", "2 tenants with 2 numbers");
    let remedy = unbound.remedy("red", "nothing keeps tenants apart");
    assert!(remedy.ends_with("ALTER ROLE switchboard_app NOSUPERUSER NOBYPASSRLS;"), "{remedy}");
}

#[tokio::test]
async fn whoever_else_answers_at_the_public_url_is_told_from_our_server() {
    let scratch = Scratch::new();
    let mut servers = JoinSet::new();
    let account = [
        ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ];
    let table = [
        (any(|| async { "hello" }), "somebody else answers (status 200)"),
        (any(|| async { StatusCode::NO_CONTENT }), "somebody else answers (status 204)"),
        (any(|| async { StatusCode::FORBIDDEN }), "somebody else answers (status 403)"),
        (any(|| async { StatusCode::BAD_GATEWAY }), "a proxy answers, and nobody behind it"),
        (any(|| async { Redirect::permanent("https://elsewhere.invalid/") }), "redirects the call"),
    ];

    for (answers, expected) in table {
        let url = served(Router::new().route("/twilio/check", answers), &mut servers).await;
        let list = List::of(&scratch.data(), &[&account[..], &[("PUBLIC_BASE_URL", &url)]].concat()).await;

        assert_eq!(list.line("red", expected)["area"], "public_url");
    }
    let url = served(Router::new(), &mut servers).await;
    let list = List::of(&scratch.data(), &[&account[..], &[("PUBLIC_BASE_URL", &url)]].concat()).await;
    list.line("red", "does not know /twilio/check");
    let url = url.replace("http://", "https://");
    let list = List::of(&scratch.data(), &[&account[..], &[("PUBLIC_BASE_URL", &url)]].concat()).await;
    assert!(list.remedy("red", "TLS fails").contains("a certificate of a public authority"));
}

/// As `api.twilio.com` answers: Basic authentication, pages that name the next one, `null` for what is not set.
async fn incoming_phone_numbers(
    State(numbers): State<Vec<Value>>,
    Query(query): Query<Vec<(String, String)>>,
    request: Request,
) -> Response {
    let is_known = request.headers().contains_key(header::AUTHORIZATION)
        && request.uri().path().contains("AC")
        && !request.uri().path().contains("AC00000000000000000000000000000099");
    if !is_known {
        let problem = json!({"code": 20003, "message": "Authenticate", "more_info": "", "status": 401});
        return (StatusCode::UNAUTHORIZED, Json(problem)).into_response();
    }
    let page: usize =
        query.iter().find(|(name, _)| name == "Page").map_or(0, |(_, page)| page.parse().unwrap());
    let next =
        (page + 1 < numbers.len()).then(|| format!("{}?PageSize=1&Page={}", request.uri().path(), page + 1));
    let on_page: Vec<&Value> = numbers.iter().skip(page).take(1).collect();
    Json(json!({"incoming_phone_numbers": on_page, "next_page_uri": next, "page": page, "page_size": 1}))
        .into_response()
}

fn number(phone_number: &str, changes: &Value) -> Value {
    let mut number = json!({
        "sid": "PN00000000000000000000000000000001", "phone_number": phone_number,
        "voice_url": format!("{NOWHERE}/twilio/voice"), "voice_method": "POST",
        "voice_fallback_url": format!("{NOWHERE}/twilio/voice/fallback"), "voice_fallback_method": "POST", "status_callback": format!("{NOWHERE}/twilio/voice/status#rc=5&rp=5xx,ct,rt"),
        "status_callback_method": "POST", "voice_application_sid": "", "trunk_sid": null,
        "capabilities": {"voice": true, "sms": true},
    });
    number.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    number
}

#[tokio::test]
async fn each_number_is_held_against_its_settings_at_twilio() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let numbers = vec![
        number(ACME, &json!({})),
        number(LAKESIDE, &json!({"trunk_sid": "TK00000000000000000000000000000001"})),
        number("+14155550199", &json!({})),
    ];
    let mut servers = JoinSet::new();
    let twilio = Router::new()
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", get(incoming_phone_numbers))
        .with_state(numbers);
    let twilio = served(twilio, &mut servers).await;
    let settings = [
        ("TWILIO_API_BASE_URL", twilio.as_str()),
        ("PUBLIC_BASE_URL", NOWHERE),
        ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000099"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ];

    let list = List::of(&scratch.data(), &settings).await;

    assert_eq!(list.exit, Some(1));
    list.line("green", "1 number leads here");
    list.line("red", &format!("{LAKESIDE} of lakeside-plumbing"));
    assert!(
        list.remedy("red", "a SIP trunk overrides its URLs").contains(&format!("{NOWHERE}/twilio/voice"))
    );
    list.line("warning", "+14155550199 leads here and belongs to no tenant");
    list.line("red", "Twilio does not take the token of AC00000000000000000000000000000099");
    list.line("red", "https://phone.invalid: ");
}
