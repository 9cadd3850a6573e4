//! Where a command works: which database, which keys, which directory.
//!
//! Promises: `DATABASE_URL` if it is set; else the private PostgreSQL of the data directory, joined where a running
//! switchboard holds it, started for the command's own duration where none does. A private database migrates by itself
//! and has an encryption key of its own; a given one is left as it is by everything but `serve` and `migrate`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::server_note;
use crate::config::{PostgresPrograms, Settings};
use crate::embedded::{self, Cluster, Durability, Programs};
use crate::schema::{
    self, Approval, ClearTokens, Cleared, Diagnosis, ErrorCode, Explanation, Migrated, MovedTokens, NotMoved,
    Plan, Rows, Verification, Wish,
};
use crate::tenancy::database::PoolSizes;
use crate::tenancy::secrets::KeyRing;
use crate::tenancy::{Database, VerifiedOperator};
use crate::twilio::phone_number::E164PhoneNumber;

const MOST_CONNECTIONS: u16 = 100;

/// What a command works with.
#[derive(Debug)]
pub(super) struct Workplace {
    /// As whom the server works.
    pub(super) database: PgConnectOptions,
    /// Opens stored tokens.
    pub(super) key_ring: Option<KeyRing>,
    /// The data directory.
    pub(super) data_directory: PathBuf,
    /// In words, for people.
    pub(super) description: String,
    migration_database: PgConnectOptions,
    approval: Approval,
    cluster: Option<Cluster>,
}

impl Workplace {
    /// The database of `DATABASE_URL`, else the private one.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Failure> {
        match &settings.database {
            Some(database) => Ok(Self::given(settings, database)),
            None => Self::open_private(settings).await,
        }
    }

    fn given(settings: &Settings, database: &PgConnectOptions) -> Self {
        Self {
            database: database.clone(),
            migration_database: settings.migration_database.clone().unwrap_or_else(|| database.clone()),
            key_ring: settings.key_ring.clone(),
            approval: approval(settings),
            data_directory: settings.data_directory.clone(),
            description: describe_given(database),
            cluster: None,
        }
    }

    /// The private PostgreSQL of the data directory, whatever `DATABASE_URL` says.
    pub(super) async fn open_private(settings: &Settings) -> Result<Self, Failure> {
        let directory = settings.data_directory.join("postgres");
        let wanted = embedded::Settings {
            directory: directory.clone(),
            durability: Durability::Durable,
            programs: programs(&settings.postgres_programs),
            max_connections: MOST_CONNECTIONS,
        };
        let cluster = tokio::task::spawn_blocking(move || embedded::open(&wanted))
            .await
            .map_err(|error| Failure::Failed(error.to_string()))??;
        let connection = cluster.connection();
        // Nothing of the environment's PG… variables may mix in.
        let database = PgConnectOptions::new_without_pgpass()
            .socket(connection.socket_directory())
            .port(connection.port())
            .username(connection.user())
            .database(connection.database())
            .ssl_mode(PgSslMode::Disable);
        let key_ring = match &settings.key_ring {
            Some(ring) => ring.clone(),
            None => own_key_ring(&settings.data_directory)?,
        };
        Ok(Self {
            migration_database: database.clone(),
            database,
            key_ring: Some(key_ring),
            approval: approval(settings),
            data_directory: settings.data_directory.clone(),
            description: describe(&cluster, &directory),
            cluster: Some(cluster),
        })
    }

    /// Brings the database to the schema of this program, with the approval of the settings.
    pub(super) async fn migrate(&self) -> Result<Migrated, Failure> {
        self.migrate_with(&self.approval).await
    }

    /// The same with another approval.
    pub(super) async fn migrate_with(&self, approval: &Approval) -> Result<Migrated, Failure> {
        Ok(schema::migrate_with(&self.migration_database, approval).await?)
    }

    /// What a migration would do.
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        Ok(schema::plan(&self.migration_database).await?)
    }

    /// The same for a script.
    pub(super) async fn plan_for_script(&self) -> Result<Plan, Failure> {
        Ok(schema::plan_for_script(&self.migration_database).await?)
    }

    /// What stands, and what a migration would do.
    pub(super) async fn diagnose(&self) -> Result<Diagnosis, Failure> {
        Ok(schema::diagnose(&self.migration_database).await?)
    }

    /// Drops what belongs to tenants, or shows what would go.
    pub(super) async fn clean_slate(&self, wish: Wish) -> Result<Cleared, Failure> {
        Ok(schema::clean_slate(&self.migration_database, wish).await?)
    }

    /// Whether each part of the schema is what it should be.
    pub(super) async fn verify(&self, rows: Rows) -> Result<Verification, Failure> {
        Ok(schema::verify(&self.migration_database, rows).await?)
    }

    /// The same right after a migration, with the rows counted.
    pub(super) async fn verify_migrated(&self, migrated: &Migrated) -> Result<Verification, Failure> {
        Ok(schema::verify_migrated(&self.migration_database, Rows::Counted, migrated).await?)
    }

    /// What error codes mean for the database.
    pub(super) async fn explain(&self, codes: &[ErrorCode]) -> Result<Vec<Explanation>, Failure> {
        Ok(schema::explain(&self.migration_database, codes).await?)
    }

    /// The approval of the settings.
    pub(super) fn approval(&self) -> &Approval {
        &self.approval
    }

    /// Twilio's tokens that an older program left in clear.
    pub(super) async fn clear_tokens(&self) -> Result<ClearTokens, Failure> {
        Ok(schema::clear_tokens(&self.migration_database).await?)
    }

    /// Moves them where they are encrypted.
    pub(super) async fn move_clear_tokens(&self, ring: &KeyRing) -> Result<MovedTokens, NotMoved> {
        schema::move_clear_tokens(&self.migration_database, ring).await
    }

    /// The slug of the tenant that answers every number because it is alone and has none.
    pub(super) async fn tenant_of_every_number(&self) -> Result<Option<String>, Failure> {
        Ok(schema::tenant_of_every_number(&self.migration_database).await?)
    }

    /// Gives that tenant these numbers. Those that it has now.
    pub(super) async fn give_numbers(&self, numbers: &[E164PhoneNumber]) -> Result<Vec<String>, Failure> {
        Ok(schema::give_numbers(&self.migration_database, numbers).await?)
    }

    /// The pools, for a command that expects the schema to be there.
    pub(super) async fn pools(&self) -> Result<Database, Failure> {
        if self.cluster.is_some() {
            self.migrate().await?;
        } else if !schema::is_current(&self.migration_database).await? {
            return Err(Failure::Refused(
                "the database does not have the schema of this version yet; run `switchboard migrate` first"
                    .to_owned(),
            ));
        }
        Ok(Database::new(&self.database, PoolSizes { webhooks: 1, reports: 2 }))
    }

    /// Whether another switchboard runs the private PostgreSQL that we work with, and may stop it at any time.
    pub(super) fn is_borrowed(&self) -> bool {
        matches!(self.cluster, Some(Cluster::Running(_)))
    }

    /// Why a server doesn't start on a database that another switchboard may take away.
    pub(super) fn in_use(&self, way_out: &str) -> Failure {
        let note = server_note::read(&self.data_directory);
        let place = note.map(|note| format!(", at http://{}", note.local_address())).unwrap_or_default();
        Failure::Refused(format!(
            "another switchboard works in {}{place}; stop it, or use {way_out}",
            self.data_directory.display()
        ))
    }

    /// Whether it is a private PostgreSQL, which nobody else can enter.
    pub(super) fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// Whoever can open this workplace may act across tenants.
    pub(super) fn operator(&self) -> VerifiedOperator {
        VerifiedOperator::holding(&self.database)
    }

    /// The key ring, or the setting to set.
    pub(super) fn sealing_keys(&self) -> Result<&KeyRing, Failure> {
        self.key_ring.as_ref().ok_or_else(|| {
            Failure::Refused(
                "tokens are stored encrypted only, and SWITCHBOARD_ENCRYPTION_KEYS is not set; \
                 set it to k1:KEY, where KEY is what `openssl rand -base64 32` prints, and keep it safe"
                    .to_owned(),
            )
        })
    }

    /// Stops the private PostgreSQL, if this command started it.
    pub(super) async fn close(self) {
        let stop = tokio::task::spawn_blocking(move || match self.cluster {
            Some(Cluster::Started(started)) => started.stop(),
            Some(Cluster::Running(_)) | None => {}
        });
        // A panic while stopping has been reported; the server ends with us anyway.
        let _ = stop.await;
    }
}

