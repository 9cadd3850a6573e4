//! By mail: whoever sends the state of a database gets the same plan as whoever lets the program look.

use sqlx::{AssertSqlSafe, Connection as _};

use crate::cluster::Database;
use crate::fixtures;
use crate::making::Workshop;
use crate::program::{self, Ended};
use crate::state::{Base, Family, State, Step, Trial};

/// Each line of the README's table, and one that a migration has made right. Roles stay in a cluster, so states that make
/// some come last.
fn states() -> Vec<State> {
    let state = |name: &str, steps| State {
        family: Family::Combinations,
        name: name.to_owned(),
        base: Base::EMPTY,
        trial: Trial::Alone,
        steps,
    };
    let files = |load: &[String]| -> Vec<Step> { load.iter().cloned().map(Step::File).collect() };
    let mut states: Vec<State> = fixtures::combinations()
        .iter()
        .map(|combination| state(&combination.name, files(&combination.load)))
        .collect();
    let mended = ["01", "02", "05"].map(|number| Step::File(number.to_owned()));
    states.push(state("clean, migrated", [mended.as_slice(), &[Step::Migrate]].concat()));
    states.sort_by_key(State::makes_roles);
    states
}

/// What an SQL editor shows for a query.
async fn answer(database: &Database, query: &str) -> String {
    let mut owner = database.as_owner().await;
    let state = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    state
}

/// The first lines in which the answers differ.
fn differing<'a>(looked: &'a str, mailed: &'a str) -> Vec<(&'a str, &'a str)> {
    looked.lines().zip(mailed.lines()).filter(|(looked, mailed)| looked != mailed).take(3).collect()
}

/// What both answers in words have in common: all but whom they speak of, and the command to go on with.
fn diagnosis(ended: &Ended) -> Vec<&str> {
    let lines = ended.stdout.lines().skip_while(|line| *line != "what stands:");
    let mut lines: Vec<&str> = lines.collect();
    let plan = lines.iter().position(|line| *line == "what is to be done:").unwrap_or_default();
    let length = lines.iter().skip(plan).position(|line| line.is_empty()).map(|length| plan + length);
    lines.truncate(length.unwrap_or(lines.len()));
    lines
}

#[tokio::test]
async fn every_legacy_state_gets_the_same_plan_by_mail_as_by_a_look() {
    let mut workshop = Workshop::open().await;
    let query = program::without_database(&["--state-query"], "").stdout;
    let mut tried = Vec::new();

    for state in states() {
        let database = workshop.make(&state).await.unwrap();
        let sent = answer(&database, &query).await;

        let looked = program::migrate(&database, &["--dry-run", "--json"]);
        let mailed = program::without_database(&["--from", "-", "--json"], &sent);

        let name = state.name;
        assert_eq!((looked.exit, looked.told()), (Some(0), mailed.told()), "{name}");
        let plan = |ended: &Ended| serde_json::from_str::<serde_json::Value>(&ended.stdout).unwrap();
        let is_same = plan(&looked) == plan(&mailed);
        assert!(is_same, "{name}: {:#?}", differing(&looked.stdout, &mailed.stdout));
        workshop.drop(&database).await;
        tried.push(name);
    }

    assert!(tried.len() > 19, "{tried:?}");
}

#[tokio::test]
async fn the_words_and_the_script_are_the_same_too() {
    let mut workshop = Workshop::open().await;
    let query = program::without_database(&["--state-query"], "").stdout;

    for state in states().iter().filter(|state| ["multi-tenant", "empty"].contains(&state.name.as_str())) {
        let database = workshop.make(state).await.unwrap();
        let sent = answer(&database, &query).await;

        let words = program::without_database(&["--from", "-"], &sent);
        let script = program::without_database(&["--from", "-", "--sql"], &sent);

        assert!(words.stdout.starts_with("database: state_"), "{words:?}");
        assert!(diagnosis(&words).len() > 5, "{words:?}");
        assert_eq!(diagnosis(&words), diagnosis(&program::migrate(&database, &["--dry-run"])));
        assert_eq!(script.stdout, program::migrate(&database, &["--sql"]).stdout);
        workshop.drop(&database).await;
    }
}
