//! `switchboard key …`

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::number::named_tenant;
use super::output::say;
use super::workplace::Workplace;
use crate::clock::Clock;
use crate::config::Settings;
use crate::tenancy::api_key::{self, KeyKind, PlainApiKey};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key of the API; it is printed once, alone
    Create(NewKey),
}

#[derive(Debug, Args)]
pub(super) struct NewKey {
    #[command(flatten)]
    whose: Whose,
    /// What people call it
    #[arg(long, default_value = "")]
    name: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// A tenant's key: sees that tenant alone
    #[arg(long)]
    tenant: Option<String>,
    /// An operator's key: sees the tenant that each request names
    #[arg(long)]
    operator: bool,
}

pub(super) async fn run(settings: Settings, command: KeyCommand) -> Result<(), Failure> {
    let KeyCommand::Create(new) = command;
    let workplace = Workplace::open(&settings).await?;
    let outcome = create(&workplace, &new).await;
    workplace.close().await;
    say(outcome?.reveal()).map_err(Failure::from)
}

async fn create(workplace: &Workplace, new: &NewKey) -> Result<PlainApiKey, Failure> {
    let database = workplace.pools().await?;
    let now = Clock::System.now();
    let made = |kind| PlainApiKey::generate(kind).map_err(|error| Failure::Failed(error.to_string()));
    if let Some(slug) = &new.whose.tenant {
        let scope = named_tenant(workplace, &database, slug).await?;
        let key = made(KeyKind::Tenant)?;
        let mut tx = database.begin(scope).await?;
        api_key::store_tenant_key(&mut tx, &key, &new.name, now).await?;
        tx.commit().await?;
        Ok(key)
    } else {
        let key = made(KeyKind::Operator)?;
        let mut connection = database.operator(workplace.operator()).await?;
        api_key::store_operator_key(&mut connection, &key, &new.name, now).await?;
        Ok(key)
    }
}
