//! What the calls came to, asked of the server as its tenants would ask: over the API, each with its own key.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::calls::{Fate, MadeCall};
use super::cast::{Cast, Firm};
use crate::cli::failure::Failure;
use crate::tenancy::{Database, VerifiedOperator};
use crate::tenants;
use crate::twilio::sid::CallSid;

/// A call as the API shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LoggedCall {
    pub(super) call_sid: String,
    pub(super) from_number: Option<String>,
    pub(super) to_number: Option<String>,
    pub(super) status: String,
    pub(super) outcome: Option<String>,
    pub(super) duration_seconds: Option<u32>,
}

/// A row of a tenant's log.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The slug of the tenant whose key showed it.
    pub(super) tenant: &'static str,
    pub(super) call: LoggedCall,
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// The rows of this run's calls, in the order of the calls.
    pub(super) rows: Vec<Row>,
    /// How many of Twilio's events the ledger holds, by call.
    pub(super) events: BTreeMap<String, usize>,
    /// The calls that a stranger's key can open.
    pub(super) open_to_strangers: Vec<CallSid>,
    /// How many calls have come into quarantine.
    pub(super) quarantined: i64,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<LoggedCall>,
}

#[derive(Deserialize)]
struct Ledger {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
}

impl Evidence {
    /// Asks for all of it.
    pub(super) async fn gather(
        address: SocketAddr,
        cast: &Cast,
        made: &[MadeCall],
        quarantined: i64,
    ) -> Result<Self, Failure> {
        let api = Api::new(address)?;
        let mut evidence = Self { quarantined, ..Self::default() };
        let mut listed = Vec::new();
        for firm in cast.firms() {
            let page = api.get::<Page>(firm, "/api/v1/calls?limit=200").await?;
            let rows = page.into_iter().flat_map(|page| page.data);
            listed.extend(rows.map(|call| Row { tenant: firm.slug, call }));
        }
        for call in made {
            let sid = &call.call_sid;
            evidence.rows.extend(listed.iter().filter(|row| row.call.call_sid == sid.as_str()).cloned());
            for firm in cast.firms() {
                let shown = api.get::<Ledger>(firm, &format!("/api/v1/calls/{sid}")).await?;
                evidence.note(call, firm, shown);
            }
        }
        Ok(evidence)
    }

    fn note(&mut self, call: &MadeCall, firm: &Firm, shown: Option<Ledger>) {
        let owner = match call.planned.fate {
            Fate::Logged { tenant, .. } => Some(tenant),
            Fate::Refused | Fate::Quarantined => None,
        };
        match shown {
            Some(ledger) if owner == Some(firm.slug) => {
                // What was decided is noted after the answer, perhaps later than now.
                let twilios = ledger.events.iter().filter(|event| event.kind != "decision").count();
                self.events.insert(call.call_sid.to_string(), twilios);
            }
            Some(_) => self.open_to_strangers.push(call.call_sid.clone()),
            None => {}
        }
    }
}

/// How many calls wait in quarantine.
pub(super) async fn waiting_in_quarantine(
    database: &Database,
    operator: VerifiedOperator,
) -> Result<i64, Failure> {
    Ok(tenants::store::count_unrouted_calls(&mut database.operator(operator).await?).await?)
}

struct Api {
    client: reqwest::Client,
    address: SocketAddr,
}

impl Api {
    fn new(address: SocketAddr) -> Result<Self, Failure> {
        let client = reqwest::Client::builder().no_proxy().build().map_err(|error| failed(&error))?;
        Ok(Self { client, address })
    }

    /// None if there is nothing that the firm may see.
    async fn get<T: DeserializeOwned>(&self, firm: &Firm, path: &str) -> Result<Option<T>, Failure> {
        self.ask(firm, path).await.map_err(|error| failed(&error))
    }

    async fn ask<T: DeserializeOwned>(&self, firm: &Firm, path: &str) -> Result<Option<T>, reqwest::Error> {
        let url = format!("http://{}{path}", self.address);
        let response = self.client.get(url).bearer_auth(firm.key.reveal()).send().await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        response.error_for_status()?.json().await.map(Some)
    }
}

fn failed(error: &reqwest::Error) -> Failure {
    Failure::Failed(format!("the call log could not be read back: {error}"))
}
