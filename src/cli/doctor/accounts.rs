//! Whose token signs: keys, canaries, and the accounts that may call.

use super::check::{Area, Check};
use crate::cli::older_tokens;
use crate::cli::output::count;
use crate::cli::workplace::Workplace;
use crate::config::Settings;
use crate::tenancy::Database;
use crate::tenancy::account::{Account, AccountReach};
use crate::tenancy::directory::{self, Canary};
use crate::tenants::tenant::ListedTenant;

/// Looks at keys and tokens; gives the accounts that may call, the environment's first.
pub(super) async fn examine(
    settings: &Settings,
    opened: Option<(&Workplace, &Database)>,
    tenants: &[ListedTenant],
    checks: &mut Vec<Check>,
) -> Vec<Account> {
    let mut accounts: Vec<Account> = settings.twilio_account.iter().cloned().collect();
    if let Some((workplace, database)) = opened {
        checks.extend(keys(workplace, database).await);
        match directory::opened_accounts(database, workplace.operator(), workplace.key_ring.as_ref()).await {
            Ok(stored) => accounts.extend(stored),
            Err(error) => checks.push(Check::red(
                Area::Accounts,
                error.to_string(),
                "set SWITCHBOARD_ENCRYPTION_KEYS to the keys that sealed the tokens, or store them again",
            )),
        }
    }
    if let Some((workplace, _)) = opened {
        checks.extend(in_clear(workplace).await);
    }
    checks.extend(accounts.iter().map(|account| describe(account, tenants)));
    if accounts.is_empty() {
        checks.push(Check::red(
            Area::Accounts,
            "no Twilio account is known: every webhook is refused",
            "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or `switchboard account create`",
        ));
    }
    accounts
}

async fn keys(workplace: &Workplace, database: &Database) -> Option<Check> {
    let ring = workplace.key_ring.as_ref()?;
    Some(match directory::look_at_canaries(database, ring).await {
        Ok(Canary::Recognised) => Check::green(Area::Accounts, "the encryption keys fit this database"),
        Ok(Canary::Missing) => Check::green(Area::Accounts, "the encryption key has sealed nothing here yet"),
        Err(error) => Check::red(
            Area::Accounts,
            error.to_string(),
            "set SWITCHBOARD_ENCRYPTION_KEYS to the keys that this database was sealed with",
        ),
    })
}

/// Tokens that an older program keeps, for everybody who can read its table.
async fn in_clear(workplace: &Workplace) -> Vec<Check> {
    let stand = match workplace.clear_tokens().await {
        Ok(stand) => stand,
        Err(failure) => {
            let what = format!("whether tokens stand in clear can't be seen: {failure}");
            return vec![Check::not_checked(Area::Accounts, what)];
        }
    };
    let movable = (stand.movable > 0).then(|| {
        let remedy = older_tokens::remedy(&stand, workplace);
        Check::warning(Area::Accounts, older_tokens::standing(&stand), remedy)
    });
    let others = stand.unfit + stand.left;
    let stuck = (others > 0).then(|| {
        Check::warning(
            Area::Accounts,
            format!(
                "{} in clear in {} can't be moved",
                count(others, "Twilio token"),
                stand.tables.join(" and ")
            ),
            "`switchboard account move` says why of each, and what to do",
        )
    });
    movable.into_iter().chain(stuck).collect()
}

fn describe(account: &Account, tenants: &[ListedTenant]) -> Check {
    let reach = match account.reach {
        AccountReach::EveryTenant => "every tenant".to_owned(),
        AccountReach::OneTenant(id) => tenants
            .iter()
            .find(|tenant| tenant.id == id)
            .map_or_else(|| id.to_string(), |tenant| tenant.slug.clone()),
    };
    let tokens = count(account.tokens.len(), "token");
    let during = if account.tokens.len() > 1 { ", a rotation is under way" } else { "" };
    Check::green(Area::Accounts, format!("{} may call {reach}: {tokens}{during}", account.sid))
}
