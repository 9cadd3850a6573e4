//! What older programs left behind, and the real program on it.

use std::process::{Command, Stdio};

use super::TestDatabase;
use crate::secrets;

/// The files of `tests/legacy/` that a database needs to look like the one that its authors called finished.
const CLEAN: [&str; 3] = [
    include_str!("../../legacy/01_leads_and_signals.sql"),
    include_str!("../../legacy/02_crm.sql"),
    include_str!("../../legacy/05_clean.sql"),
];
/// Not every PostgreSQL has uuid-ossp; this is the one function that they use of it.
const UUIDS: &str =
    "CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'";

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// What a person reads, in one line: where it is broken does not matter.
    pub(crate) fn text(&self) -> String {
        self.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl TestDatabase {
    /// One that an older program left behind.
    pub(crate) async fn of_an_older_program() -> Self {
        let database = Self::empty().await;
        database.run(UUIDS).await;
        for file in CLEAN {
            database.run(&file.replace("create extension if not exists \"uuid-ossp\";", "")).await;
        }
        database
    }

    /// `DATABASE_URL` of it.
    pub(crate) fn url(&self) -> String {
        let options = self.options();
        format!(
            "postgres://{}@localhost:{}/{}?host={}",
            options.get_username(),
            options.get_port(),
            options.get_database().unwrap(),
            options.get_socket().unwrap().display()
        )
    }

    /// The program's command on it, with nothing set but this.
    pub(crate) fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(arguments).env_clear().env("DATABASE_URL", self.url()).env("RUST_LOG", "trace");
        command.envs(settings.iter().copied()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end. Whatever it says or logs, no token of the tests is in it.
    pub(crate) async fn switchboard(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments, settings);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = Said {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for number in 1..=9 {
            let token = secrets::token(number);
            assert!(!said.stdout.contains(&token) && !said.stderr.contains(&token), "{said:?}");
        }
        said
    }
}
