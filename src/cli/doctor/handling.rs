//! Settings of tenants that calls can't follow.

use std::collections::BTreeMap;

use super::check::{Area, Check};
use crate::cli::output::count;
use crate::handling::{Handling, Mistake, Wrong};
use crate::tenancy::routes::StoredSettings;
use crate::twilio::phone_number::E164PhoneNumber;

/// One line for each tenant whose settings have mistakes. What its number to forward to has is told elsewhere.
pub(super) fn checks(stored: &[StoredSettings]) -> Vec<Check> {
    let mut by_tenant: BTreeMap<&str, (Vec<E164PhoneNumber>, &StoredSettings)> = BTreeMap::new();
    for settings in stored {
        let (own, _) = by_tenant.entry(&settings.slug).or_insert_with(|| (Vec::new(), settings));
        own.extend(E164PhoneNumber::parse(&settings.number));
    }
    by_tenant.into_iter().filter_map(|(slug, (own, settings))| check(slug, &own, settings)).collect()
}

fn check(slug: &str, own: &[E164PhoneNumber], settings: &StoredSettings) -> Option<Check> {
    let has_ring_list = settings.row.pointer("/call_handling/ring").is_some();
    let is_told = |mistake: &Mistake| {
        !has_ring_list
            && mistake.part() == "ring"
            && matches!(mistake.wrong, Wrong::Number(_) | Wrong::OwnLine)
    };
    let mut mistakes = Handling::defects(&settings.row, own);
    mistakes.retain(|mistake| !is_told(mistake));
    let first = mistakes.first()?;
    let what = match mistakes.len() {
        1 => format!("a setting of {slug}'s calls can't be followed: {first}"),
        many => {
            format!("{} of {slug}'s calls can't be followed; the first is {first}", count(many, "setting"))
        }
    };
    Some(Check::warning(
        Area::Tenants,
        what,
        format!("`switchboard settings show --tenant {slug}` shows all of them, `settings set` mends them"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(slug: &str, number: &str, row: &serde_json::Value) -> StoredSettings {
        StoredSettings { slug: slug.to_owned(), number: number.to_owned(), row: row.clone() }
    }

    #[test]
    fn a_tenant_whose_settings_cant_be_followed_has_one_line() {
        let abroad = json!({ "call_handling": { "ring": { "phones": [{ "number": "+442071838750" }] }, "blocked": 1 } });
        let checks = checks(&[
            stored("acme", "+12145550100", &abroad),
            stored("acme", "+12145550101", &abroad),
            stored("clinic", "+12145550200", &json!({ "business_hours": { "mon": "soon" } })),
            stored("bakery", "+12145550300", &json!({ "forward_number": "+12145550199" })),
            stored("garage", "+12145550400", &json!({ "forward_number": "call Ann" })),
        ]);

        let told: Vec<&str> = checks.iter().map(|check| check.what.as_str()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with(
            "2 settings of acme's calls can't be followed; the first is ring.phones[0].number: "
        ));
        assert!(told[1].starts_with("a setting of clinic's calls can't be followed: hours.mon: "));
    }
}
