//! `switchboard account …`

use std::io::Read;

use clap::{Args, Subcommand};
use serde::Serialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::number::named_tenant;
use super::older_tokens;
use super::output::{Listing, print_json, print_table, say};
use super::workplace::Workplace;
use crate::config::Settings;
use crate::tenancy::directory::{self, StoredAccount, TokenSlot};
use crate::tenancy::{Database, TenantId};
use crate::tenants;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Store the auth token of a Twilio account, encrypted
    Create(NewAccount),
    /// List the stored accounts; tokens are never shown
    List(Listing),
    /// Move the tokens that an older program keeps in clear in `tenants`: encrypted, and out of its reach
    Move,
}

#[derive(Debug, Args)]
pub(super) struct NewAccount {
    /// The account's SID, AC and 32 digits
    #[arg(long)]
    sid: String,
    /// The tenant whose account it is; without it, the agency's own, which may call every tenant
    #[arg(long)]
    tenant: Option<String>,
    /// Read the token from standard input
    #[arg(long, required = true)]
    token_stdin: bool,
    /// Store it as the second token, while the first one is being rotated
    #[arg(long)]
    secondary: bool,
}

pub(super) async fn run(settings: Settings, command: AccountCommand) -> Result<(), Failure> {
    let workplace = Workplace::open(&settings).await?;
    let outcome = match command {
        AccountCommand::Create(new) => create(&workplace, &new).await,
        AccountCommand::List(listing) => list(&workplace, listing).await,
        AccountCommand::Move => move_tokens(&workplace).await,
    };
    workplace.close().await;
    outcome
}

async fn create(workplace: &Workplace, new: &NewAccount) -> Result<(), Failure> {
    let sid = AccountSid::parse(&new.sid)
        .map_err(|_| Failure::Usage(format!("--sid {}: must be AC and 32 hexadecimal digits", new.sid)))?;
    let ring = workplace.sealing_keys()?;
    let token = read_token()?;
    let slot = if new.secondary { TokenSlot::Secondary } else { TokenSlot::Primary };
    let database = workplace.pools().await?;
    let owner = match &new.tenant {
        Some(slug) => Some(named_tenant(workplace, &database, slug).await?.tenant_id()),
        None => None,
    };
    directory::check_key_ring(&database, Some(ring)).await?;
    let mut connection = database.operator(workplace.operator()).await?;
    let stored = directory::put_token(&mut connection, ring, &sid, owner, slot, &token).await?;
    if !stored {
        return Err(not_stored(&sid, slot));
    }
    let which = match slot {
        TokenSlot::Primary => "token",
        TokenSlot::Secondary => "second token",
    };
    Ok(say(format!(
        "{which} of {sid} stored, encrypted; a running server takes it with its next call, \
         and drops the one that it replaces within a minute"
    ))?)
}

async fn move_tokens(workplace: &Workplace) -> Result<(), Failure> {
    let ring = workplace.sealing_keys()?;
    // Refuses where the schema is not there yet.
    workplace.pools().await?.close().await;
    let moved =
        workplace.move_clear_tokens(ring).await.map_err(|error| Failure::Failed(error.to_string()))?;
    let lines = older_tokens::told(&moved);
    Ok(say(if lines.is_empty() { "no token stands in clear".to_owned() } else { lines.join("\n") })?)
}

fn read_token() -> Result<AuthToken, Failure> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().lock().read_to_string(&mut text)?;
    AuthToken::parse(text.trim())
        .map_err(|error| Failure::Usage(format!("the token on standard input can't be used: {error}")))
}

fn not_stored(sid: &AccountSid, slot: TokenSlot) -> Failure {
    Failure::Failed(match slot {
        TokenSlot::Primary => {
            format!("{sid} is stored already, for somebody else; `switchboard account list` shows for whom")
        }
        TokenSlot::Secondary => format!(
            "{sid} has no first token yet, or is somebody else's; store the first one without --secondary, \
             for the same tenant"
        ),
    })
}

/// A row of the list.
#[derive(Serialize)]
struct ListedAccount {
    account_sid: String,
    tenant: Option<String>,
    tokens: usize,
}

async fn list(workplace: &Workplace, listing: Listing) -> Result<(), Failure> {
    let database = workplace.pools().await?;
    let accounts = listed(workplace, &database).await?;
    if listing.json {
        return print_json(&accounts);
    }
    if accounts.is_empty() {
        return Ok(say(
            "no accounts stored; `switchboard account create --sid AC… --token-stdin` stores one",
        )?);
    }
    let row = |account: ListedAccount| {
        [
            account.account_sid,
            account.tenant.unwrap_or_else(|| "every tenant (the agency's own)".to_owned()),
            account.tokens.to_string(),
        ]
    };
    let rows: Vec<[String; 3]> = accounts.into_iter().map(row).collect();
    print_table(["account", "may call", "tokens"], &rows)
}

async fn listed(workplace: &Workplace, database: &Database) -> Result<Vec<ListedAccount>, Failure> {
    let mut connection = database.operator(workplace.operator()).await?;
    let stored = directory::stored_accounts(&mut connection).await?;
    let tenants = tenants::store::list(&mut connection).await?;
    let slug = |id: TenantId| {
        tenants
            .iter()
            .find(|tenant| tenant.id == id)
            .map_or_else(|| id.to_string(), |tenant| tenant.slug.clone())
    };
    let listed = stored.into_iter().map(|StoredAccount { sid, owner, slots }| ListedAccount {
        account_sid: sid.to_string(),
        tenant: owner.map(slug),
        tokens: slots.len(),
    });
    Ok(listed.collect())
}
