//! A clean slate in every legacy state: what goes is ours, others' rows stay, and a migration begins anew.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::cluster::Database;
use crate::fixtures;
use crate::judge::Versions;
use crate::making::Workshop;
use crate::program::{self, Ended};
use crate::state::{Base, Family, State, Step, Trial};

/// What other programs keep.
const OTHERS: [&str; 9] = [
    "leads",
    "signals",
    "contacts",
    "activities",
    "tasks",
    "notes",
    "pipeline_stages",
    "locations",
    "emergency_logs",
];

/// Each line of the README's table, and two that were migrated. Roles stay in a cluster, so states that make some come
/// last.
fn states() -> Vec<State> {
    let state = |name: &str, load: &[String], then: Option<Step>| State {
        family: Family::Combinations,
        name: name.to_owned(),
        base: Base::EMPTY,
        trial: Trial::Alone,
        steps: load.iter().cloned().map(Step::File).chain(then).collect(),
    };
    let combinations = fixtures::combinations();
    let mut states: Vec<State> =
        combinations.iter().map(|found| state(&found.name, &found.load, None)).collect();
    let migrated =
        combinations.iter().filter(|found| ["orm-then-clean", "fix"].contains(&found.name.as_str()));
    states.extend(
        migrated.map(|found| state(&format!("{}, migrated", found.name), &found.load, Some(Step::Migrate))),
    );
    states.sort_by_key(State::makes_roles);
    states
}

/// Every row of other programs, without what a migration adds to it.
async fn rows_of_others(superuser: &mut PgConnection) -> Vec<String> {
    let mut rows = Vec::new();
    for table in OTHERS {
        let stands: Option<String> = sqlx::query_scalar("SELECT to_regclass('public.' || $1)::text")
            .bind(table)
            .fetch_one(&mut *superuser)
            .await
            .unwrap();
        if stands.is_none() {
            continue;
        }
        let query = format!(
            "SELECT '{table} ' || (to_jsonb(x) - 'tenant_id')::text FROM public.{table} x ORDER BY 1"
        );
        let found: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut *superuser).await.unwrap();
        rows.extend(found);
    }
    rows
}

/// What stands alone between two blank lines, for a person to copy.
fn to_run(ended: &Ended, begins: &str) -> Option<String> {
    let mut parts = ended.stderr.split("\n\n");
    parts.find(|part| part.starts_with(begins)).map(|part| part.trim().to_owned())
}

/// Does what each message says until it is done; returns what had to make way.
async fn clear(database: &Database) -> Result<Option<String>, String> {
    let mut ended = program::migrate(database, &["--clean-slate"]);
    let in_the_way = to_run(&ended, "DROP").or_else(|| to_run(&ended, "ALTER"));
    if let Some(statements) = &in_the_way {
        let mut owner = database.as_owner().await;
        let made_way = sqlx::raw_sql(AssertSqlSafe(statements.clone())).execute(&mut owner).await;
        made_way.map_err(|error| format!("{statements}: {error}"))?;
        owner.close().await.unwrap();
        ended = program::migrate(database, &["--clean-slate"]);
    }
    if let (Some(3), Some(command)) = (ended.exit, to_run(&ended, "switchboard migrate ")) {
        let arguments: Vec<&str> = command.split(' ').skip(2).collect();
        ended = program::migrate(database, &arguments);
    }
    if ended.exit == Some(0) { Ok(in_the_way) } else { Err(ended.told()) }
}

#[tokio::test]
async fn every_legacy_state_is_cleared_by_doing_what_the_messages_say() {
    let mut workshop = Workshop::open().await;
    let mut asked_first = Vec::new();

    for state in states() {
        let name = state.name.clone();
        let database = workshop.make(&state).await.unwrap();
        let mut superuser = database.as_superuser().await;
        let (before, untouched) = (rows_of_others(&mut superuser).await, Versions::now(&mut superuser).await);

        let looked = program::migrate(&database, &["--clean-slate", "--dry-run"]);
        let after_the_look = Versions::now(&mut superuser).await;
        let in_the_way = clear(&database).await.unwrap_or_else(|told| panic!("{name}: {told}"));

        assert_eq!(after_the_look.changed_since(&untouched), Vec::<String>::new(), "{name}");
        assert!([Some(0), Some(3)].contains(&looked.exit), "{name}: {}", looked.told());
        let again = program::migrate(&database, &["--clean-slate"]);
        assert!(again.stdout.contains("nothing to drop"), "{name}: {again:?}");
        assert_eq!(rows_of_others(&mut superuser).await, before, "{name}");
        if state.steps.contains(&Step::Migrate) {
            let migrated = program::migrate(&database, &["--approve-all"]);
            assert_eq!(migrated.exit, Some(0), "{name}: {}", migrated.told());
            let planned = program::migrate(&database, &["--dry-run"]);
            assert!(planned.stdout.contains("nothing to do"), "{name}: {}", planned.stdout);
        }
        asked_first.extend(in_the_way.map(|statements| format!("{name}: {statements}")));
        superuser.close().await.unwrap();
        workshop.drop(&database).await;
    }

    assert_eq!(
        asked_first,
        [
            r#"forced-rls: DROP POLICY "own_tenant" ON "public"."leads";"#,
            r#"worn-out: ALTER TABLE "public"."fk_squatter" DROP CONSTRAINT IF EXISTS "fk_signals_tenant";"#,
        ]
    );
}
