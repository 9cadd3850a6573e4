//! Trying INSERTs for real, and taking them back: our own and those of the older programs.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::objects::Ours;
use crate::cluster::Sessions;
use crate::plan::Plan;
use crate::statements::{Section, sections};

const NOTES: [&str; 3] =
    ["switchboard._sqlx_migrations", "switchboard.migration_audit", "switchboard.verified_schema"];
/// Tells the rows of a check from those that were there.
const OF_A_CHECK: &str = "99";
/// The same for the rows that a finished database gets.
const OF_A_FINISHED_DATABASE: &str = "11";

fn new_inserts(number: &str) -> Vec<(String, String)> {
    let of = |section: &Section<'_>| (section.title.to_owned(), section.body.trim().replace("{n}", number));
    sections(include_str!("new_inserts.sql")).iter().map(of).collect()
}

/// Puts a row into each table of ours.
pub(crate) async fn fill(superuser: &mut PgConnection) {
    for (_, insert) in new_inserts(OF_A_FINISHED_DATABASE) {
        sqlx::raw_sql(AssertSqlSafe(insert)).execute(&mut *superuser).await.unwrap();
    }
}

/// Our tables for which no INSERT is written down.
pub(crate) fn untried(ours: &Ours) -> Vec<&String> {
    let known = new_inserts(OF_A_CHECK);
    let is_known = |table: &&String| known.iter().any(|(title, _)| title == *table);
    // What the migration keeps its own notes in is written by it alone.
    let is_note = |table: &&String| NOTES.contains(&table.as_str());
    ours.tables.iter().filter(|table| !is_known(table) && !is_note(table)).collect()
}

/// What of ours can't be written: as the server's role where it may, else as the owner.
pub(crate) async fn refused_to_us(owner: &mut PgConnection) -> Vec<String> {
    let inserts = new_inserts(OF_A_CHECK);
    let tables: Vec<&String> = inserts.iter().map(|(table, _)| table).collect();
    let statements: Vec<&String> = inserts.iter().map(|(_, insert)| insert).collect();
    let mut transaction = owner.begin().await.unwrap();
    let set_tenant =
        format!("SELECT switchboard.set_tenant('00000000-0000-4000-8000-0000000000{OF_A_CHECK}')");
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(set_tenant)).execute(&mut *transaction).await {
        return vec![format!("the tenant can't be set: {error}")];
    }
    sqlx::raw_sql(include_str!("attempt.sql")).execute(&mut *transaction).await.unwrap();
    let refused: Vec<String> = sqlx::query_scalar(
        "SELECT format('an insert into %s fails: %s', name, refused)
           FROM unnest($1::text[], $2::text[]) AS tried (name, statement),
                pg_temp.attempt(statement, CASE WHEN has_table_privilege('switchboard_app', to_regclass(name), 'INSERT')
                                                THEN 'switchboard_app' ELSE 'none' END, 'keep') AS refused
          WHERE refused IS NOT NULL",
    )
    .bind(&tables)
    .bind(&statements)
    .fetch_all(&mut *transaction)
    .await
    .unwrap();
    transaction.rollback().await.unwrap();
    refused
}

/// Which of the older programs' INSERTs fail now, and why; by the title of their section, for each login.
#[derive(Clone, Debug)]
pub(crate) struct Older(Vec<Attempt>);

#[derive(Clone, Debug, sqlx::FromRow)]
struct Attempt {
    title: String,
    login: String,
    refused: Option<String>,
}

impl Older {
    /// Tries them all: as the owner, and as a login that row-level security doesn't bind.
    pub(crate) async fn now(sessions: &mut Sessions) -> Self {
        let mut tried = attempts(&mut sessions.owner).await;
        tried.extend(attempts(&mut sessions.superuser).await);
        Self(tried)
    }

    /// What passed before and fails now, without a warning.
    pub(crate) fn stopped_since(&self, before: &Self, plan: &Plan) -> Vec<String> {
        let passed = before.0.iter().zip(&self.0).filter(|(was, _)| was.refused.is_none());
        let stopped = passed.filter_map(|(_, is)| Some((&is.title, &is.login, is.refused.as_ref()?)));
        let unannounced = stopped.filter(|(title, ..)| {
            let table = title.split(' ').nth(1).unwrap_or_default();
            !plan.stops_inserts_into(table)
        });
        unannounced
            .map(|(title, login, error)| {
                format!("the older insert `{title}` of {login} stopped without a warning: {error}")
            })
            .collect()
    }
}

/// What the roles of a hosted service's interface get through with on these tables and views of ours, and by calling our
/// functions.
pub(crate) async fn open_to_outsiders(superuser: &mut PgConnection, closed: &[String]) -> Vec<String> {
    let mut transaction = superuser.begin().await.unwrap();
    sqlx::raw_sql(include_str!("attempt.sql")).execute(&mut *transaction).await.unwrap();
    let open: Vec<String> = sqlx::query_scalar(include_str!("outsiders.sql"))
        .bind(closed)
        .fetch_all(&mut *transaction)
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    open
}

async fn attempts(login: &mut PgConnection) -> Vec<Attempt> {
    let sections = sections(include_str!("older_inserts.sql"));
    let titles: Vec<&str> = sections.iter().map(|section| section.title).collect();
    let statements: Vec<&str> = sections.iter().map(|section| section.body.trim()).collect();
    let mut transaction = login.begin().await.unwrap();
    sqlx::raw_sql(include_str!("attempt.sql")).execute(&mut *transaction).await.unwrap();
    let tried = sqlx::query_as(
        "SELECT title, session_user::text AS login, pg_temp.attempt(statement, 'none', 'undo') AS refused
           FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS tried (title, statement, place) ORDER BY place",
    )
    .bind(&titles)
    .bind(&statements)
    .fetch_all(&mut *transaction)
    .await
    .unwrap();
    transaction.rollback().await.unwrap();
    tried
}
