//! The files of `tests/legacy/`, and the table in its README that says which of them make which state.
//!
//! Promises: they are loaded as they were then: in autocommit, one statement a message, carrying on after an error, each
//! file in a session of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::cluster::Database;
use crate::statements::statements;

static FILES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(read_files);

/// One line of the README's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Combination {
    /// What the state is called.
    pub(crate) name: String,
    /// The files, each by the number that its name begins with.
    pub(crate) load: Vec<String>,
    /// The SQLSTATEs that loading gives, in order.
    pub(crate) errors: Vec<String>,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/legacy"))
}

fn read_files() -> BTreeMap<String, Vec<String>> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let scripts = entries.filter(|path| path.extension().is_some_and(|ending| ending == "sql"));
    scripts
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            let number = name.split('_').next().unwrap().to_owned();
            (number, statements(&fs::read_to_string(&path).unwrap()))
        })
        .collect()
}

/// The numbers of all files.
pub(crate) fn numbers() -> impl Iterator<Item = &'static str> {
    FILES.keys().map(String::as_str)
}

/// The statements of the file with this number.
pub(crate) fn of(number: &str) -> &'static [String] {
    FILES.get(number).unwrap_or_else(|| panic!("no file in tests/legacy/ begins with {number}"))
}

/// The table of the README.
pub(crate) fn combinations() -> Vec<Combination> {
    let text = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    rows.filter_map(combination).collect()
}

fn combination(row: &str) -> Option<Combination> {
    let mut cells = row.strip_prefix('|')?.split('|').map(str::trim);
    let (name, load, errors) = (cells.next()?, cells.next()?, cells.next()?);
    let load = load.split_whitespace().filter(|number| *number != "-").map(str::to_owned).collect();
    Some(Combination { name: name.to_owned(), load, errors: sqlstates(errors) })
}

/// `42703, 42710 x3` spelt out.
fn sqlstates(cell: &str) -> Vec<String> {
    let each = |part: &str| {
        let (code, times) = part.split_once(" x").unwrap_or((part, "1"));
        vec![code.to_owned(); times.parse().unwrap()]
    };
    cell.split(", ").filter(|part| *part != "-").flat_map(each).collect()
}

/// Loads one file as the owner; returns the SQLSTATEs that it met.
pub(crate) async fn load(database: &Database, number: &str) -> Vec<String> {
    let mut owner = database.as_owner().await;
    let errors = run_all(&mut owner, of(number)).await;
    owner.close().await.unwrap();
    errors
}

/// Runs statements, each in its own message, carrying on after errors; returns their SQLSTATEs.
pub(crate) async fn run_all(connection: &mut PgConnection, statements: &[String]) -> Vec<String> {
    let mut errors = Vec::new();
    for statement in statements {
        let statement = with_what_is_installed(connection, statement).await;
        let outcome = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await;
        errors.extend(outcome.err().map(|error| sqlstate(&error)));
    }
    errors
}

/// The PostgreSQL that the program carries has no uuid-ossp. Where it is missing, the one function that the files use of it is
/// made instead.
async fn with_what_is_installed(connection: &mut PgConnection, statement: &str) -> String {
    const STAND_IN: &str = include_str!("uuid_ossp.sql");
    if !statement.starts_with("create extension if not exists \"uuid-ossp\"") {
        return statement.to_owned();
    }
    let is_installed: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'uuid-ossp')")
            .fetch_one(connection)
            .await
            .unwrap();
    let schema = statement.split(" schema ").nth(1).unwrap_or("public");
    if is_installed { statement.to_owned() } else { STAND_IN.replace("{schema}", schema) }
}

/// What the database called the error; a lost connection is none of its.
pub(crate) fn sqlstate(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
    code.unwrap_or_else(|| panic!("{error}"))
}

#[test]
fn the_table_is_read_with_its_repetitions() {
    let read = combination("| both | 01 02 | 42703, 42710 x2 | a trap |").unwrap();

    assert_eq!(read.load, ["01", "02"]);
    assert_eq!(read.errors, ["42703", "42710", "42710"]);
    assert_eq!(combination("| empty | - | - | none |").unwrap().load, Vec::<String>::new());
    assert_eq!(combination("below the table"), None);
}

#[test]
fn every_file_is_in_some_combination() {
    let combinations = combinations();

    let unused: Vec<&str> =
        numbers().filter(|number| !combinations.iter().any(|c| c.load.iter().any(|n| n == number))).collect();

    assert_eq!(unused, Vec::<&str>::new());
    assert!(combinations.len() >= 19, "{}", combinations.len());
}

#[tokio::test]
async fn the_legacy_files_meet_the_errors_that_their_readme_names() {
    let cluster = crate::cluster::OwnCluster::start().await;
    let mut different = Vec::new();

    for combination in combinations() {
        let database = cluster.make(None).await;
        let mut met = Vec::new();
        for number in &combination.load {
            met.extend(load(&database, number).await);
        }
        cluster.drop(&database).await;
        if met != combination.errors {
            different.push(format!("{}: {met:?} and not {:?}", combination.name, combination.errors));
        }
    }

    assert_eq!(different, Vec::<String>::new());
}
