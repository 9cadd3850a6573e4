//! Twilio's tokens that an older program kept in clear are encrypted and taken out of its table, once somebody agreed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;
use switchboard::schema::WhyLeft::{AnotherTenants, AnotherToken, SeveralTokens};
use switchboard::schema::{self, Approval, Noted};
use switchboard::tenancy::account::AccountReach;
use switchboard::tenancy::database::PoolSizes;
use switchboard::tenancy::directory;
use switchboard::tenancy::secrets::KeyRing;
use switchboard::tenancy::{Database, VerifiedOperator};
use tokio::task::JoinSet;

use crate::secrets::token;
use crate::support::TestDatabase;

const KEYS: &str = "SWITCHBOARD_ENCRYPTION_KEYS";

fn sid(number: u32) -> String {
    format!("AC{number:032x}")
}

/// A tenant of the older program, with what stands in its columns for Twilio.
async fn tenant(database: &TestDatabase, slug: &str, sid: &str, token: &str) {
    database
        .run(&format!(
            "INSERT INTO tenants (slug, company_name, owner_name, owner_email, twilio_account_sid, twilio_auth_token, updated_at)
             VALUES ('{slug}', '{slug}', 'Office', '{slug}@example.com', '{sid}', '{token}', '2025-10-01')"
        ))
        .await;
}

/// Each account, whose it is, and its opened tokens.
async fn accounts(database: &TestDatabase, keys: &str) -> Vec<(String, Option<String>, Vec<String>)> {
    let ring = KeyRing::parse(keys).unwrap();
    let pools = Database::new(&database.options(), PoolSizes { webhooks: 1, reports: 1 });
    let operator = VerifiedOperator::holding(&database.options());
    let mut listed = Vec::new();
    for account in directory::opened_accounts(&pools, operator, Some(&ring)).await.unwrap() {
        let slug = match account.reach {
            AccountReach::EveryTenant => None,
            AccountReach::OneTenant(id) => {
                let row = database.row(&format!("SELECT slug FROM tenants WHERE id = '{id}'")).await;
                row["slug"].as_str().map(str::to_owned)
            }
        };
        let tokens = account.tokens.iter().map(|token| token.reveal().to_owned()).collect();
        listed.push((account.sid.to_string(), slug, tokens));
    }
    listed
}

async fn in_clear(database: &TestDatabase) -> Vec<Value> {
    database.rows("SELECT slug FROM tenants WHERE twilio_auth_token IS NOT NULL ORDER BY slug").await
}

fn lines_fit(text: &str) -> bool {
    text.lines()
        .skip_while(|line| !line.contains("Twilio") && !line.contains("moved:"))
        .all(|line| line.len() <= 80)
}

#[tokio::test]
async fn an_approved_migration_with_a_key_encrypts_each_accounts_token_and_clears_it() {
    let database = TestDatabase::of_an_older_program().await;
    tenant(&database, "acme", &sid(1), &token(1)).await;
    tenant(&database, "beta", &sid(2), &token(2)).await;
    tenant(&database, "gamma", &sid(2), &token(2)).await;
    tenant(&database, "odd", &token(3), &token(4)).await;
    tenant(&database, "blank", &sid(5), " ").await;
    let keys = KeyRing::new_text();
    let settings = [(KEYS, keys.as_str())];

    let planned = database.switchboard(&["migrate", "--dry-run"], &settings).await;
    let migrated = database.switchboard(&["migrate", "--approve-all"], &settings).await;

    assert!(
        planned.text().contains(
            "3 Twilio tokens stand in clear in tenants. With your approval the migration moves them"
        ),
        "{planned:?}"
    );
    assert_eq!(migrated.exit, Some(0), "{migrated:?}");
    let said = migrated.text();
    assert!(
        said.contains(&format!("moved: the token of {} of acme: encrypted; it may call that tenant", sid(1))),
        "{said}"
    );
    assert!(
        said.contains(&format!("moved: the token of {} of beta, gamma: encrypted; several tenants", sid(2))),
        "{said}"
    );
    assert!(
        said.contains("left: in clear stays what odd had beside an account SID that is not AC"),
        "{said}"
    );
    assert!(lines_fit(&planned.stdout) && lines_fit(&migrated.stdout), "{}", migrated.stdout);
    assert_eq!(
        accounts(&database, &keys).await,
        [(sid(1), Some("acme".to_owned()), vec![token(1)]), (sid(2), None, vec![token(2)]),]
    );
    assert_eq!(in_clear(&database).await.len(), 2, "odd's and the blank one");
    assert_eq!(
        database.count("tenants WHERE slug IN ('acme', 'beta') AND updated_at = '2025-10-01'").await,
        2
    );
    let audit = database
        .rows("SELECT decision, detail FROM switchboard.migration_audit WHERE decision LIKE 'token %'")
        .await;
    assert_eq!(audit.len(), 4, "{audit:?}");
    let audited =
        Value::Array(database.rows("SELECT to_jsonb(a)::text FROM switchboard.migration_audit a").await)
            .to_string();
    assert!((1..=4).all(|number| !audited.contains(&token(number))), "the audit holds a token");
}

