//! `switchboard simulate …`

mod nearby;
mod telling;
mod wished;

use std::time::Duration;

use clap::Subcommand;

use self::nearby::NearbyServer;
use self::telling::{Ending, Expectation, Parties, Telling};
use self::wished::WishedCall;
use super::failure::Failure;
use super::workplace::Workplace;
use crate::calls;
use crate::clock::Clock;
use crate::config::Settings;
use crate::numbers;
use crate::simulator::{self, Line, NoReply, PlacedCall, Signer};
use crate::tenancy::account::Account;
use crate::tenancy::{Database, TenantScope, directory};
use crate::tenants;
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};
use crate::twilio::region::Region;
use crate::twilio::sid::InvalidSid;

/// A log that speaks of the future would puzzle: the call began so long ago.
const AGO: Duration = Duration::from_mins(15);

#[derive(Debug, Subcommand)]
pub(super) enum SimulateCommand {
    /// Place a call to the local server as Twilio would, and show what the caller hears
    ///
    /// The requests are signed with the stored token of the number's account. Exit 0 if the server answers as it
    /// should; with --no-signature that is a refusal.
    Call(WishedCall),
}

/// Whose number is dialled.
struct Owner {
    slug: String,
    scope: TenantScope,
}

impl From<NoReply> for Failure {
    fn from(error: NoReply) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<InvalidSid> for Failure {
    fn from(error: InvalidSid) -> Self {
        Self::Failed(error.to_string())
    }
}

pub(super) async fn run(settings: Settings, command: SimulateCommand) -> Result<(), Failure> {
    let SimulateCommand::Call(wished) = command;
    let to = dialled(&wished.to)?;
    let from = caller(&wished.from)?;
    let server = NearbyServer::find(&settings)?;
    server.must_be_there().await?;
    server.database_must_be_known(&settings)?;
    let workplace = Workplace::open(&settings).await?;
    let outcome = place(&settings, &workplace, server, &wished, (from, to)).await;
    workplace.close().await;
    outcome
}

fn dialled(typed: &str) -> Result<E164PhoneNumber, Failure> {
    E164PhoneNumber::parse(typed)
        .or_else(|_| E164PhoneNumber::parse_typed(typed, Region::default()))
        .map_err(|error| Failure::Usage(format!("--to {typed}: {error}")))
}

/// What Twilio would send as `From`.
fn caller(typed: &str) -> Result<String, Failure> {
    match CallerId::parse(typed) {
        CallerId::Known(_) | CallerId::Withheld | CallerId::Client(_) | CallerId::Sip(_) => {
            Ok(typed.to_owned())
        }
        CallerId::Other(_) => E164PhoneNumber::parse_typed(typed, Region::default())
            .map(|number| number.as_str().to_owned())
            .map_err(|error| {
                Failure::Usage(format!(
                    "--from {typed}: {error}; anonymous, client:NAME and sip:ADDRESS can call, too"
                ))
            }),
    }
}

async fn place(
    settings: &Settings,
    workplace: &Workplace,
    server: NearbyServer,
    wished: &WishedCall,
    (from, to): (String, E164PhoneNumber),
) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let owner = owner(workplace, &database, &to).await?;
    let account = account(settings, workplace, &database, owner.as_ref()).await?;
    let signer = match (wished.expectation(), account.tokens.into_iter().next()) {
        (Expectation::Content, Some(token)) => Signer::Token(token),
        (Expectation::Content, None) | (Expectation::Refusal, _) => Signer::Nobody,
    };
    let line = Line::new(server.address, server.public_url, account.sid, signer)?;
    let call = PlacedCall::new(&line, &from, &to, Clock::System.now() - AGO)?;
    let tenant = owner.as_ref().map(|owner| owner.slug.clone());
    let waiting = waiting_in_quarantine(workplace, &database).await?;

    let conversation = simulator::converse(&line, &call, &wished.script()).await;

    let logged = match &owner {
        Some(owner) => logged(&database, owner.scope, &call).await?,
        None => None,
    };
    let ending = match logged {
        Some(call) => Ending::Logged(Box::new(call)),
        None if waiting_in_quarantine(workplace, &database).await? > waiting => Ending::Quarantined,
        None => Ending::Nowhere,
    };
    let parties = Parties { from, to: to.as_str().to_owned(), tenant };
    let call_sid = call.call_sid().to_string();
    Telling { expectation: wished.expectation(), parties, call_sid, conversation, ending }.tell(wished.form())
}

async fn owner(
    workplace: &Workplace,
    database: &Database,
    number: &E164PhoneNumber,
) -> Result<Option<Owner>, Failure> {
    let mut connection = database.operator(workplace.operator()).await?;
    let numbers = numbers::store::list(&mut connection).await?;
    let tenants = tenants::store::list(&mut connection).await?;
    let listed = numbers.into_iter().find(|listed| listed.phone_number == number.as_str());
    let takes_the_rest = || tenants.into_iter().find(|tenant| tenant.accepts_unknown_numbers);
    let slug = listed.map(|listed| listed.tenant).or_else(|| takes_the_rest().map(|tenant| tenant.slug));
    let Some(slug) = slug else { return Ok(None) };
    let scope = directory::scope_of_slug(database, workplace.operator(), &slug).await?;
    Ok(scope.map(|scope| Owner { slug, scope }))
}

/// The account that Twilio would name. The environment's wins over a stored one of the same SID, as it does in the server.
async fn account(
    settings: &Settings,
    workplace: &Workplace,
    database: &Database,
    owner: Option<&Owner>,
) -> Result<Account, Failure> {
    let tenant = owner.map(|owner| owner.scope.tenant_id());
    let ring = workplace.key_ring.as_ref();
    let stored = directory::calling_account(database, workplace.operator(), tenant, ring).await?;
    match (stored, &settings.twilio_account) {
        (Some(stored), Some(own)) if stored.sid == own.sid => Ok(own.clone()),
        (Some(stored), _) => Ok(stored),
        (None, Some(own)) => Ok(own.clone()),
        (None, None) => Err(Failure::Failed(
            "there is no Twilio account to sign with; store one: `switchboard account create --sid AC… --token-stdin`, \
             or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN as the server has them"
                .to_owned(),
        )),
    }
}

async fn waiting_in_quarantine(workplace: &Workplace, database: &Database) -> Result<i64, Failure> {
    let mut connection = database.operator(workplace.operator()).await?;
    Ok(tenants::store::count_unrouted_calls(&mut connection).await?)
}

async fn logged(
    database: &Database,
    scope: TenantScope,
    call: &PlacedCall,
) -> Result<Option<calls::call::Call>, Failure> {
    let mut tx = database.begin(scope).await?;
    let logged = calls::store::call(&mut tx, call.call_sid()).await?;
    tx.commit().await?;
    Ok(logged)
}
