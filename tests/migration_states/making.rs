//! Makes states: copies what they begin with, and does what happened next.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _};

use crate::cluster::{Database, OwnCluster};
use crate::fixtures;
use crate::judge;
use crate::program;
use crate::state::{Base, State, Step};
use crate::statements::statements;

/// Why a state could not be made.
#[derive(Clone, Debug)]
pub(crate) enum Unmade {
    /// The first of two migrations was refused, so that there is no second.
    Refused { sentence: String },
    /// Something that must pass failed.
    Failed { fault: String },
}

/// One worker's cluster, with what states begin with.
pub(crate) struct Workshop {
    cluster: OwnCluster,
    bases: BTreeMap<Base, Result<Database, Unmade>>,
}

impl Workshop {
    /// Starts a cluster of its own.
    pub(crate) async fn open() -> Self {
        Self { cluster: OwnCluster::start().await, bases: BTreeMap::new() }
    }

    /// A copy of what a state begins with.
    pub(crate) async fn begin(&mut self, base: &Base) -> Result<Database, Unmade> {
        if !self.bases.contains_key(base) {
            let made = self.make_base(base).await;
            self.bases.insert(base.clone(), made);
        }
        let template = self.bases.get(base).cloned().transpose()?;
        Ok(self.cluster.make(template.as_ref()).await)
    }

    async fn make_base(&self, base: &Base) -> Result<Database, Unmade> {
        let (Base::Files(files) | Base::Finished(files)) = base else {
            let database = self.cluster.make_hosted().await;
            take(&database, &Step::Superuser(statements(include_str!("hosted.sql")))).await?;
            return Ok(database);
        };
        let database = self.cluster.make(None).await;
        for number in files {
            fixtures::load(&database, number).await;
        }
        if let Base::Finished(_) = base {
            migrate(&database)?;
            let mut superuser = database.as_superuser().await;
            judge::fill(&mut superuser).await;
            superuser.close().await.unwrap();
        }
        Ok(database)
    }

    /// The state, as people left it.
    pub(crate) async fn make(&mut self, state: &State) -> Result<Database, Unmade> {
        let database = self.begin(&state.base).await?;
        for step in &state.steps {
            if let Err(reason) = take(&database, step).await {
                self.drop(&database).await;
                return Err(reason);
            }
        }
        Ok(database)
    }

    /// Another one like it.
    pub(crate) async fn copy(&self, database: &Database) -> Database {
        self.cluster.make(Some(database)).await
    }

    /// Lets a database go.
    pub(crate) async fn drop(&self, database: &Database) {
        self.cluster.drop(database).await;
    }
}

async fn take(database: &Database, step: &Step) -> Result<(), Unmade> {
    let (mut connection, statements) = match step {
        Step::File(number) => {
            fixtures::load(database, number).await;
            return Ok(());
        }
        Step::Attempt(statements) => {
            let mut owner = database.as_owner().await;
            fixtures::run_all(&mut owner, statements).await;
            owner.close().await.unwrap();
            return Ok(());
        }
        Step::Migrate => return migrate(database),
        Step::Owner(statements) => (database.as_owner().await, statements),
        Step::Superuser(statements) => (database.as_superuser().await, statements),
    };
    for statement in statements {
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await {
            return Err(Unmade::Failed { fault: format!("the state can't be made: {statement}: {error}") });
        }
    }
    connection.close().await.unwrap();
    Ok(())
}

/// The first of two migrations that a state consists of.
fn migrate(database: &Database) -> Result<(), Unmade> {
    let ended = program::migrate(database, &["--approve-all"]);
    match ended.exit {
        Some(0) => Ok(()),
        Some(3) => Err(Unmade::Refused { sentence: ended.stderr.trim().to_owned() }),
        Some(_) | None => Err(Unmade::Failed {
            fault: format!("the migration that the state begins with: {}", ended.told()),
        }),
    }
}
