//! The round trip of an event to the database, shared with those that wait for a connection at the same time.
//!
//! Promises: whoever gets a connection takes along what waits, in one statement and one transaction; nobody waits for
//! company. Each event gets its own answer. If the database refuses them together, each is written by itself, so that a bad
//! one harms no other.
//! Doesn't: keep what could not be written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::ids::TenantId;
use super::ingest::{
    Acknowledged, Addressed, CallSettings, IngestError, Ingested, News, QuarantineReason, RoutedCall, Told,
};
use super::scope::TenantScope;
use super::webhook_connections::{IngestConnection, WebhookConnections};
use crate::handling::SettingsRow;
use crate::twilio::call_status::CallStatus;
use crate::twilio::sid::CallSid;

/// Events in one statement. More would save next to nothing, and more would wait where somebody has locked the call of one.
const MOST_TOGETHER: usize = 8;

/// Cheap to clone; clones share what waits.
#[derive(Clone, Debug)]
pub(super) struct SharedTrips {
    connections: WebhookConnections,
    waiting: Arc<Mutex<VecDeque<Waiting>>>,
}

/// An event that waits for a connection, its own or that of another.
#[derive(Debug)]
struct Waiting {
    /// An event may wait twice: for a caller who gave up, and again for the backlog.
    ticket: Uuid,
    told: Arc<Told>,
    /// None: those that went together were refused.
    answer: oneshot::Sender<Option<Trip>>,
}

/// The database was asked to write an event.
#[derive(Clone, Debug)]
pub struct Trip {
    /// What came of it.
    pub written: Result<Ingested, IngestError>,
    /// How long that took, once there was a connection.
    pub took: Duration,
}

impl SharedTrips {
    pub(super) fn on(connections: WebhookConnections) -> Self {
        Self { connections, waiting: Arc::default() }
    }

    /// Writes an event. An error: the database was not asked, or nobody knows what it said.
    pub(super) async fn write(&self, told: Arc<Told>) -> Result<Trip, IngestError> {
        let (answer, mut answered) = oneshot::channel();
        let ticket = Uuid::now_v7();
        self.waiting().push_back(Waiting { ticket, told: Arc::clone(&told), answer });
        let trip = tokio::select! {
            biased;
            trip = &mut answered => trip,
            connection = self.connections.take() => {
                self.take_along(connection?, ticket).await;
                answered.await
            }
        };
        match trip {
            Ok(Some(trip)) => Ok(trip),
            Ok(None) => self.write_alone(told).await,
            Err(_) => Err(IngestError::NotUnderstood),
        }
    }

    /// Takes an event to the database, and others with it; or leaves the connection to the next, if others took it along.
    /// Nobody goes for others alone: the last to go would be left behind.
    async fn take_along(&self, connection: IngestConnection, ticket: Uuid) {
        let company = self.company_of(ticket);
        if company.is_empty() {
            return connection.keep();
        }

        let (all_told, answers): (Vec<_>, Vec<_>) =
            company.into_iter().map(|one| (one.told, one.answer)).unzip();
        let count = answers.len();
        let (written, took) = travel(connection, &all_told).await;
        let trips = match written {
            Ok(written) => written.into_iter().map(|written| Some(Trip { written, took })).collect(),
            Err(error) if count > 1 && !error.is_passing() => {
                tracing::warn!(%error, count, "events were refused together; each is written by itself");
                vec![None; count]
            }
            Err(error) => vec![Some(Trip { written: Err(error), took }); count],
        };

        for (answer, trip) in answers.into_iter().zip(trips) {
            // Whoever had to wait too long has gone.
            let _ = answer.send(trip);
        }
    }

    async fn write_alone(&self, told: Arc<Told>) -> Result<Trip, IngestError> {
        let (written, took) = travel(self.connections.take().await?, &[told]).await;
        let written = written.and_then(|mut of_one| of_one.pop().unwrap_or(Err(IngestError::NotUnderstood)));
        Ok(Trip { written, took })
    }

