//! Calls that never got their end: Twilio's callbacks are best effort, and some numbers have none.
//!
//! Promises: Twilio is asked for each, with the account's own token; where it can't tell, the call is closed as `unknown`. A
//! few calls a round, and none more where Twilio asks to wait. Several servers may do it at once: the ledger takes an end once.
//! Doesn't: close a call that goes on, or look at calls of more than a week ago.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::call::FoundEnd;
use super::listening::CallDesk;
use super::store::{self, Unended};
use crate::tenancy::{TenantScope, routes};
use crate::twilio::call_status::CallStatus;
use crate::twilio::rest::Resource;
use crate::twilio::sid::{AccountSid, CallSid};
use crate::twilio_api::{TwilioApi, TwilioFault};

/// How often it is done.
const EVERY: Duration = Duration::from_mins(5);
/// A call that has no end after so long is asked for.
const OVERDUE: TimeDelta = TimeDelta::hours(4);
/// Twilio ends every call by then: where it can't be asked, nobody will know any more.
const HOPELESS: TimeDelta = TimeDelta::hours(24);
/// Older calls are left as they are.
const REACH: TimeDelta = TimeDelta::days(7);
/// Twilio is asked for so many calls of a tenant in a round.
const MOST_CALLS: i64 = 20;

/// Works until it is told to stop.
pub async fn keep_up(desk: CallDesk, twilio: TwilioApi, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let round = round(&desk, &twilio);
        if let Some(Err(error)) = stop.run_until_cancelled(round).await {
            tracing::warn!(%error, "calls without an end could not be looked for");
        }
    }
}

/// Looks at every tenant once. Returns how many calls were closed.
pub async fn round(desk: &CallDesk, twilio: &TwilioApi) -> Result<usize, sqlx::Error> {
    let mut closed = 0;
    for scope in routes::scopes(&desk.database).await? {
        let now = desk.clock.now();
        let mut tx = desk.database.begin(scope).await?;
        let overdue = store::unended(&mut tx, now - REACH, now - OVERDUE, MOST_CALLS).await?;
        // No transaction waits for Twilio.
        tx.commit().await?;
        for call in overdue {
            match find_end(twilio, scope, &call, now).await {
                Found::End(end) => {
                    let mut tx = desk.database.begin(scope).await?;
                    store::sweep(&mut tx, &end).await?;
                    tx.commit().await?;
                    closed += 1;
                }
                Found::NoEndYet => {}
                Found::Busy => return Ok(closed),
            }
        }
    }
    Ok(closed)
}

/// What became of a call.
enum Found {
    /// It has ended, or nobody will ever know.
    End(FoundEnd),
    /// It goes on, or Twilio may tell later.
    NoEndYet,
    /// Twilio asks to wait.
    Busy,
}

async fn find_end(twilio: &TwilioApi, scope: TenantScope, call: &Unended, now: DateTime<Utc>) -> Found {
    let unknown = || Found::End(FoundEnd::unknown(&call.call_sid, now));
    let account = call.account_sid.as_deref().and_then(|sid| AccountSid::parse(sid).ok());
    let (Some(account), Ok(call_sid)) = (account, CallSid::parse(&call.call_sid)) else { return unknown() };
    let answer = twilio.read(scope.tenant_id(), &Resource::call(&account, &call_sid)).await;
    match answer {
        Ok(told) => FoundEnd::told(&call.call_sid, &told, now).map_or(Found::NoEndYet, Found::End),
        Err(TwilioFault::Gone | TwilioFault::NoToken(_)) => unknown(),
        Err(TwilioFault::Busy(_)) => Found::Busy,
        Err(
            TwilioFault::Refused(_)
            | TwilioFault::Failed(_)
            | TwilioFault::NotUnderstood
            | TwilioFault::Unreachable(_),
        ) if now - call.started_at >= HOPELESS => unknown(),
        Err(fault) => {
            tracing::warn!(%fault, call = %call_sid, "Twilio could not be asked for the end of a call");
            Found::NoEndYet
        }
    }
}

impl FoundEnd {
    fn unknown(call_sid: &str, now: DateTime<Utc>) -> Self {
        let found = json!({ "unknown": true });
        Self { call_sid: call_sid.to_owned(), status: None, ended_at: now, swept_at: now, found }
    }

    /// By the JSON of a call (`status`, `duration` in seconds as text, `end_time` as RFC 2822). None: it goes on.
    fn told(call_sid: &str, told: &Value, now: DateTime<Utc>) -> Option<Self> {
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        let status = text("status").and_then(CallStatus::parse).filter(|status| status.is_terminal())?;
        let ended_at = text("end_time").and_then(|time| DateTime::parse_from_rfc2822(time).ok());
        Some(Self {
            call_sid: call_sid.to_owned(),
            status: Some(status),
            ended_at: ended_at.map_or(now, |time| time.with_timezone(&Utc)),
            swept_at: now,
            found: json!({ "CallStatus": status.as_str(), "CallDuration": text("duration") }),
        })
    }
}
