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
    Schema(#[from] SchemaError),
    /// Exit 1.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Exit 1.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Exit 1.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Exit 1.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// Exit 1.
    #[error("{0}")]
    Input(#[from] io::Error),
    /// Exit 1.
    #[error("{0}")]
    Failed(String),
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