#[tokio::test]
async fn a_second_run_moves_nothing_and_says_nothing_of_what_stays() {
    let database = TestDatabase::of_an_older_program().await;
    tenant(&database, "acme", &sid(1), &token(1)).await;
    tenant(&database, "odd", "n/a", &token(4)).await;
    let keys = KeyRing::new_text();
    let settings = [(KEYS, keys.as_str())];
    database.switchboard(&["migrate", "--approve-all"], &settings).await;
    let before = database.contents().await;

    let again = database.switchboard(&["migrate", "--approve-all"], &settings).await;

    assert!(again.stdout.trim_end().ends_with("nothing to do"), "{again:?}");
    assert!(before == database.contents().await);
}

#[tokio::test]
async fn without_an_approval_or_a_key_one_sentence_says_what_moves_them() {
    let database = TestDatabase::of_an_older_program().await;
    tenant(&database, "acme", &sid(1), &token(1)).await;
    let keys = KeyRing::new_text();
    let settings = [(KEYS, keys.as_str())];

    let without_key = database.switchboard(&["migrate", "--approve-all"], &[]).await;
    let without_approval = database.switchboard(&["migrate"], &settings).await;
    let stale = [(KEYS, keys.as_str()), ("SWITCHBOARD_MIGRATE_APPROVE", "0123456789abcdef")];
    let approved_something_else = database.switchboard(&["migrate"], &stale).await;
    let doctor = database.switchboard(&["doctor"], &settings).await;
    let refused = database.switchboard(&["account", "move"], &[]).await;
    let stood = in_clear(&database).await.len();
    let moved = database.switchboard(&["account", "move"], &settings).await;
    let again = database.switchboard(&["account", "move"], &settings).await;

    let sentence = "1 Twilio token stands in clear in tenants.";
    assert!(
        without_key.text().contains(&format!("{sentence} Set SWITCHBOARD_ENCRYPTION_KEYS to k1:KEY")),
        "{without_key:?}"
    );
    for said in [&without_approval, &approved_something_else] {
        assert!(said.text().contains(&format!("{sentence} `switchboard account move` moves it")), "{said:?}");
    }
    assert!(doctor.text().contains("1 Twilio token stands in clear in tenants"), "{doctor:?}");
    assert_eq!((refused.exit, stood), (Some(3), 1), "{refused:?}");
    assert!(moved.text().starts_with("moved: the token of"), "{moved:?}");
    assert_eq!(again.stdout, "no token stands in clear\n");
    assert_eq!(accounts(&database, &keys).await, [(sid(1), Some("acme".to_owned()), vec![token(1)])]);
}

#[tokio::test]
async fn a_stored_account_keeps_its_token_and_nobody_chooses_between_two() {
    let database = TestDatabase::of_an_older_program().await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    let ring = KeyRing::parse(&KeyRing::new_text()).unwrap();
    tenant(&database, "acme", &sid(1), &token(1)).await;
    schema::move_clear_tokens(&database.options(), &ring).await.unwrap();
    database.run(&format!("UPDATE tenants SET twilio_auth_token = '{}' WHERE slug = 'acme'", token(2))).await;
    tenant(&database, "beta", &sid(1), &token(1)).await;
    tenant(&database, "gamma", &sid(3), &token(3)).await;
    tenant(&database, "delta", &sid(3), &token(4)).await;
    let before = database.rows("SELECT * FROM switchboard.twilio_accounts").await;

    let moved = schema::move_clear_tokens(&database.options(), &ring).await.unwrap();
    let again = schema::move_clear_tokens(&database.options(), &ring).await.unwrap();

    let left: Vec<_> = moved.left.iter().map(|left| (left.tenant.as_str(), left.why)).collect();
    let mut sorted = left.clone();
    sorted.sort_by_key(|(tenant, _)| *tenant);
    assert_eq!(
        sorted,
        [
            ("acme", AnotherToken),
            ("beta", AnotherTenants),
            ("delta", SeveralTokens),
            ("gamma", SeveralTokens)
        ]
    );
    assert!(moved.accounts.is_empty() && again.accounts.is_empty(), "{again:?}");
    assert!(moved.left.iter().all(|left| left.noted == Noted::Now), "{moved:?}");
    assert!(again.left.len() == 4 && again.left.iter().all(|left| left.noted == Noted::Before), "{again:?}");
    assert_eq!(database.rows("SELECT * FROM switchboard.twilio_accounts").await, before);
    assert_eq!(database.count("switchboard.migration_audit WHERE decision = 'token left in clear'").await, 4);
    let stand = schema::clear_tokens(&database.options()).await.unwrap();
    assert_eq!((stand.movable, stand.left), (0, 4), "no word of them with every run");
}

