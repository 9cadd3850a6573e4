//! The door that API clients come through: reads a key, checks it, makes the scope.
//!
//! Promises: a tenant's key opens that tenant; an operator's key opens the tenant that the request names, and what spans
//! tenants. A key that isn't there costs the same work as a wrong one.
//! Doesn't: count wrong keys itself; a [`GuessBrake`] does, by the peer's address and never by a header.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts, Query};
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tokio_util::task::TaskTracker;
use utoipa::IntoParams;

use super::api_key::HashedApiKey;
use super::database::Database;
use super::directory;
use super::guess_brake::{Guess, GuessBrake};
use super::last_known::LastKnownSettings;
use super::scope::{TenantScope, VerifiedOperator};
use crate::clock::Clock;
use crate::web::problem::Problem;

/// The last use is noted at most this often.
const NOTE_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What checking a key needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiDoor {
    /// Where keys are found.
    pub database: Database,
    /// For expiry and last use.
    pub clock: Clock,
    /// For noting the last use after the answer.
    pub tasks: TaskTracker,
    /// What a call is answered from while the database is away. Read again after an operator's change.
    pub last_known: Arc<LastKnownSettings>,
    /// Slows those who try keys.
    pub brake: Arc<GuessBrake>,
}

enum Caller {
    Tenant(TenantScope),
    Operator(VerifiedOperator),
}

impl ApiDoor {
    /// An operator has changed where calls go: what is known without the database is read again, after the answer.
    pub fn routes_changed(&self) {
        let door = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = door.last_known.read_again(&door.database).await {
                tracing::warn!(%error, "the settings last known were not read again");
            }
        });
    }

    async fn caller_of(&self, parts: &Parts) -> Result<Caller, Problem> {
        let key = presented_key(parts)?;
        // kind_id_secret; the secret may hold the separator itself.
        let prefix = match key.match_indices('_').nth(1) {
            Some((end, _)) => key.get(..end).unwrap_or_default(),
            None => return Err(Problem::unauthorized()),
        };
        let now = self.clock.now();
        let presented = HashedApiKey::of(key);
        let guess = Guess::new(peer(parts), prefix, presented.digest());
        if let Some(wait) = self.brake.wait(&guess, now) {
            return Err(Problem::too_many_wrong_keys(wait));
        }
        let mut connection = self.database.directory().await?;
        let found = sqlx::query!(
            r#"SELECT tenant_id, secret_hash AS "secret_hash!", last_used_at FROM switchboard.find_key($1, $2)"#,
            prefix,
            now
        )
        .fetch_optional(&mut *connection)
        .await?;
        // A key that isn't there is compared as well, against nothing.
        let stored = found.as_ref().map_or(&[0_u8; 32][..], |found| found.secret_hash.as_slice());
        let matches = presented.is(stored);
        let Some(found) = found.filter(|_| matches) else {
            self.brake.note_wrong(&guess, now);
            return Err(Problem::unauthorized());
        };
        self.brake.note_good(&guess, now);
        if found.last_used_at.is_none_or(|last| now - last >= NOTE_PAUSE) {
            self.note_use(prefix.to_owned(), now);
        }
        Ok(match found.tenant_id {
            Some(tenant) => Caller::Tenant(TenantScope::proven(tenant.into())),
            None => Caller::Operator(VerifiedOperator::by_key()),
        })
    }

    fn note_use(&self, prefix: String, now: DateTime<Utc>) {
        let database = self.database.clone();
        self.tasks.spawn(async move {
            let noted = async {
                let mut connection = database.directory().await?;
                sqlx::query!("SELECT switchboard.note_key_used($1, $2)", prefix, now)
                    .execute(&mut *connection)
                    .await
            };
            if let Err(error) = noted.await {
                tracing::warn!(%error, %prefix, "the last use of a key was not noted");
            }
        });
    }
}

/// Whose data an operator's key means.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NamedTenant {
    /// The tenant's short name. Required with an operator's key, and refused with a tenant's own.
    #[param(example = "acme-hvac")]
    tenant: Option<String>,
}

/// The other end of the connection. Without a listener there is none, and all count as one.
fn peer(parts: &Parts) -> IpAddr {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connected.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |connected| connected.0.ip())
}

/// The key of `Authorization: Bearer KEY`.
fn presented_key(parts: &Parts) -> Result<&str, Problem> {
    parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim())
        .ok_or_else(Problem::unauthorized)
}

/// A request for a tenant's data: a key of the tenant, or an operator's with `?tenant=SLUG`.
impl<S> FromRequestParts<S> for TenantScope
where
    S: Send + Sync,
    ApiDoor: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let door = ApiDoor::from_ref(state);
        let named = Query::<NamedTenant>::try_from_uri(&parts.uri).ok().and_then(|query| query.0.tenant);
        let scope = match door.caller_of(parts).await? {
            // A tenant's key that asks for somebody else must not get its own data instead.
            Caller::Tenant(_) if named.is_some() => return Err(Problem::tenant_named_in_vain()),
            Caller::Tenant(scope) => scope,
            Caller::Operator(operator) => {
                let slug = named.ok_or_else(Problem::tenant_not_named)?;
                directory::scope_of_slug(&door.database, operator, &slug)
                    .await?
                    .ok_or_else(Problem::not_found)?
            }
        };
        tracing::Span::current().record("tenant", tracing::field::display(scope.tenant_id()));
        Ok(scope)
    }
}

/// A request for what spans tenants: an operator's key. A tenant's key is good and gets 403: it learns only that such
/// addresses are not for it, which the documentation says as well.
impl<S> FromRequestParts<S> for VerifiedOperator
where
    S: Send + Sync,
    ApiDoor: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let door = ApiDoor::from_ref(state);
        match door.caller_of(parts).await? {
            Caller::Operator(operator) => Ok(operator),
            Caller::Tenant(_) => Err(Problem::forbidden()),
        }
    }
}
