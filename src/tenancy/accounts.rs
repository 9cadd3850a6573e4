//! Whose token signs: the Twilio accounts in memory.
//!
//! Promises: a webhook of a known account asks the database nothing. A token changed there is noticed within 5 s of the
//! first call signed with it; what strangers send costs at most one look-up a second, and is not remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::task::TaskTracker;

use super::account::{Account, AccountSource};
use super::database::Database;
use super::directory::{self, DirectoryError};
use super::secrets::KeyRing;
use crate::clock::Clock;
use crate::twilio::sid::AccountSid;

/// A known account is read again at most this often.
const RELOAD_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// What is in memory is read again after this time, once a call has been answered from it: a token that was taken back
/// must not sign for ever.
const REFRESH_AFTER: TimeDelta = TimeDelta::seconds(30);
/// All unknown accounts together are looked for at most this often.
const UNKNOWN_PAUSE: TimeDelta = TimeDelta::seconds(1);
/// How long a refusal waits for the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// All accounts that may call.
#[derive(Debug)]
pub struct AccountDirectory {
    environment: Option<Account>,
    stored: RwLock<HashMap<AccountSid, Loaded>>,
    last_unknown: Mutex<Option<DateTime<Utc>>>,
    reloading: tokio::sync::Mutex<()>,
    database: Database,
    key_ring: Option<KeyRing>,
    tasks: TaskTracker,
    clock: Clock,
}

#[derive(Clone, Debug)]
struct Loaded {
    account: Account,
    read_at: DateTime<Utc>,
}

impl AccountDirectory {
    /// Reads all stored accounts. Fails where a token can't be opened: a wrong or missing key must show at start, and
    /// not as a refused call.
    pub async fn load(
        database: Database,
        environment: Option<Account>,
        key_ring: Option<KeyRing>,
        tasks: TaskTracker,
        clock: Clock,
    ) -> Result<Self, DirectoryError> {
        directory::check_key_ring(&database, key_ring.as_ref()).await?;
        let read_at = clock.now();
        let accounts = directory::accounts(&database, None, key_ring.as_ref()).await?;
        let stored =
            accounts.into_iter().map(|account| (account.sid.clone(), Loaded { account, read_at })).collect();
        Ok(Self {
            environment,
            stored: RwLock::new(stored),
            last_unknown: Mutex::new(None),
            reloading: tokio::sync::Mutex::new(()),
            database,
            key_ring,
            tasks,
            clock,
        })
    }

    /// How many accounts may call.
    #[must_use]
    pub fn count(&self) -> usize {
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner).len();
        stored + usize::from(self.environment.is_some())
    }

    /// The account as it is in memory, or none.
    #[must_use]
    pub fn known(&self, sid: &AccountSid) -> Option<(AccountSource, Account)> {
        if let Some(account) = self.environment.as_ref().filter(|account| account.sid == *sid) {
            return Some((AccountSource::Environment, account.clone()));
        }
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        stored.get(sid).map(|loaded| (AccountSource::Stored, loaded.account.clone()))
    }

    /// All accounts in memory.
    pub(super) fn all(&self) -> Vec<Account> {
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        self.environment.iter().cloned().chain(stored.values().map(|loaded| loaded.account.clone())).collect()
    }

    /// The account read again from the database, where it is time for that; else none. A database that can't be asked is
    /// the same as an account that isn't there: nothing is proved.
    pub async fn reloaded(&self, sid: &AccountSid) -> Option<(AccountSource, Account)> {
        let asked_at = self.clock.now();
        // Of two calls signed with a new token at once, the second waits for what the first one reads.
        let _turn = self.reloading.lock().await;
        if let Some(account) = self.read_since(sid, asked_at) {
            return Some((AccountSource::Stored, account));
        }
        if !self.is_due(sid) {
            return None;
        }
        let reading = directory::accounts(&self.database, Some(sid), self.key_ring.as_ref());
        let account = match tokio::time::timeout(PATIENCE, reading).await {
            Ok(Ok(accounts)) => accounts.into_iter().next(),
            Ok(Err(error)) => {
                tracing::error!(account = %sid, %error, "a Twilio account could not be read again");
                return None;
            }
            Err(_) => {
                tracing::error!(account = %sid, "a Twilio account could not be read again in time");
                return None;
            }
        };
        self.remember(sid, account.clone());
        account.map(|account| (AccountSource::Stored, account))
    }

    /// Reads an account again that has been in memory for long, after the answer that it was used for.
    pub fn refresh_if_old(self: &Arc<Self>, sid: &AccountSid) {
        let now = self.clock.now();
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        let is_old = stored.get(sid).is_some_and(|loaded| now - loaded.read_at >= REFRESH_AFTER);
        drop(stored);
        if is_old {
            let (accounts, sid) = (Arc::clone(self), sid.clone());
            self.tasks.spawn(async move { accounts.reloaded(&sid).await });
        }
    }

    /// The keys that seal tokens, if there are any.
    #[must_use]
    pub fn key_ring(&self) -> Option<&KeyRing> {
        self.key_ring.as_ref()
    }

    /// Reads an account that was just changed here. A failure is only noted: the next call with a new token reads it again.
    pub async fn read_again(&self, sid: &AccountSid) {
        let _turn = self.reloading.lock().await;
        match directory::accounts(&self.database, Some(sid), self.key_ring.as_ref()).await {
            Ok(accounts) => self.remember(sid, accounts.into_iter().next()),
            Err(error) => {
                tracing::warn!(account = %sid, %error, "a changed Twilio account was not read again");
            }
        }
    }

    fn read_since(&self, sid: &AccountSid, asked_at: DateTime<Utc>) -> Option<Account> {
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        stored.get(sid).filter(|loaded| loaded.read_at >= asked_at).map(|loaded| loaded.account.clone())
    }

    /// Whether this account may be read again now; if so, notes that it is.
    fn is_due(&self, sid: &AccountSid) -> bool {
        if self.environment.as_ref().is_some_and(|account| account.sid == *sid) {
            return false;
        }
        let now = self.clock.now();
        let mut stored = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = stored.get_mut(sid) {
            let due = now - loaded.read_at >= RELOAD_PAUSE;
            if due {
                loaded.read_at = now;
            }
            return due;
        }
        let mut last = self.last_unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now - last >= UNKNOWN_PAUSE);
        if due {
            *last = Some(now);
        }
        due
    }

    fn remember(&self, sid: &AccountSid, account: Option<Account>) {
        let mut stored = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        match account {
            Some(account) => {
                stored.insert(sid.clone(), Loaded { account, read_at: self.clock.now() });
            }
            None => {
                stored.remove(sid);
            }
        }
    }
}
