//! Whose number is this? The function that older programs call, too.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::isolation::sqlstate;
use crate::support::TestDatabase;

/// A database with these statements run, and a connection as the server's role.
async fn directory(statements: &str) -> (TestDatabase, PgConnection) {
    let database = TestDatabase::new().await;
    database.run(statements).await;
    let server = database.connect_as("switchboard_app").await;
    (database, server)
}

/// The slug of the tenant that the look-up finds, by the name that older programs use for the argument.
async fn owner(database: &TestDatabase, server: &mut PgConnection, dialled: Option<&str>) -> Option<String> {
    let found: Option<Uuid> = sqlx::query_scalar("SELECT public.get_tenant_by_phone(phone_number => $1)")
        .bind(dialled)
        .fetch_one(server)
        .await
        .unwrap();
    let id = found?;
    let tenant = database.row(&format!("SELECT slug FROM tenants WHERE id = '{id}'")).await;
    Some(tenant["slug"].as_str().unwrap().to_owned())
}

const ACME: &str = "
    INSERT INTO tenants (slug, company_name) VALUES ('acme', 'Acme');
    INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id) SELECT '+12145550100', id FROM tenants";

#[tokio::test]
async fn a_number_is_found_however_it_is_spelt() {
    let (database, mut server) = directory(ACME).await;
    let spellings = [
        "+12145550100",
        "+1 214 555 0100",
        "+1 (214) 555-0100",
        "+1.214.555.0100",
        "[+1] 214-555-0100",
        "0012145550100",
        "00 1 214 555 0100",
        "2145550100",
        "(214) 555-0100",
        "214.555.0100",
        "12145550100",
        "1-214-555-0100",
        " 1\t214 555 0100 ",
    ];

    for spelling in spellings {
        assert_eq!(
            owner(&database, &mut server, Some(spelling)).await.as_deref(),
            Some("acme"),
            "{spelling}"
        );
    }
}

#[tokio::test]
async fn what_is_no_known_spelling_belongs_to_nobody() {
    let (database, mut server) = directory(ACME).await;
    let strangers = [
        "+12145550101",
        "22145550100",
        "145550100",
        "+2145550100",
        "++12145550100",
        "+1214555010O",
        "sip:+12145550100@example.com",
        "client:acme",
        "anonymous",
        "00",
        "+",
        "%",
        "' OR true --",
        "",
    ];

    for stranger in strangers {
        assert_eq!(owner(&database, &mut server, Some(stranger)).await, None, "{stranger}");
    }
    assert_eq!(owner(&database, &mut server, None).await, None);
}

#[tokio::test]
async fn a_number_of_an_inactive_tenant_belongs_to_nobody_even_where_somebody_takes_unknown_ones() {
    let (database, mut server) = directory(&format!(
        "{ACME};
         UPDATE tenants SET is_active = false;
         INSERT INTO tenants (slug, company_name, accepts_unknown_numbers) VALUES ('open', 'Open', true)"
    ))
    .await;

    assert_eq!(owner(&database, &mut server, Some("+12145550100")).await, None);
    assert_eq!(owner(&database, &mut server, Some("+12145550101")).await.as_deref(), Some("open"));
}

#[tokio::test]
async fn an_unknown_number_goes_to_the_tenant_that_takes_them_while_it_is_active() {
    let (database, mut server) = directory(&format!(
        "{ACME}; INSERT INTO tenants (slug, company_name, accepts_unknown_numbers) VALUES ('open', 'Open', true)"
    ))
    .await;

    assert_eq!(owner(&database, &mut server, Some("+12145550100")).await.as_deref(), Some("acme"));
    for unknown in [Some("+19995550100"), Some("anonymous"), Some(""), None] {
        assert_eq!(owner(&database, &mut server, unknown).await.as_deref(), Some("open"), "{unknown:?}");
    }

    database.run("UPDATE tenants SET is_active = false WHERE slug = 'open'").await;
    assert_eq!(owner(&database, &mut server, Some("+19995550100")).await, None);
}

#[tokio::test]
async fn one_tenant_at_most_takes_unknown_numbers() {
    let (database, _) = directory(
        "INSERT INTO tenants (slug, company_name, accepts_unknown_numbers) VALUES ('open', 'Open', true)",
    )
    .await;

    let second = sqlx::raw_sql(
        "INSERT INTO tenants (slug, company_name, accepts_unknown_numbers) VALUES ('too', 'Too', true)",
    )
    .execute(&mut database.connect().await)
    .await
    .unwrap_err();

    assert_eq!(sqlstate(&second), "23505");
    assert_eq!(second.as_database_error().unwrap().constraint(), Some("tenants_accepts_unknown_numbers_key"));
}

/// Where everybody may make functions in `public`, as in databases from before PostgreSQL 15.
#[tokio::test]
async fn nobody_comes_between_the_look_up_and_its_parts() {
    let (database, mut server) = directory(&format!(
        "{ACME};
         GRANT CREATE ON SCHEMA public TO PUBLIC;
         CREATE FUNCTION public.find_tenant_by_number(text) RETURNS uuid LANGUAGE plpgsql
             AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
         CREATE FUNCTION public.normalise_phone_number(text) RETURNS text LANGUAGE plpgsql
             AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
         GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC"
    ))
    .await;

    assert_eq!(owner(&database, &mut server, Some("214 555 0100")).await.as_deref(), Some("acme"));
}

#[tokio::test]
async fn an_event_is_taken_in_as_the_servers_role_and_as_no_other() {
    let (database, mut server) = directory(ACME).await;
    let ingest = "
        SELECT refusal, is_news FROM switchboard.ingest_call_event(
            'AC1', 'environment', '+12145550100', NULL, gen_random_uuid(), gen_random_uuid(), 'CA1', 'incoming', 'key', 'ringing',
            NULL, now(), now(), '{}')";

    let as_the_owner = sqlx::raw_sql(ingest).execute(&mut database.connect().await).await.unwrap_err();
    let (refusal, is_news): (Option<String>, bool) =
        sqlx::query_as(ingest).fetch_one(&mut server).await.unwrap();

    assert_eq!(sqlstate(&as_the_owner), "42501");
    assert!(as_the_owner.to_string().contains("runs as switchboard_app, not as postgres"), "{as_the_owner}");
    assert_eq!((refusal, is_news), (None, true));
    assert_eq!(database.count("call_logs").await, 1);
}
