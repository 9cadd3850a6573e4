//! What each number's caller would hear, as last seen: the answers of a server whose database is away.
//!
//! Promises: filled at start, kept up by every call that the database answered, bounded.
//! Doesn't: route a call while the database is there; its answer is never older than the call.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::database::Database;
use super::ingest::{CallSettings, RoutedCall};
use super::routes;
use super::scope::TenantScope;
use super::twilio_request::VerifiedTwilioRequest;

/// More numbers than any agency has; a tenant that accepts unknown numbers must not fill the memory.
const MOST_NUMBERS: usize = 50_000;

/// The settings by dialled number.
#[derive(Debug, Default)]
pub struct LastKnownSettings {
    by_number: RwLock<ByNumber>,
}

type ByNumber = HashMap<String, (TenantScope, Arc<CallSettings>)>;

async fn read(database: &Database) -> Result<ByNumber, sqlx::Error> {
    let routes = routes::routes(database).await?.into_iter().take(MOST_NUMBERS);
    Ok(routes.map(|route| (route.number, (route.scope, route.settings))).collect())
}

impl LastKnownSettings {
    /// Reads the routes of all numbers.
    pub async fn load(database: &Database) -> Result<Self, sqlx::Error> {
        read(database).await.map(|by_number| Self { by_number: RwLock::new(by_number) })
    }

    /// Forgets everything and reads it anew: somebody has changed numbers or settings.
    pub async fn read_again(&self, database: &Database) -> Result<(), sqlx::Error> {
        let by_number = read(database).await?;
        *self.by_number.write().unwrap_or_else(PoisonError::into_inner) = by_number;
        Ok(())
    }

    /// What was last known of the number that a verified call dialled, if the call's account may call that tenant.
    #[must_use]
    pub fn of_call(&self, request: &VerifiedTwilioRequest) -> Option<(TenantScope, Arc<CallSettings>)> {
        let known = self.by_number.read().unwrap_or_else(PoisonError::into_inner);
        let (scope, settings) = known.get(request.called_number()?)?;
        request.account_reach().covers(scope.tenant_id()).then(|| (*scope, Arc::clone(settings)))
    }

    /// Notes what the database just said of this number. What it said before is given back as it was, and so need not be
    /// read again.
    pub fn note(&self, number: &str, routed: &RoutedCall) -> Arc<CallSettings> {
        let known = self.by_number.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((scope, settings)) = known.get(number)
            && *scope == routed.scope
            && *settings == routed.settings
        {
            return Arc::clone(settings);
        }
        let room = known.len() < MOST_NUMBERS || known.contains_key(number);
        drop(known);
        if room {
            let mut known = self.by_number.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(number.to_owned(), (routed.scope, Arc::clone(&routed.settings)));
        }
        Arc::clone(&routed.settings)
    }

    /// Notes that this number leads to nobody any more.
    pub fn forget(&self, number: &str) {
        let known = self.by_number.read().unwrap_or_else(PoisonError::into_inner).contains_key(number);
        if known {
            self.by_number.write().unwrap_or_else(PoisonError::into_inner).remove(number);
        }
    }
}
