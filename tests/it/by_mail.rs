//! An owner who has nothing but an SQL editor sends the answer to one query, and gets the diagnosis and the script.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _};
use switchboard::schema::{self, Names, Rows};

use crate::support::TestDatabase;

/// A migration that stopped half way: an older program's calls, and tenants without most of their columns.
const HALF_WAY: &str = "
    CREATE TABLE leads (id integer PRIMARY KEY, name text);
    INSERT INTO leads VALUES (1, 'Ada'), (2, 'Grace');
    CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50));
    INSERT INTO call_logs (call_sid) VALUES ('CA1');
    CREATE TABLE tenants (id uuid PRIMARY KEY, slug text, company_name text)";

/// What the query returns on such a database.
async fn state() -> Value {
    let database = TestDatabase::empty().await;
    database.run(HALF_WAY).await;
    let mut editor = database.connect().await;
    let query = schema::state_query(&Names::usual(), Rows::Counted);
    let text: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut editor).await.unwrap();
    editor.close().await.unwrap();
    let mut state: Value = serde_json::from_str(&text).unwrap();
    // What differs from one run to the next.
    state["database"] = json!("firm");
    state["login"] = json!("postgres");
    state["server"] = json!(150_004);
    state
}

/// Runs `switchboard migrate --from` on a file of this content, with nothing in the environment.
fn answer(content: &[u8], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state.json"), content).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    program.current_dir(folder.path()).env_clear().args(["migrate", "--from", "state.json"]);
    program.args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_answer_reads_as_somebody_would_tell_it() {
    let answer = answer(state().await.to_string().as_bytes(), &[]);

    assert_eq!((answer.status.code(), text(&answer.stderr)), (Some(0), ""));
    // The steps have tests of their own.
    let is_of_a_step = |line: &&str| {
        line.starts_with("     ") || line.trim_start().starts_with(|letter: char| letter.is_ascii_digit())
    };
    let (steps, frame): (Vec<&str>, Vec<&str>) = text(&answer.stdout).lines().partition(is_of_a_step);
    assert!(steps.iter().any(|line| line.ends_with("[waits for your approval]")), "{steps:#?}");
    assert!(steps.iter().all(|line| line.chars().count() <= 80), "{steps:#?}");
    insta::assert_snapshot!(frame.join("\n"));
}

#[tokio::test]
async fn whatever_the_editor_made_of_the_value_the_plan_is_the_same() {
    let state = state().await.to_string();
    let plan = answer(state.as_bytes(), &["--json"]).stdout;
    let csv = format!("state\r\n\"{}\"\r\n", state.replace('"', "\"\""));

    for shape in [json!([{ "state": state }]).to_string(), csv] {
        let answer = answer(shape.as_bytes(), &["--json"]);
        assert_eq!(text(&answer.stdout), text(&plan), "{answer:?}");
    }

    assert!(serde_json::from_slice::<Value>(&plan).unwrap()["steps"].as_array().unwrap().len() > 5);
}

#[tokio::test]
async fn a_refusal_is_the_same_as_on_the_database_itself() {
    let mut state = state().await;
    for relation in state["relations"].as_array_mut().unwrap() {
        relation["ours_to_change"] = json!(false);
        relation["owner"] = json!("vendor");
    }

    let refused = answer(state.to_string().as_bytes(), &["--sql"]);

    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert_eq!(text(&refused.stdout), "");
    let told = text(&refused.stderr);
    assert!(told.contains("public.leads (of vendor)") && told.contains("Nothing was changed"), "{told}");
}

#[test]
fn what_is_no_state_is_refused_in_one_sentence() {
    let wrong: [(&[u8], &str); 4] = [
        (
            b"",
            "switchboard: state.json is no state: it is empty; save what the query returned, and try again\n",
        ),
        (
            b"ERROR: timeout",
            "switchboard: state.json is no state: it is no JSON, and begins with \"ERROR: timeout\"",
        ),
        (
            b"{\"server\": 150004, \"relations\": [",
            "switchboard: state.json is no state: it breaks off after 33 characters",
        ),
        (b"\xff\xfe{", "switchboard: state.json is no state: it is not text in UTF-8; save it as UTF-8\n"),
    ];

    for (content, says) in wrong {
        let refused = answer(content, &[]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(text(&refused.stderr).starts_with(says), "{refused:?}");
        assert_eq!(text(&refused.stderr).lines().count(), 1);
    }
}
