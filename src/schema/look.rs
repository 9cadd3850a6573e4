//! A look at a database and a login, for whoever wants to know whether they are fit to serve.
//!
//! Promises: one connection, nothing changed.
//! Doesn't: judge what it sees.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

/// What was seen, as the login itself and not as the server's role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What the server calls its version.
    pub version: String,
    /// The same as a number: 150004 is 15.4.
    pub version_number: i32,
    /// Its time.
    pub now: DateTime<Utc>,
    /// The name of the database.
    pub database: String,
    /// As whom we came.
    pub login: String,
    /// What binds the login.
    pub login_is: Bound,
    /// What binds `switchboard_app`; none where that role doesn't exist yet.
    pub server_role_is: Option<Bound>,
    /// Whether the login may work as `switchboard_app`.
    pub membership: Membership,
}

/// Whether row-level security binds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It does.
    ByPolicies,
    /// The role has BYPASSRLS.
    ByNothing,
    /// It is a superuser.
    Superuser,
}

/// Whether one role may work as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It may.
    Member,
    /// It may not.
    Stranger,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: String,
    version_number: i32,
    now: DateTime<Utc>,
    database: String,
    login: String,
    superuser: bool,
    bypasses: bool,
    server_role_superuser: Option<bool>,
    server_role_bypasses: Option<bool>,
    is_member: bool,
}

const LOOK: &str = "
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS version_number,
           clock_timestamp() AS now, current_database()::text AS database, current_user::text AS login,
           l.rolsuper AS superuser, l.rolbypassrls AS bypasses,
           a.rolsuper AS server_role_superuser, a.rolbypassrls AS server_role_bypasses,
           CASE WHEN a.oid IS NULL THEN false ELSE pg_has_role(l.oid, a.oid, 'MEMBER') END AS is_member
      FROM pg_roles l LEFT JOIN pg_roles a ON a.rolname = 'switchboard_app'
     WHERE l.rolname = current_user";

/// Looks, on a connection of its own that is closed afterwards.
pub async fn look(options: &PgConnectOptions) -> Result<Look, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let row = sqlx::query_as::<_, Row>(LOOK).fetch_one(&mut connection).await;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    row.map(Look::from)
}

impl From<Row> for Look {
    fn from(row: Row) -> Self {
        let server_role = row.server_role_superuser.zip(row.server_role_bypasses);
        Self {
            version: row.version,
            version_number: row.version_number,
            now: row.now,
            database: row.database,
            login: row.login,
            login_is: Bound::of((row.superuser, row.bypasses)),
            server_role_is: server_role.map(Bound::of),
            membership: if row.is_member { Membership::Member } else { Membership::Stranger },
        }
    }
}

impl Bound {
    fn of((superuser, bypasses): (bool, bool)) -> Self {
        match (superuser, bypasses) {
            (true, _) => Self::Superuser,
            (false, true) => Self::ByNothing,
            (false, false) => Self::ByPolicies,
        }
    }
}