    /// The event and those that have waited longest; nobody, if it waits no more. In an order of their own: two companies
    /// that write the same calls must not wait for each other in turn. Events of one call stay in the order of arrival.
    fn company_of(&self, ticket: Uuid) -> Vec<Waiting> {
        let mut waiting = self.waiting();
        // Some have waited for a connection in vain.
        waiting.retain(|one| !one.answer.is_closed());
        let place = waiting.iter().position(|one| one.ticket == ticket);
        let Some((place, own)) = place.and_then(|place| Some((place, waiting.remove(place)?))) else {
            return Vec::new();
        };
        let others = waiting.len().min(MOST_TOGETHER - 1);
        let mut company: Vec<_> = waiting.drain(..others).collect();
        company.insert(place.min(others), own);
        company.sort_by(|one, other| one.call_sid().cmp(other.call_sid()));
        company
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn call_sid(&self) -> &str {
        self.told.event.call_sid.as_str()
    }
}

/// What came of each event, in their order; or why nothing was written.
type Written = Result<Vec<Result<Ingested, IngestError>>, IngestError>;

/// Says how long it took.
async fn travel(connection: IngestConnection, company: &[Arc<Told>]) -> (Written, Duration) {
    let began = Instant::now();
    let written = connection.within_deadline(async |connection| write(connection, company).await).await;
    (written, began.elapsed())
}

/// A row of the ingest function.
struct Row {
    /// Whose, counted from 1.
    place: i64,
    routed_tenant_id: Option<Uuid>,
    refusal: Option<String>,
    is_news: bool,
    was_accepted: bool,
    tenant_slug: Option<String>,
    tenant_company_name: Option<String>,
    tenant_settings: Option<String>,
}

/// The one statement. The function sets the tenant for each event, and looks at nothing before.
async fn write(connection: &mut PgConnection, company: &[Arc<Told>]) -> Written {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT e.place AS "place!", r.routed_tenant_id, r.refusal, r.is_news AS "is_news!",
                  r.was_accepted AS "was_accepted!", r.tenant_slug, r.tenant_company_name,
                  r.tenant_settings::text AS tenant_settings
             FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[],
                         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::integer[],
                         $14::timestamptz[], $15::timestamptz[], $16::jsonb[])
                  WITH ORDINALITY AS e (account_sid, account_source, our_number, running_tenant_id, call_id, event_id,
                                        call_sid, leg_sid, step, kind, key, status, sequence_number, occurred_at,
                                        received_at, payload, place),
                  switchboard.ingest_call_event(
                      e.account_sid, e.account_source, e.our_number, e.running_tenant_id, e.call_id, e.event_id,
                      e.call_sid, e.leg_sid, e.step, e.kind, e.key, e.status, e.sequence_number, e.occurred_at,
                      e.received_at, e.payload) r"#,
        of_each(company, |told| told.request.account_sid().as_str()) as _,
        of_each(company, |told| told.request.account_source().as_str()) as _,
        of_each(company, our_number) as _,
        of_each(company, |told| running_tenant(told).map(TenantId::as_uuid)) as _,
        of_each(company, |_| Uuid::now_v7()) as _,
        of_each(company, |_| Uuid::now_v7()) as _,
        of_each(company, |told| told.event.call_sid.as_str()) as _,
        of_each(company, |told| told.event.leg_sid.as_ref().map(CallSid::as_str)) as _,
        of_each(company, |told| told.event.place.as_deref()) as _,
        of_each(company, |told| told.event.kind.as_str()) as _,
        of_each(company, |told| told.event.key.as_str()) as _,
        of_each(company, |told| told.event.status.map(CallStatus::as_str)) as _,
        of_each(company, |told| told.event.sequence_number) as _,
        of_each(company, |told| told.event.occurred_at) as _,
        of_each(company, |told| told.event.received_at) as _,
        of_each(company, |told| &told.event.payload) as _,
    )
    .fetch_all(connection)
    .await?;

    let mut written = vec![Err(IngestError::NotUnderstood); company.len()];
    for row in rows {
        let place = usize::try_from(row.place - 1).ok();
        if let Some(place) = place.and_then(|place| written.get_mut(place)) {
            *place = understood(row);
        }
    }
    Ok(written)
}

fn of_each<'a, T>(company: &'a [Arc<Told>], field: impl Fn(&'a Told) -> T) -> Vec<T> {
    company.iter().map(|told| field(told)).collect()
}

fn our_number(told: &Told) -> Option<&str> {
    match &told.addressed {
        Addressed::OurNumber(number) => number.as_deref(),
        Addressed::RunningCall(_) => told.request.called_number(),
    }
}

fn running_tenant(told: &Told) -> Option<TenantId> {
    match told.addressed {
        Addressed::OurNumber(_) => None,
        Addressed::RunningCall(tenant) => Some(tenant),
    }
}

fn understood(row: Row) -> Result<Ingested, IngestError> {
    if let Some(word) = row.refusal {
        let reason = QuarantineReason::parse(&word).ok_or(IngestError::NotUnderstood)?;
        return Ok(Ingested::Quarantined(reason));
    }
    let (Some(tenant), Some(slug), Some(company_name)) =
        (row.routed_tenant_id, row.tenant_slug, row.tenant_company_name)
    else {
        return Err(IngestError::NotUnderstood);
    };
    Ok(Ingested::Routed(RoutedCall {
        scope: TenantScope::proven(tenant.into()),
        settings: Arc::new(CallSettings {
            slug,
            company_name,
            row: SettingsRow::new(row.tenant_settings.unwrap_or_default()),
        }),
        news: if row.is_news { News::First } else { News::Repeated },
        acknowledged: if row.was_accepted { Acknowledged::Yes } else { Acknowledged::No },
    }))
}
