//! The database, and as whom we come to it.

use chrono::{DateTime, TimeDelta, Utc};

use super::check::{Area, Check};
use super::schema;
use crate::cli::workplace::Workplace;
use crate::clock::Clock;
use crate::schema::{Bound, Look, Membership, look as look_at};
use crate::tenancy::Database;

/// Clocks that differ by more make the call log hard to read.
const TOLERATED: TimeDelta = TimeDelta::seconds(5);
/// `server_version_num` of the oldest PostgreSQL that we work with.
const OLDEST: i32 = 150_000;
/// Where `PgBouncer` listens unless it is told otherwise.
const PGBOUNCER_PORT: u16 = 6432;

/// Looks, and opens the pools where that is possible.
pub(super) async fn examine(workplace: &Workplace, checks: &mut Vec<Check>) -> Option<Database> {
    let look = match look_at(&workplace.database).await {
        Ok(look) => look,
        Err(error) => {
            checks.push(unreachable(workplace, &error));
            return None;
        }
    };
    checks.push(version(&look, &workplace.description));
    let opened = workplace.pools().await;
    // The roles as they are after a private database has migrated itself.
    let look = look_at(&workplace.database).await.unwrap_or(look);
    checks.extend(server_role(&look));
    checks.push(login(&look, workplace));
    checks.extend(pooler(workplace));
    checks.push(skew("the database", look.now, &Clock::System, Area::Database));
    if look.version_number >= OLDEST {
        schema::examine(workplace, &opened, checks).await;
    }
    opened.ok()
}

fn unreachable(workplace: &Workplace, error: &sqlx::Error) -> Check {
    Check::red(
        Area::Database,
        format!("{} can't be used: {error}", workplace.description),
        "see that PostgreSQL runs there and lets this machine in, or correct DATABASE_URL",
    )
}

fn version(look: &Look, description: &str) -> Check {
    let what = format!("PostgreSQL {}: {description}", look.version);
    if look.version_number < OLDEST {
        Check::red(Area::Database, what, "set DATABASE_URL to PostgreSQL 15 or newer")
    } else {
        Check::green(Area::Database, what)
    }
}

/// None where the role doesn't exist yet: then the schema is the trouble.
fn server_role(look: &Look) -> Option<Check> {
    Some(match look.server_role_is? {
        Bound::ByPolicies => {
            Check::green(Area::Database, "row-level security binds the server's role switchboard_app")
        }
        Bound::Superuser | Bound::ByNothing => Check::red(
            Area::Database,
            "the role switchboard_app passes row-level security: nothing keeps tenants apart",
            "let an administrator run\nALTER ROLE switchboard_app NOSUPERUSER NOBYPASSRLS;",
        ),
    })
}

fn login(look: &Look, workplace: &Workplace) -> Check {
    let login = &look.login;
    match (look.membership, look.login_is) {
        (Membership::Stranger, Bound::ByPolicies | Bound::ByNothing) if look.server_role_is.is_some() => {
            Check::red(
                Area::Database,
                format!("the login `{login}` may not work as switchboard_app"),
                format!("let an administrator run\nGRANT switchboard_app TO {};", quoted(login)),
            )
        }
        (_, Bound::ByPolicies) => {
            Check::green(Area::Database, format!("row-level security binds the login `{login}`, too"))
        }
        (_, Bound::Superuser | Bound::ByNothing) if workplace.is_private() => Check::green(
            Area::Database,
            format!("the login `{login}` owns this private PostgreSQL, which nobody else can enter"),
        ),
        (_, bound @ (Bound::Superuser | Bound::ByNothing)) => {
            let power = if bound == Bound::Superuser { "is a superuser" } else { "has BYPASSRLS" };
            Check::warning(
                Area::Database,
                format!(
                    "the login `{login}` {power}: more than a server needs, which works as switchboard_app"
                ),
                production_login(&look.database),
            )
        }
    }
}

fn production_login(database: &str) -> String {
    format!(
        "for production give the server a login of its own, set DATABASE_URL to it, and MIGRATION_DATABASE_URL to \
         today's:\nCREATE ROLE switchboard_server LOGIN PASSWORD '...';\nGRANT switchboard_app TO \
         switchboard_server;\nGRANT CONNECT ON DATABASE {} TO switchboard_server;",
        quoted(database)
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The known poolers of hosted services in transaction mode are refused as a setting.
fn pooler(workplace: &Workplace) -> Option<Check> {
    (workplace.database.get_port() == PGBOUNCER_PORT).then(|| {
        Check::warning(
            Area::Database,
            format!(
                "port {PGBOUNCER_PORT} is PgBouncer's: in transaction mode it mixes up prepared statements"
            ),
            "set DATABASE_URL to the direct address, or PgBouncer's pool_mode to session",
        )
    })
}

/// How far another clock is from ours.
pub(super) fn skew(whose: &str, there: DateTime<Utc>, here: &Clock, area: Area) -> Check {
    let apart = (here.now() - there).abs();
    if apart > TOLERATED {
        Check::warning(
            area,
            format!("the clock of {whose} is {} s away from this machine's", apart.num_seconds()),
            "let both machines set their clocks by NTP",
        )
    } else {
        Check::green(area, format!("the clock of {whose} agrees with this machine's"))
    }
}
