//! Twilio's tokens that an older program left in clear, in words, and when they are moved.
//!
//! Promises: they are moved where a person approved the migration that is under way and there is a key, or by
//! `account move`; else one sentence says that they stand there and what moves them. Nothing here stops a migration or a start.
//! Doesn't: show a token.

use super::layout::{beside, in_lines};
use super::output::count;
use super::workplace::Workplace;
use crate::schema::{
    Approval, ClearTokens, LeftToken, MovedAccount, MovedTokens, Noted, Plan, Reach, WhyLeft,
};

/// Whether somebody agreed to the migration in which the tokens are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// By approving all, or the plan that waited just now: its dry run spoke of the tokens.
    Given,
    /// Nobody did. A digest that approves nothing any more, left in the settings, is no consent.
    Withheld,
}

/// To be asked before the migration runs, while its steps still wait.
pub(super) async fn consent(workplace: &Workplace, approval: &Approval) -> Consent {
    let digest = match approval {
        Approval::All => return Consent::Given,
        Approval::None => return Consent::Withheld,
        Approval::Of(digest) => digest,
    };
    let stand = workplace.clear_tokens().await.unwrap_or_default();
    if stand.movable + stand.unfit == 0 {
        return Consent::Withheld;
    }
    // A plan that can't be made is told of by the migration.
    match workplace.plan().await {
        Ok(plan) if plan.waiting().next().is_some() && plan.digest() == *digest => Consent::Given,
        Ok(_) | Err(_) => Consent::Withheld,
    }
}

/// After the migration: moves them, or says that they stand there. A line each; none where there is nothing to say.
pub(super) async fn settle(workplace: &Workplace, consent: Consent) -> Vec<String> {
    let stand = match workplace.clear_tokens().await {
        Ok(stand) => stand,
        Err(failure) => {
            return vec![in_lines(&format!("Whether tokens stand in clear can't be seen: {failure}"))];
        }
    };
    match (consent, &workplace.key_ring) {
        (Consent::Given, Some(ring)) if stand.movable + stand.unfit > 0 => {
            match workplace.move_clear_tokens(ring).await {
                Ok(moved) => told(&news_of(moved)),
                Err(error) => vec![in_lines(&format!(
                    "Not all tokens that stand in clear could be moved: {error}. `switchboard account move` tries again."
                ))],
            }
        }
        (Consent::Given | Consent::Withheld, _) => sentence(&stand, workplace).into_iter().collect(),
    }
}

/// The sentence on what stands in clear and can be moved.
fn sentence(stand: &ClearTokens, workplace: &Workplace) -> Option<String> {
    let text = format!("{}. {}", standing(stand), remedy(stand, workplace));
    (stand.movable > 0).then(|| in_lines(&text))
}

/// "2 Twilio tokens stand in clear in tenants"
pub(super) fn standing(stand: &ClearTokens) -> String {
    let verb = if stand.movable == 1 { "stands" } else { "stand" };
    format!("{} {verb} in clear in {}", count(stand.movable, "Twilio token"), stand.tables.join(" and "))
}

/// What to do about it.
pub(super) fn remedy(stand: &ClearTokens, workplace: &Workplace) -> String {
    let them = if stand.movable == 1 { "it" } else { "them" };
    let set = match workplace.key_ring {
        Some(_) => "",
        None => {
            "Set SWITCHBOARD_ENCRYPTION_KEYS to k1:KEY, where KEY is what `openssl rand -base64 32` prints; then "
        }
    };
    format!(
        "{set}`switchboard account move` moves {them} into twilio_accounts, encrypted; the older program can't read \
         {them} afterwards."
    )
}

/// What the dry run says of them. A plan that waits for nothing can't be approved.
pub(super) fn foretold(stand: &ClearTokens, plan: &Plan, workplace: &Workplace) -> Option<String> {
    if plan.waiting().next().is_none() {
        return sentence(stand, workplace);
    }
    let (them, stays) = if stand.movable == 1 { ("it", "it stays") } else { ("them", "they stay") };
    let when = match workplace.key_ring {
        Some(_) => "With your approval",
        None => "With your approval, and with SWITCHBOARD_ENCRYPTION_KEYS set,",
    };
    let text = format!(
        "{}. {when} the migration moves {them} into twilio_accounts, encrypted; the older program can't read {them} \
         afterwards. Without, {stays}.",
        standing(stand)
    );
    (stand.movable > 0).then(|| in_lines(&text))
}

/// Without what an earlier run has told already.
fn news_of(moved: MovedTokens) -> MovedTokens {
    let left = moved.left.into_iter().filter(|left| left.noted == Noted::Now).collect();
    MovedTokens { left, ..moved }
}

/// What was moved, and what stays with what to do about it: a line for each account.
pub(super) fn told(moved: &MovedTokens) -> Vec<String> {
    let accounts = moved.accounts.iter().map(|account| beside("moved:    ", &of_account(account)));
    let is_like = |one: &LeftToken, other: &LeftToken| one.sid == other.sid && one.why == other.why;
    let left = moved.left.chunk_by(is_like).map(|alike| beside("left:     ", &of_left(alike)));
    accounts.chain(left).collect()
}

fn of_account(account: &MovedAccount) -> String {
    let MovedAccount { sid, tenants, reach } = account;
    let reach = match reach {
        Reach::OneTenant => "encrypted; it may call that tenant",
        Reach::EveryTenant => "encrypted; several tenants share it, so it may call every tenant",
        Reach::AsBefore => "it was stored already, and only cleared",
    };
    format!("the token of {sid} of {}: {reach}", tenants.join(", "))
}

/// Tokens of one account that stay for one reason.
fn of_left(alike: &[LeftToken]) -> String {
    let Some(LeftToken { sid, why, .. }) = alike.first() else { return String::new() };
    let tenants: Vec<&str> = alike.iter().map(|left| left.tenant.as_str()).collect();
    let tenants = tenants.join(", ");
    let sid = sid.as_ref().map_or_else(String::new, ToString::to_string);
    let create = format!("`switchboard account create --sid {sid} --token-stdin`");
    match why {
        WhyLeft::NoAccount => format!(
            "in clear stays what {tenants} had beside an account SID that is not AC and 32 digits. Correct the SID, and \
             move again; or clear the token"
        ),
        WhyLeft::NoTenant => format!(
            "the token of {sid} stays in clear: its tenant is gone ({tenants}). Clear it, or store it with {create}"
        ),
        WhyLeft::SeveralTokens => format!(
            "the tokens of {sid} of {tenants} stay in clear: they differ, and only Twilio knows which is good. Store \
             that one with {create}, and move again: what equals it is cleared"
        ),
        WhyLeft::AnotherToken => format!(
            "the token of {sid} of {tenants} stays in clear: a different one is stored, and stays. If this one is good, \
             store it with {create}, and move again; else clear it"
        ),
        WhyLeft::AnotherTenants => format!(
            "the token of {sid} of {tenants} stays in clear: the account is stored for another tenant, and may call \
             that one alone. Clear it, or let TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN be that account: then it may \
             call every tenant"
        ),
    }
}
