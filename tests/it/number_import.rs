//! The numbers of a Twilio account become a tenant's: when somebody says so, and when an older program's tenant has none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use axum::{Router, serve};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::secrets::token;
use crate::support::{Stage, TestDatabase, Twilio};

/// The account of the settings.
const AGENCY: &str = "AC00000000000000000000000000000001";

/// Twilio's REST interface, which knows these accounts, and notes who was asked for.
#[derive(Clone, Debug, Default)]
struct Rest {
    numbers: Arc<BTreeMap<String, Vec<&'static str>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Rest {
    async fn serve(self, servers: &mut JoinSet<()>) -> String {
        let path = "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json";
        let router = Router::new().route(path, get(list)).with_state(self);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        servers.spawn(async move { serve(listener, router).await.unwrap() });
        format!("http://{address}")
    }

    fn of<const N: usize>(accounts: [(&str, Vec<&'static str>); N]) -> Self {
        let numbers = accounts.into_iter().map(|(sid, numbers)| (sid.to_owned(), numbers)).collect();
        Self { numbers: Arc::new(numbers), asked: Arc::default() }
    }
}

async fn list(State(rest): State<Rest>, Path(account): Path<String>) -> Response {
    rest.asked.lock().unwrap().push(account.clone());
    let Some(numbers) = rest.numbers.get(&account) else { return StatusCode::UNAUTHORIZED.into_response() };
    let numbers: Vec<_> =
        numbers.iter().map(|number| json!({"phone_number": number, "voice_url": null})).collect();
    Json(json!({"incoming_phone_numbers": numbers, "next_page_uri": null})).into_response()
}

/// An older program's tenant that never said its number, and had no call.
async fn without_number() -> TestDatabase {
    let database = TestDatabase::of_an_older_program().await;
    database.run("DELETE FROM appointments; DELETE FROM call_logs").await;
    database
}

fn settings<'a>(api: &'a str, token: &'a str) -> [(&'static str, &'a str); 3] {
    [("TWILIO_API_BASE_URL", api), ("TWILIO_ACCOUNT_SID", AGENCY), ("TWILIO_AUTH_TOKEN", token)]
}

async fn numbers(database: &TestDatabase) -> Vec<String> {
    let query = "SELECT n.phone_number || ' ' || t.slug AS line FROM switchboard.tenant_phone_numbers n
                   JOIN tenants t ON t.id = n.tenant_id ORDER BY 1";
    let rows = database.rows(query).await;
    rows.iter().map(|row| row["line"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tenant_that_is_alone_and_has_no_number_gets_those_that_twilio_knows() {
    let database = without_number().await;
    let rest = Rest::of([(AGENCY, vec!["+18165550102", "+18165550101", "12345"])]);
    let mut servers = JoinSet::new();
    let (api, token) = (rest.clone().serve(&mut servers).await, token(1));

    let migrated = database.switchboard(&["migrate", "--approve-all"], &settings(&api, &token)).await;
    let before = database.contents().await;
    let again = database.switchboard(&["migrate"], &settings(&api, &token)).await;

    assert!(migrated.text().contains("numbers: default has +18165550101, +18165550102 now"), "{migrated:?}");
    assert_eq!(numbers(&database).await, ["+18165550101 default", "+18165550102 default"]);
    assert_eq!(
        database
            .count("switchboard.tenant_phone_numbers WHERE is_primary AND phone_number = '+18165550101'")
            .await,
        1
    );
    assert_eq!(database.count("tenants WHERE accepts_unknown_numbers").await, 0);
    assert_eq!(
        database.count("switchboard.migration_audit WHERE decision = 'number read at Twilio'").await,
        2
    );
    assert!(again.stdout.trim_end().ends_with("nothing to do"), "{again:?}");
    assert!(before == database.contents().await && rest.asked.lock().unwrap().len() == 1);
}

#[tokio::test]
async fn a_token_that_was_just_moved_is_good_for_asking() {
    let database = without_number().await;
    database
        .run(&format!(
            "UPDATE tenants SET twilio_account_sid = '{AGENCY}', twilio_auth_token = '{}'",
            token(1)
        ))
        .await;
    let mut servers = JoinSet::new();
    let api = Rest::of([(AGENCY, vec!["+18165550101"])]).serve(&mut servers).await;
    let keys = switchboard::tenancy::secrets::KeyRing::new_text();
    let settings = [("TWILIO_API_BASE_URL", api.as_str()), ("SWITCHBOARD_ENCRYPTION_KEYS", keys.as_str())];

    let migrated = database.switchboard(&["migrate", "--approve-all"], &settings).await;

    assert!(migrated.text().contains("numbers: default has +18165550101 now"), "{migrated:?}");
}

#[tokio::test]
async fn where_twilio_says_nothing_the_migration_is_done_all_the_same() {
    let database = without_number().await;
    let mut servers = JoinSet::new();
    let (refusing, token) = (Rest::default().serve(&mut servers).await, token(1));

    let refused = database.switchboard(&["migrate", "--approve-all"], &settings(&refusing, &token)).await;
    let silent = database.switchboard(&["migrate"], &settings("http://127.0.0.1:1", &token)).await;

    for (said, why) in
        [(&refused, "Twilio does not take its token"), (&silent, "nobody takes the connection")]
    {
        let text = said.text();
        assert_eq!(said.exit, Some(0), "{said:?}");
        assert!(text.contains(&format!("the numbers of default: {AGENCY}: {why}")), "{text}");
        assert!(text.ends_with("`switchboard number import --tenant default`"), "{text}");
    }
    assert_eq!(database.count("tenants WHERE accepts_unknown_numbers").await, 1);
    assert_eq!(numbers(&database).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_named_tenant_gets_the_numbers_of_its_accounts_that_nobody_has() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+18165550101").await;
    let beta = stage.firm("beta", "+18165550102").await;
    let (of_acme, of_beta) = (Twilio::account(2), Twilio::account(3));
    stage.store_account(&of_acme, Some(&acme)).await;
    stage.store_account(&of_beta, Some(&beta)).await;
    let rest = Rest::of([
        (AGENCY, vec!["+18165550101", "+18165550102", "+18165550103"]),
        (of_acme.sid().as_str(), vec!["+18165550104"]),
    ]);
    let mut servers = JoinSet::new();
    let (api, token, keys) = (rest.clone().serve(&mut servers).await, token(1), stage.keys());
    let mut settings = settings(&api, &token).to_vec();
    settings.push(("SWITCHBOARD_ENCRYPTION_KEYS", &keys));

    let imported = stage.database.switchboard(&["number", "import", "--tenant", "acme"], &settings).await;

    assert_eq!(
        imported.stdout,
        "+18165550101 is a number of acme already\n+18165550102 is in use by another tenant\n\
         +18165550103 is now a number of acme\n+18165550104 is now a number of acme\n"
    );
    assert!(
        !rest.asked.lock().unwrap().contains(&of_beta.sid().to_string()),
        "beta's account may not call acme"
    );
    assert_eq!(numbers(&stage.database).await.len(), 4);
}

#[tokio::test]
async fn a_tenant_that_answers_every_number_stops_with_its_first_one() {
    let database = without_number().await;
    database.switchboard(&["migrate", "--approve-all"], &[]).await;
    let create = |number| ["number", "create", "--tenant", "default", number];
    let accepting = database.count("tenants WHERE accepts_unknown_numbers").await;

    let first = database.switchboard(&create("+18165550101"), &[]).await;
    let after_first = database.count("tenants WHERE accepts_unknown_numbers").await;
    database.run("UPDATE tenants SET accepts_unknown_numbers = true").await;
    database.switchboard(&create("+18165550102"), &[]).await;

    assert_eq!((accepting, after_first, first.exit), (1, 0, Some(0)), "{first:?}");
    assert_eq!(
        database.count("tenants WHERE accepts_unknown_numbers").await,
        1,
        "whoever was told to goes on"
    );
}
