//! What the doctor says of the schema, on databases of other programs.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::demo::Demo;
use crate::program::{Scratch, switchboard, told};
use crate::{List, NOWHERE, run};

const VOICE_AGENT: &str = include_str!("../legacy/08_voice_agent_orm.sql");

/// The address of one more database beside the demo's.
fn address(data: &Path, database: &str) -> String {
    format!("postgres://postgres@localhost/{database}?host={}", data.join("postgres/socket").display())
}

/// Makes a database with these statements run in it.
async fn made(data: &Path, database: &str, statements: &str) -> String {
    let mut superuser = PgConnection::connect(&address(data, "postgres")).await.unwrap();
    superuser.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    let mut inside = PgConnection::connect(&address(data, database)).await.unwrap();
    inside.execute(sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))).await.unwrap();
    address(data, database)
}

/// What the doctor prints, without the line that names the database.
async fn printed(data: &Path, arguments: &[&str], url: &str) -> String {
    let arguments = [&["doctor"], arguments].concat();
    let output = run(switchboard(data, &arguments).env("DATABASE_URL", url)).await;
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let (_, text) = text.split_once("\n\n").unwrap_or_else(|| panic!("{text}{}", told(&output)));
    without_numbers(text)
}

/// How many things there are changes with every migration; what is said of them does not.
fn without_numbers(text: &str) -> String {
    let is_number =
        |word: &str| (1..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    let without = |word: &str| match word.trim_end_matches([';', ',']) {
        number if is_number(number) => word.replace(number, "N"),
        _ => word.to_owned(),
    };
    let lines = text.lines().map(|line| line.split(' ').map(without).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_older_programs_database_is_told_part_by_part_and_never_migrated() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let url = made(&scratch.data(), "voice_agent", VOICE_AGENT).await;
    let settings = [("DATABASE_URL", url.as_str()), ("PUBLIC_BASE_URL", NOWHERE)];

    let list = List::of(&scratch.data(), &settings).await;

    assert_eq!(list.line("red", "tenant_id: call_logs has none; appointments has none")["area"], "schema");
    list.line("red", "rows: call_logs: 2 rows without tenant; appointments: 3 rows without tenant");
    let remedy = list.remedy("red", "drift: ");
    assert!(remedy.contains("migrate --dry-run") && remedy.contains("doctor --explain"), "{remedy}");
    let mut inside = PgConnection::connect(&url).await.unwrap();
    let migrated: bool = sqlx::query_scalar("SELECT to_regnamespace('switchboard') IS NOT NULL")
        .fetch_one(&mut inside)
        .await
        .unwrap();
    assert!(!migrated, "the doctor has migrated");
}

#[tokio::test]
async fn an_empty_database_has_one_red_line_about_its_schema() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let url = made(&scratch.data(), "empty", "SELECT").await;

    let list = List::of(&scratch.data(), &[("DATABASE_URL", &url), ("PUBLIC_BASE_URL", NOWHERE)]).await;

    assert!(list.remedy("red", "nothing of Switchboard's is here yet").contains("`switchboard migrate`"));
    let of_schema = |check: &&serde_json::Value| check["area"] == "schema";
    assert_eq!(list.report["checks"].as_array().unwrap().iter().filter(of_schema).count(), 1);
}

#[tokio::test]
async fn each_part_of_the_schema_is_told_on_request() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let url = made(&scratch.data(), "voice_agent", VOICE_AGENT).await;

    let right = printed(&scratch.data(), &["--schema"], &address(&scratch.data(), "postgres")).await;
    let older = printed(&scratch.data(), &["--schema"], &url).await;

    insta::assert_snapshot!("the_schema_of_the_demo", right);
    // Below it stand the steps, in the words of the plan.
    let (parts, _) = older.split_once("\n  drift").unwrap();
    insta::assert_snapshot!("the_schema_of_an_older_program", parts);
}

#[tokio::test]
async fn an_error_code_is_explained_for_the_database_at_hand() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.data());
    let url = made(&scratch.data(), "voice_agent", VOICE_AGENT).await;

    let all = printed(&scratch.data(), &["--explain"], &url).await;
    let one = printed(&scratch.data(), &["--explain", "42703"], &url).await;
    let unknown =
        run(switchboard(&scratch.data(), &["doctor", "--explain", "99999"]).env("DATABASE_URL", &url)).await;

    insta::assert_snapshot!("the_error_codes_on_an_older_programs_database", all);
    assert!(all.starts_with(&one), "{one}");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(told(&unknown).contains("42703, 42P07, 42804, 42P01, 42P13, 23503, 23505"), "{}", told(&unknown));
}
