//! How a command ends that doesn't succeed.

use std::io;
use std::process::ExitCode;

use crate::app::StartError;
use crate::config::Mistakes;
use crate::embedded::EmbeddedError;
use crate::schema::SchemaError;
use crate::tenancy::directory::DirectoryError;

/// Why a command stopped. The exit code follows from it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Exit 2: the command or a setting is wrong.
    #[error("{0}")]
    Usage(String),
    /// Exit 2: settings.
    #[error(transparent)]
    Settings(#[from] Mistakes),
    /// Exit 3: nothing was changed, somebody must decide.
    #[error("{0}")]
    Refused(String),
    /// Exit 1, or 3 where it refused.
    #[error(transparent)]
    Schema(SchemaError),
    /// Exit 1.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Exit 1.
    #[error(transparent)]
    Start(StartError),
    /// Exit 1.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Exit 1.
    #[error("{}", database_words(.0))]
    Database(#[from] sqlx::Error),
    /// Exit 1.
    #[error("{0}")]
    Input(#[from] io::Error),
    /// Exit 1.
    #[error("{0}")]
    Failed(String),
}

impl From<SchemaError> for Failure {
    fn from(error: SchemaError) -> Self {
        match error {
            SchemaError::Database(error) => Self::Database(error),
            SchemaError::Refused(_)
            | SchemaError::UnknownSchema { .. }
            | SchemaError::Failed { .. }
            | SchemaError::Step { .. }
            | SchemaError::Blocked { .. }
            | SchemaError::State(_)
            | SchemaError::Ledger(_) => Self::Schema(error),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Database(error) => Self::Database(error),
            StartError::Directory(_)
            | StartError::PublicUrl(_)
            | StartError::Listener(_)
            | StartError::Figures(_) => Self::Start(error),
        }
    }
}

/// A database that isn't there and one that says no need different hands.
fn database_words(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(refused) => format!("the database refused: {}", refused.message()),
        None => format!(
            "the database can't be reached: {error}; is it running, and does DATABASE_URL lead to it?"
        ),
    }
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) | Self::Settings(_) => 2,
            Self::Refused(_) | Self::Schema(SchemaError::Refused(_)) => 3,
            Self::Schema(_)
            | Self::Embedded(_)
            | Self::Start(_)
            | Self::Directory(_)
            | Self::Database(_)
            | Self::Input(_)
            | Self::Failed(_) => 1,
        })
    }
}
