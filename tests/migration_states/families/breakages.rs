//! Every object of a finished database, lost or spoilt, one at a time.
//!
//! Promises: read from the catalogue, so that an object that a later migration adds is covered by itself.

use sqlx::PgConnection;

use crate::state::{Base, Family, State, Step, Trial};

/// The ways to break the tables and functions with these names, and what else a finished database has of ours.
pub(crate) async fn states(finished: &mut PgConnection, our_tables: &[String]) -> Vec<State> {
    sqlx::query("SET search_path = ''").execute(&mut *finished).await.unwrap();
    let found: Vec<(String, bool, Vec<String>)> =
        sqlx::query_as(include_str!("breakages.sql")).bind(our_tables).fetch_all(finished).await.unwrap();
    found
        .into_iter()
        .map(|(name, needs_superuser, statements)| {
            let step = if needs_superuser { Step::Superuser(statements) } else { Step::Owner(statements) };
            State {
                family: Family::Breakages,
                name,
                base: Base::finished(),
                steps: vec![step],
                trial: Trial::Alone,
            }
        })
        .collect()
}
