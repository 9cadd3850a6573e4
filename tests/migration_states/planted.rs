//! Is a fault seen? Each check of `judge/` is shown one: a judge that never objects proves nothing.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::cluster::{Database, OwnCluster};
use crate::judge::objects::Ours;
use crate::judge::{self, Before, Versions};
use crate::plan::Plan;
use crate::program;
use crate::statements::{sections, statements};

/// A database that is right, and what is ours in it.
pub(crate) async fn right(cluster: &OwnCluster) -> (Database, Ours) {
    let database = cluster.make(None).await;
    let ended = program::migrate(&database, &[]);
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let mut superuser = database.as_superuser().await;
    let ours = Ours::of_fresh(&mut superuser).await;
    judge::fill(&mut superuser).await;
    run(&mut superuser, include_str!("planted_base.sql")).await;
    superuser.close().await.unwrap();
    (database, ours)
}

/// Runs a script, of which every statement must pass.
pub(crate) async fn run(superuser: &mut PgConnection, script: &str) {
    for statement in statements(script) {
        let outcome = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *superuser).await;
        outcome.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

async fn before(database: &Database, ours: &Ours) -> Before {
    let mut sessions = database.sessions().await;
    let before = Before::of(&mut sessions, ours).await;
    sessions.owner.close().await.unwrap();
    sessions.superuser.close().await.unwrap();
    before
}

#[tokio::test]
async fn every_planted_fault_is_told_and_a_right_database_has_none() {
    let cluster = OwnCluster::start().await;
    let (template, ours) = right(&cluster).await;
    let before = before(&template, &ours).await;
    let no_fault = [("", "")];
    let planted = sections(include_str!("planted.sql")).into_iter().map(|fault| (fault.title, fault.body));
    let mut unseen = Vec::new();

    for (sentence, script) in no_fault.into_iter().chain(planted) {
        let database = cluster.make(Some(&template)).await;
        let mut sessions = database.sessions().await;
        run(&mut sessions.superuser, script).await;
        let told = judge::faults(&mut sessions, &ours, &before, &Plan::default()).await;
        let is_seen = told.iter().any(|fault| fault.contains(sentence));
        if is_seen == sentence.is_empty() {
            unseen.push(format!("{sentence}: {told:?}"));
        }
        cluster.drop(&database).await;
    }

    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
    assert_eq!(judge::untried(&ours), Vec::<&String>::new(), "judge/new_inserts.sql lacks a row for each");
}

#[tokio::test]
async fn a_row_that_is_written_as_it_was_counts_as_a_change() {
    let cluster = OwnCluster::start().await;
    let (database, _) = right(&cluster).await;
    let mut superuser = database.as_superuser().await;
    let before = Versions::now(&mut superuser).await;

    let unchanged = Versions::now(&mut superuser).await.changed_since(&before);
    run(&mut superuser, "update leads set status = status; alter table clients alter name set default 'x'")
        .await;
    let changed = Versions::now(&mut superuser).await.changed_since(&before);

    assert_eq!(unchanged, Vec::<String>::new());
    assert_eq!(changed, ["leads", "pg_attrdef", "pg_attribute", "pg_depend"]);
}