#[tokio::test]
async fn a_copy_that_was_renamed_aside_gives_its_tokens_to_the_tenants_made_of_it() {
    let database = TestDatabase::empty().await;
    database
        .run(&format!(
            "CREATE TABLE tenants (id serial PRIMARY KEY, slug varchar(50), company_name text, twilio_account_sid text,
                                   twilio_auth_token text NOT NULL, updated_at timestamp DEFAULT '2025-10-01');
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
             CREATE TRIGGER touched BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION touch();
             INSERT INTO tenants (slug, company_name, twilio_account_sid, twilio_auth_token) VALUES ('acme', 'Acme', '{}', '{}')",
            sid(1),
            token(1)
        ))
        .await;
    let keys = KeyRing::new_text();

    let migrated = database.switchboard(&["migrate", "--approve-all"], &[(KEYS, keys.as_str())]).await;

    assert_eq!(migrated.exit, Some(0), "{migrated:?}");
    assert_eq!(accounts(&database, &keys).await, [(sid(1), Some("acme".to_owned()), vec![token(1)])]);
    let old = database
        .row("SELECT twilio_auth_token AS token, updated_at::date::text AS day FROM tenants_legacy")
        .await;
    assert_eq!((old["token"].as_str(), old["day"].as_str()), (Some(""), Some("2025-10-01")));
}

#[tokio::test]
async fn of_several_that_move_at_once_one_does_it() {
    let database = TestDatabase::of_an_older_program().await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    tenant(&database, "acme", &sid(1), &token(1)).await;
    let ring = KeyRing::parse(&KeyRing::new_text()).unwrap();
    let mut movers = JoinSet::new();
    for _ in 0..4 {
        let (options, ring) = (database.options(), ring.clone());
        movers.spawn(async move { schema::move_clear_tokens(&options, &ring).await.unwrap() });
    }

    let moved = movers.join_all().await;

    assert_eq!(moved.iter().filter(|moved| !moved.accounts.is_empty()).count(), 1, "{moved:?}");
    assert!(moved.iter().all(|moved| moved.left.is_empty()), "{moved:?}");
    assert_eq!(database.count("switchboard.migration_audit WHERE decision = 'token moved'").await, 1);
}

#[tokio::test]
async fn keys_of_another_database_move_nothing() {
    let database = TestDatabase::of_an_older_program().await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    let ring = || KeyRing::parse(&KeyRing::new_text()).unwrap();
    tenant(&database, "acme", &sid(1), &token(1)).await;
    schema::move_clear_tokens(&database.options(), &ring()).await.unwrap();
    tenant(&database, "beta", &sid(2), &token(2)).await;

    let refused = schema::move_clear_tokens(&database.options(), &ring()).await.unwrap_err();

    assert!(
        refused.to_string().starts_with("SWITCHBOARD_ENCRYPTION_KEYS does not fit this database"),
        "{refused}"
    );
    assert_eq!(in_clear(&database).await.len(), 1);
}

#[tokio::test]
async fn a_start_that_is_approved_by_its_settings_moves_them_before_it_answers() {
    let database = TestDatabase::of_an_older_program().await;
    tenant(&database, "acme", &sid(1), &token(1)).await;
    let keys = KeyRing::new_text();
    let settings = [
        (KEYS, keys.as_str()),
        ("SWITCHBOARD_MIGRATE_APPROVE", "all"),
        ("PORT", "0"),
        ("BIND_ADDR", "127.0.0.1"),
    ];
    let mut server =
        database.command(&["serve"], &settings).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);

    let said: Vec<String> = tokio::task::spawn_blocking(move || {
        lines.take_while(|line| !line.starts_with("listening on")).collect()
    })
    .await
    .unwrap();

    server.kill().unwrap();
    server.wait().unwrap();
    assert!(said.iter().any(|line| line.starts_with("moved:    the token of")), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("accounts    1 Twilio account")), "{said:#?}");
    assert_eq!(accounts(&database, &keys).await.len(), 1);
}
