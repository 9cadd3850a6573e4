//! Tenants and their numbers, as far as they keep calls from being answered.

use super::check::{Area, Check};
use crate::cli::output::count;
use crate::numbers::store::ListedNumber;
use crate::tenants::tenant::ListedTenant;
use crate::twilio::phone_number::E164PhoneNumber;

/// What there is, and then only what is wrong with it.
pub(super) fn checks(tenants: &[ListedTenant], numbers: &[ListedNumber], unrouted: i64) -> Vec<Check> {
    let mut checks = vec![match (tenants.len(), numbers.len()) {
        (0, _) => Check::red(
            Area::Tenants,
            "there is no tenant: every call goes to quarantine",
            "`switchboard tenant create`, then `switchboard number create`",
        ),
        (_, 0) if tenants.iter().any(|tenant| tenant.accepts_unknown_numbers) => Check::warning(
            Area::Tenants,
            "no tenant has a number; one of them takes the calls to all",
            "`switchboard number import --tenant SLUG` gives it those that Twilio knows",
        ),
        (_, 0) => Check::red(
            Area::Tenants,
            "no tenant has a number: every call goes to quarantine",
            "give each its number: `switchboard number create --tenant SLUG NUMBER`",
        ),
        (tenants, numbers) => Check::green(
            Area::Tenants,
            format!("{} with {}", count(tenants, "tenant"), count(numbers, "number")),
        ),
    }];
    for tenant in tenants.iter().filter(|tenant| tenant.is_active) {
        checks.extend(no_number(tenant).filter(|_| !numbers.is_empty()));
        checks.extend(forwarding(tenant, numbers));
    }
    checks.extend(tenants.iter().filter(|tenant| tenant.accepts_unknown_numbers).map(accepts_unknown));
    checks.push(waiting(unrouted));
    checks
}

fn no_number(tenant: &ListedTenant) -> Option<Check> {
    (tenant.numbers == 0).then(|| {
        Check::warning(
            Area::Tenants,
            format!("{} has no number: nobody can call it", tenant.slug),
            format!("`switchboard number create --tenant {} NUMBER`", tenant.slug),
        )
    })
}

fn forwarding(tenant: &ListedTenant, numbers: &[ListedNumber]) -> Option<Check> {
    let slug = &tenant.slug;
    let Some(forward_number) = &tenant.forward_number else {
        return Some(Check::warning(
            Area::Tenants,
            format!("{slug} forwards to nobody: its callers can only leave a message"),
            "give it the number of a person to forward to",
        ));
    };
    if E164PhoneNumber::parse(forward_number).is_err() {
        return Some(Check::red(
            Area::Tenants,
            format!(
                "what {slug} forwards to is no number in E.164 form: its callers can only leave a message"
            ),
            format!("give it one, as in +12145550199: PATCH /api/v1/tenants/{slug} with \"forward_number\""),
        ));
    }
    let ours = numbers.iter().find(|number| number.phone_number == *forward_number)?;
    Some(Check::red(
        Area::Tenants,
        format!("{slug} forwards to {forward_number}, which is answered here, too, for {}", ours.tenant),
        format!("let {slug} forward to a person's phone: the call would come back here"),
    ))
}

fn accepts_unknown(tenant: &ListedTenant) -> Check {
    Check::warning(
        Area::Tenants,
        format!("{} gets the calls to every number that nobody owns", tenant.slug),
        "give each number its tenant, then let it stop accepting unknown numbers",
    )
}

fn waiting(unrouted: i64) -> Check {
    if unrouted == 0 {
        return Check::green(Area::Tenants, "no call waits in quarantine");
    }
    let wait = if unrouted == 1 { "waits" } else { "wait" };
    Check::warning(
        Area::Tenants,
        format!("{} {wait} in quarantine", count(unrouted, "unrouted call")),
        "give the number they were for to its tenant with `switchboard number create`, and adopt them: \
         /api/v1/unrouted-calls",
    )
}
