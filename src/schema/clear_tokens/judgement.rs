//! Which token becomes an account's, and which stay where they are. Pure.

use uuid::Uuid;

use super::outcome::{Reach, WhyLeft};
use crate::twilio::signature::AuthToken;

/// A row with a token in clear.
#[derive(Debug)]
pub(super) struct Holder {
    /// Its table, by its place in the list of tables.
    pub(super) table: usize,
    /// Its id there, as text.
    pub(super) row: String,
    /// Its tenant, where there is one.
    pub(super) tenant: Option<(Uuid, String)>,
    pub(super) token: AuthToken,
}

/// An account that is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) tenant: Option<Uuid>,
    /// Those that our keys open.
    pub(super) tokens: Vec<AuthToken>,
}

/// What a new account would be.
#[derive(Debug)]
pub(super) struct NewAccount<'a> {
    pub(super) owner: Option<Uuid>,
    pub(super) token: &'a AuthToken,
}

impl NewAccount<'_> {
    pub(super) fn reach(&self) -> Reach {
        if self.owner.is_some() { Reach::OneTenant } else { Reach::EveryTenant }
    }
}

/// The account that these rows, all of one SID, make: of their tenant; of the agency where they are several tenants'.
pub(super) fn new_account(holders: &[Holder]) -> Result<NewAccount<'_>, WhyLeft> {
    let mut tokens = holders.iter().map(|holder| &holder.token);
    let token = tokens.next().ok_or(WhyLeft::NoTenant)?;
    if tokens.any(|other| other.reveal() != token.reveal()) {
        return Err(WhyLeft::SeveralTokens);
    }
    let mut tenants = holders.iter().filter_map(|holder| holder.tenant.as_ref().map(|(id, _)| *id));
    let first = tenants.next().ok_or(WhyLeft::NoTenant)?;
    let is_shared = tenants.any(|other| other != first);
    Ok(NewAccount { owner: (!is_shared).then_some(first), token })
}

/// Whether a stored account does for this row what its clear token did.
pub(super) fn is_kept_by(holder: &Holder, stored: &Stored) -> Result<(), WhyLeft> {
    if !stored.tokens.iter().any(|token| token.reveal() == holder.token.reveal()) {
        return Err(WhyLeft::AnotherToken);
    }
    let covers = match (stored.tenant, &holder.tenant) {
        (None, _) | (Some(_), None) => true,
        (Some(owner), Some((tenant, _))) => owner == *tenant,
    };
    if covers { Ok(()) } else { Err(WhyLeft::AnotherTenants) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(tenant: Option<u128>, token: &str) -> Holder {
        let tenant = tenant.map(|id| (Uuid::from_u128(id), format!("tenant-{id}")));
        Holder { table: 0, row: "1".to_owned(), tenant, token: AuthToken::parse(token).unwrap() }
    }

    fn stored(tenant: Option<u128>, token: &str) -> Stored {
        Stored { tenant: tenant.map(Uuid::from_u128), tokens: vec![AuthToken::parse(token).unwrap()] }
    }

    #[test]
    fn an_account_of_one_tenant_is_that_tenants_and_one_of_several_is_the_agencys() {
        let of_one = [holder(Some(1), "a"), holder(Some(1), "a"), holder(None, "a")];
        let of_two = [holder(Some(1), "a"), holder(Some(2), "a")];

        assert_eq!(new_account(&of_one).unwrap().owner, Some(Uuid::from_u128(1)));
        assert_eq!(new_account(&of_two).unwrap().owner, None);
    }

    #[test]
    fn nobody_can_say_which_of_two_tokens_is_good_or_whose_a_token_of_nobody_is() {
        let different = [holder(Some(1), "a"), holder(Some(1), "b")];

        assert_eq!(new_account(&different).unwrap_err(), WhyLeft::SeveralTokens);
        assert_eq!(new_account(&[holder(None, "a")]).unwrap_err(), WhyLeft::NoTenant);
    }

    #[test]
    fn a_stored_account_keeps_the_same_token_for_its_own_tenant_alone() {
        let row = holder(Some(1), "a");

        assert_eq!(is_kept_by(&row, &stored(Some(1), "a")), Ok(()));
        assert_eq!(is_kept_by(&row, &stored(None, "a")), Ok(()));
        assert_eq!(is_kept_by(&row, &stored(Some(2), "a")), Err(WhyLeft::AnotherTenants));
        assert_eq!(is_kept_by(&row, &stored(Some(1), "b")), Err(WhyLeft::AnotherToken));
    }
}
