//! Settings from the environment.
//!
//! Promises: the one place that reads it; every mistake is reported at once, each with the setting to change; secrets come
//! from the environment or a file named by `…_FILE`, and are never printed.
//! Doesn't: act on a setting, or know a default that only one command has.

mod environment;
mod mistakes;
mod observing;
mod postgres_programs;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

pub use environment::Environment;
pub use mistakes::{Mistake, Mistakes};
pub use observing::{LogFormatSetting, Tracing};
pub use postgres_programs::PostgresPrograms;

use crate::tenancy::account::{Account, AccountReach};
use crate::tenancy::secrets::KeyRing;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// All settings, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `DATABASE_URL`. None: the private PostgreSQL of the data directory, where a command allows it.
    pub database: Option<PgConnectOptions>,
    /// `MIGRATION_DATABASE_URL`: the login that migrates, where it is another one.
    pub migration_database: Option<PgConnectOptions>,
    /// `SWITCHBOARD_MIGRATE_APPROVE`: the digest of the plan that somebody approved, or `all`.
    pub migration_approval: Option<String>,
    /// `SWITCHBOARD_DATA_DIR`, `./data`.
    pub data_directory: PathBuf,
    /// `BIND_ADDR`, `0.0.0.0`.
    pub bind_address: IpAddr,
    /// `PORT`, 8080; 0 takes a free one.
    pub port: u16,
    /// `METRICS_PORT`: where figures are fetched; 0 takes a free one. None: nowhere.
    pub metrics_port: Option<u16>,
    /// `PUBLIC_BASE_URL`, separated by commas. Empty: unset.
    pub public_urls: Vec<PublicBaseUrl>,
    /// `TWILIO_ACCOUNT_SID` with `TWILIO_AUTH_TOKEN` and `TWILIO_AUTH_TOKEN_SECONDARY`: the agency's own account.
    pub twilio_account: Option<Account>,
    /// `TWILIO_API_BASE_URL`: where Twilio's REST interface is, if not where it always is.
    pub twilio_api: Option<PublicBaseUrl>,
    /// `SWITCHBOARD_ENCRYPTION_KEYS`.
    pub key_ring: Option<KeyRing>,
    /// Where the private PostgreSQL's programs are.
    pub postgres_programs: PostgresPrograms,
    /// `RUST_LOG`.
    pub log_filter: Option<String>,
    /// `LOG_FORMAT`.
    pub log_format: Option<LogFormatSetting>,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: whether spans are sent anywhere. Where, and all other `OTEL_…`, the SDK reads.
    pub tracing: Tracing,
}

impl Settings {
    /// Reads them all.
    pub fn read(environment: &Environment) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let settings = Self {
            database: database(environment, "DATABASE_URL", &mut mistakes),
            migration_database: database(environment, "MIGRATION_DATABASE_URL", &mut mistakes),
            migration_approval: environment.get("SWITCHBOARD_MIGRATE_APPROVE").map(str::to_owned),
            data_directory: environment.get("SWITCHBOARD_DATA_DIR").unwrap_or("./data").into(),
            bind_address: parsed(
                environment,
                "BIND_ADDR",
                "write an IP address such as 0.0.0.0 or ::1",
                &mut mistakes,
            )
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            port: parsed(
                environment,
                "PORT",
                "write a number from 0 to 65535; 0 takes a free port",
                &mut mistakes,
            )
            .unwrap_or(8080),
            metrics_port: parsed(
                environment,
                "METRICS_PORT",
                "write a number from 0 to 65535, or unset it",
                &mut mistakes,
            ),
            public_urls: urls(environment, "PUBLIC_BASE_URL", &mut mistakes),
            twilio_api: urls(environment, "TWILIO_API_BASE_URL", &mut mistakes).pop(),
            twilio_account: twilio_account(environment, &mut mistakes),
            key_ring: key_ring(environment, &mut mistakes),
            postgres_programs: PostgresPrograms::read(environment, &mut mistakes),
            log_filter: environment.get("RUST_LOG").map(str::to_owned),
            log_format: observing::log_format(environment, &mut mistakes),
            tracing: observing::tracing(environment, &mut mistakes),
        };
        mistakes.none_or(settings)
    }
}

fn parsed<T: std::str::FromStr>(
    environment: &Environment,
    name: &'static str,
    remedy: &str,
    mistakes: &mut Mistakes,
) -> Option<T> {
    let value = environment.get(name)?.parse();
    value.map_err(|_| mistakes.add(name, format!("can't be read; {remedy}"))).ok()
}

fn database(
    environment: &Environment,
    name: &'static str,
    mistakes: &mut Mistakes,
) -> Option<PgConnectOptions> {
    if environment.is_blank(name) {
        mistakes.add(name, "is set, but empty; give it a value or unset it".to_owned());
    }
    let text = environment.secret(name, mistakes)?;
    // sqlx takes any scheme.
    let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let Some(options) = text.parse::<PgConnectOptions>().ok().filter(|_| is_postgres) else {
        // The URL holds a password, so it is not repeated.
        mistakes
            .add(name, "is no PostgreSQL URL such as postgres://user:password@host:5432/database".to_owned());
        return None;
    };
    if pools_transactions(&options) {
        mistakes.add(
            name,
            format!(
                "leads to a pooler in transaction mode ({}:{}), which mixes up prepared statements; \
                 use the direct or session-mode address of the same database",
                options.get_host(),
                options.get_port()
            ),
        );
    }
    Some(options)
}

