//! What can go wrong with the schema, told apart by who must act.

/// The migration stopped.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Nothing was changed, and nothing will be until somebody decides.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A migration of this program has no valid first line.
    #[error(
        "migration {version} does not begin with `-- schema: shared` or `-- schema: own`; this build is broken"
    )]
    UnknownSchema {
        /// The number of the migration.
        version: i64,
    },
    /// A migration failed; what it had done was rolled back.
    #[error("migration {version} failed and was rolled back: {source}")]
    Failed {
        /// The number of the migration.
        version: i64,
        /// What the database said.
        source: sqlx::migrate::MigrateError,
    },
    /// The list of applied migrations could not be read or made.
    #[error("the list of applied migrations could not be read: {0}")]
    Ledger(#[from] sqlx::migrate::MigrateError),
    /// A step of the plan failed; what it had done was rolled back.
    #[error("this step failed and was rolled back: {words}: {source}; it ran {statement}")]
    Step {
        /// The step.
        words: String,
        /// The statement that failed.
        statement: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Another session kept a lock for longer than we wait.
    #[error(
        "another session kept for too long what this step needs: {words}. What was done until then stays, and the next start goes \
         on. In a transaction now: {holders}. End the session that sits idle in one, and start again."
    )]
    Blocked {
        /// The step.
        words: String,
        /// Who is in a transaction: process, login and program of each.
        holders: String,
    },
    /// A state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The database could not be reached, or refused a statement.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
}

/// A text that is no state.
#[derive(Debug, thiserror::Error)]
#[error(
    "this is not what the query of `switchboard migrate --state-query` returns: {0}; send its single value whole"
)]
pub struct StateError(pub(super) serde_json::Error);

/// Why nothing was changed, and what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// PostgreSQL before 15.
    #[error(
        "this is PostgreSQL {found}; Switchboard needs 15 or newer. Nothing was changed: set DATABASE_URL to a newer server."
    )]
    TooOld {
        /// What the server calls itself.
        found: String,
    },
    /// Tables or functions of our names belong to somebody whom the login can't act for.
    #[error(
        "{found} can't be changed by the login `{login}`, who does not own it. Nothing was changed: set MIGRATION_DATABASE_URL to \
         the login that owns it, or let an administrator grant that role to `{login}`."
    )]
    NotTheOwner {
        /// Their names.
        found: String,
        /// Who tried.
        login: String,
    },
    /// Something was lost that nobody can make up.
    #[error(
        "{found} was dropped while its table held rows, and what it said can't be known. Nothing was changed: restore the table \
         from a backup, or empty it, and start again."
    )]
    Lost {
        /// The columns.
        found: String,
    },
    /// Steps wait for a person.
    #[error(
        "{} of the migration {} for you:\n{}\nWhat needed no approval is done. `switchboard migrate --dry-run` tells the whole \
         plan. To go on, run\n\nswitchboard migrate --approve {digest}\n\nor start with SWITCHBOARD_MIGRATE_APPROVE={digest}.",
        steps(.waiting.len()), if .waiting.len() == 1 { "waits" } else { "wait" }, in_lines(.waiting)
    )]
    Waiting {
        /// What each is about, in words.
        waiting: Vec<String>,
        /// What a person approves.
        digest: String,
    },
    /// After all steps the schema is still not what it should be.
    #[error(
        "the schema is still not right after the migration: {found}. Please report this with the output of `switchboard migrate \
         --state-query`; no step is repeated by itself."
    )]
    NotConverged {
        /// What is left to do, in words.
        found: String,
    },
    /// Somebody else made a schema of our name.
    #[error(
        "the schema `{schema}` belongs to `{owner}`, who could change what Switchboard puts there. Nothing was changed. \
         If it is meant for Switchboard, let an administrator run\n\nALTER SCHEMA \"{schema}\" OWNER TO \"{login}\";\n\nand start again."
    )]
    ForeignSchema {
        /// The schema.
        schema: String,
        /// Whose it is.
        owner: String,
        /// Whose it should be.
        login: String,
    },
    /// A clean slate would take from others what they need.
    #[error("others need what would go:\n{}\nNothing was dropped. {}", in_lines(.found), first(.statements))]
    StillNeeded {
        /// What needs what, in words.
        found: Vec<String>,
        /// What makes way; none where only the database knows.
        statements: Vec<String>,
    },
    /// A newer program migrated a database that is to be cleared.
    #[error(
        "a newer version of Switchboard migrated this database (migration {version}), and made what this one doesn't know. Nothing \
         was dropped: run that version's `switchboard migrate --clean-slate`."
    )]
    Newer {
        /// The number of its migration.
        version: i64,
    },
    /// Others work in a database that is to be cleared.
    #[error(
        "other sessions work with what would go. Nothing was dropped: stop the server and whatever else works in this database, \
         and start again."
    )]
    Busy,
    /// The login may not make what the schema consists of.
    #[error(
        "the login `{login}` may not make Switchboard's schema in this database. Nothing was changed. Let an administrator \
         run\n\n{statements}\n\nand start again, or set MIGRATION_DATABASE_URL to a login that may."
    )]
    MissingRights {
        /// Who tried.
        login: String,
        /// What gives the rights that are missing, a line for each.
        statements: String,
    },
    /// The login has all rights that we know to ask for, and was denied one.
    #[error(
        "the login `{login}` may not use Switchboard's schema in this database: {reason}. Nothing was changed: set \
         MIGRATION_DATABASE_URL to the login that owns the schema; a login that only serves must be a member of switchboard_app."
    )]
    Denied {
        /// Who tried.
        login: String,
        /// What the database said.
        reason: String,
    },
    /// A migration that was applied here is not the one of that number in this program.
    #[error(
        "migration {version} was applied to this database in another form than this program has it. Nothing was changed: \
         run the version of Switchboard that migrated it, or restore the migration file."
    )]
    Changed {
        /// The number of the migration.
        version: i64,
    },
}

fn steps(number: usize) -> String {
    if number == 1 { "1 step".to_owned() } else { format!("{number} steps") }
}

fn in_lines(steps: &[String]) -> String {
    let lines: Vec<String> = steps.iter().map(|step| format!("  - {step}")).collect();
    lines.join("\n")
}

/// What to do before a clean slate.
fn first(statements: &[String]) -> String {
    if statements.is_empty() {
        return "Drop or change these first, and start again.".to_owned();
    }
    format!("If these may go, run\n\n{};\n\nand start again.", statements.join(";\n"))
}