/// `SWITCHBOARD_MIGRATE_APPROVE`.
fn approval(settings: &Settings) -> Approval {
    match settings.migration_approval.as_deref() {
        None => Approval::None,
        Some("all") => Approval::All,
        Some(digest) => Approval::Of(digest.to_owned()),
    }
}

fn programs(settings: &PostgresPrograms) -> Programs {
    match settings.clone() {
        PostgresPrograms::Directory(directory) => Programs::Directory(directory),
        PostgresPrograms::Search { path, cache } => Programs::Search { path, cache },
        PostgresPrograms::Carried { cache } => Programs::Carried { cache },
    }
}

fn describe_given(database: &PgConnectOptions) -> String {
    let name = database.get_database().unwrap_or("(default)");
    match database.get_socket() {
        Some(socket) => format!("{name} on the socket in {}", socket.display()),
        None => format!("{name} on {}:{}", database.get_host(), database.get_port()),
    }
}

fn describe(cluster: &Cluster, directory: &Path) -> String {
    match cluster {
        Cluster::Started(started) => match started.relocated() {
            Some(elsewhere) => format!(
                "private PostgreSQL in {} (the account that runs PostgreSQL can't reach {})",
                elsewhere.display(),
                directory.display()
            ),
            None => format!("private PostgreSQL in {}", directory.display()),
        },
        Cluster::Running(_) => {
            format!("private PostgreSQL in {}, of the switchboard that runs already", directory.display())
        }
    }
}

/// The key ring of a private database: made once, readable by its owner alone.
fn own_key_ring(data_directory: &Path) -> Result<KeyRing, Failure> {
    let file = data_directory.join("encryption_keys");
    if !file.exists() {
        make_key_ring(data_directory, &file)
            .map_err(|error| Failure::Failed(format!("{} can't be written: {error}", file.display())))?;
    }
    let text = Zeroizing::new(fs::read_to_string(&file)?);
    KeyRing::parse(text.trim())
        .map_err(|error| Failure::Failed(format!("{} is broken: {error}", file.display())))
}

/// Whole or not at all: a key that is half written, or lost with the power, would take all stored tokens with it. If two
/// processes make one at once, the first one's stays.
fn make_key_ring(data_directory: &Path, file: &Path) -> std::io::Result<()> {
    let draft = data_directory.join(format!("encryption_keys.{}", std::process::id()));
    let mut made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    made.write_all(KeyRing::new_text().as_bytes())?;
    made.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => fs::File::open(data_directory)?.sync_all(),
    }
}