/// The transaction poolers of hosted services, by where they are known to listen.
fn pools_transactions(options: &PgConnectOptions) -> bool {
    const SUPABASE_TRANSACTION_PORT: u16 = 6543;
    let first_label = options.get_host().split('.').next().unwrap_or_default();
    options.get_port() == SUPABASE_TRANSACTION_PORT
        || first_label.ends_with("-pooler")
        || first_label == "pgbouncer"
}

fn urls(environment: &Environment, name: &'static str, mistakes: &mut Mistakes) -> Vec<PublicBaseUrl> {
    let mut urls = Vec::new();
    for text in environment.get(name).into_iter().flat_map(|list| list.split(',')).map(str::trim) {
        match PublicBaseUrl::parse(text) {
            Ok(url) => urls.push(url),
            Err(error) => mistakes.add(name, error.to_string()),
        }
    }
    urls
}

fn twilio_account(environment: &Environment, mistakes: &mut Mistakes) -> Option<Account> {
    let sid = environment.get("TWILIO_ACCOUNT_SID");
    let primary = environment.secret("TWILIO_AUTH_TOKEN", mistakes);
    let secondary = environment.secret("TWILIO_AUTH_TOKEN_SECONDARY", mistakes);
    let (sid, primary) = match (sid, primary) {
        (Some(sid), Some(primary)) => (sid, primary),
        (None, None) if secondary.is_none() => return None,
        (None, _) => {
            mistakes.add("TWILIO_ACCOUNT_SID", "is missing, but a token of it is set".to_owned());
            return None;
        }
        (Some(_), None) => {
            mistakes.add("TWILIO_AUTH_TOKEN", "is missing, but TWILIO_ACCOUNT_SID is set".to_owned());
            return None;
        }
    };
    let sid = AccountSid::parse(sid)
        .map_err(|_| {
            mistakes.add(
                "TWILIO_ACCOUNT_SID",
                "must be AC and 32 hexadecimal digits, as the console shows it".to_owned(),
            );
        })
        .ok()?;
    let named = [("TWILIO_AUTH_TOKEN", Some(primary)), ("TWILIO_AUTH_TOKEN_SECONDARY", secondary)];
    let tokens = named.into_iter().filter_map(|(name, token)| {
        AuthToken::parse(token?.trim()).map_err(|error| mistakes.add(name, error.to_string())).ok()
    });
    Some(Account { sid, reach: AccountReach::EveryTenant, tokens: tokens.collect() })
}

fn key_ring(environment: &Environment, mistakes: &mut Mistakes) -> Option<KeyRing> {
    const NAME: &str = "SWITCHBOARD_ENCRYPTION_KEYS";
    let text = environment.secret(NAME, mistakes)?;
    KeyRing::parse(&text).map_err(|error| mistakes.add(NAME, error.to_string())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Mistakes> {
        Settings::read(&Environment::of_pairs(pairs.iter().copied()))
    }

    fn mistakes(pairs: &[(&str, &str)]) -> String {
        read(pairs).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn nothing_set_is_no_mistake() {
        let settings = read(&[]).unwrap();

        assert_eq!(settings.port, 8080);
        assert!(settings.database.is_none() && settings.twilio_account.is_none());
    }

    #[test]
    fn all_mistakes_are_reported_at_once_and_no_secret_is_repeated() {
        let said = mistakes(&[
            ("DATABASE_URL", "mysql://root:hunter2@host/db"),
            ("PORT", "eighty"),
            ("PUBLIC_BASE_URL", "https://user@calls.example.com"),
            ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
            ("SWITCHBOARD_ENCRYPTION_KEYS", "k1:topsecret"),
            ("LOG_FORMAT", "xml"),
        ]);

        for name in [
            "DATABASE_URL",
            "PORT",
            "PUBLIC_BASE_URL",
            "TWILIO_AUTH_TOKEN",
            "SWITCHBOARD_ENCRYPTION_KEYS",
            "LOG_FORMAT",
        ] {
            assert!(said.contains(name), "{name} is missing in:\n{said}");
        }
        assert!(!said.contains("hunter2") && !said.contains("topsecret"), "{said}");
    }

    #[test]
    fn an_empty_database_url_does_not_become_an_empty_database() {
        assert!(mistakes(&[("DATABASE_URL", " ")]).contains("DATABASE_URL is set, but empty"));
    }

    #[test]
    fn transaction_poolers_are_refused() {
        for url in [
            "postgres://u:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres",
            "postgres://u:p@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/db",
            "postgres://u:p@pgbouncer.abc.flympg.net/db",
        ] {
            assert!(mistakes(&[("DATABASE_URL", url)]).contains("transaction mode"), "{url}");
        }
        assert!(
            read(&[("DATABASE_URL", "postgres://u:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres")])
                .is_ok()
        );
    }

    #[test]
    fn a_secret_comes_from_a_file_as_well() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("token");
        std::fs::write(&file, "0123456789abcdef\n").unwrap();
        let sid = "AC00000000000000000000000000000001";
        let path = file.to_str().unwrap();

        let settings = read(&[("TWILIO_ACCOUNT_SID", sid), ("TWILIO_AUTH_TOKEN_FILE", path)]).unwrap();

        let account = settings.twilio_account.unwrap();
        assert_eq!(account.tokens.first().unwrap().reveal(), "0123456789abcdef");
    }
}
