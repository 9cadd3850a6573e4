//! What Twilio says about where a number is at home.
//!
//! Promises: the four fields that come with each number, filled as far as a few area codes go, blank otherwise, as they
//! are for callers without a number.

/// City, state, postal code and country of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
}

const AREA_CODES: [(&[&str], Origin); 8] = [
    (&["214", "972", "469"], of("DALLAS", "TX", "75201")),
    (&["512", "737"], of("AUSTIN", "TX", "78701")),
    (&["312", "773"], of("CHICAGO", "IL", "60601")),
    (&["303", "720"], of("DENVER", "CO", "80202")),
    (&["415", "628"], of("SAN FRANCISCO", "CA", "94103")),
    (&["206"], of("SEATTLE", "WA", "98101")),
    (&["212", "917"], of("NEW YORK", "NY", "10001")),
    (&["504"], of("NEW ORLEANS", "LA", "70112")),
];

const fn of(city: &'static str, state: &'static str, zip: &'static str) -> Origin {
    Origin { city, state, zip, country: "US" }
}

impl Origin {
    /// Where this `From` or `To` is at home.
    pub(super) fn find(party: &str) -> Self {
        let unknown = Self { city: "", state: "", zip: "", country: "" };
        let Some(national) = party.strip_prefix("+1").filter(|national| national.len() == 10) else {
            return unknown;
        };
        AREA_CODES
            .iter()
            .find(|(codes, _)| codes.iter().any(|code| national.starts_with(code)))
            .map_or(Self { country: "US", ..unknown }, |(_, origin)| *origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_home_and_a_withheld_one_has_none() {
        assert_eq!(Origin::find("+13125550147").city, "CHICAGO");
        assert_eq!(Origin::find("+12015550147"), Origin { city: "", state: "", zip: "", country: "US" });
        for party in ["anonymous", "client:jenny", "+442079460000", ""] {
            assert_eq!(Origin::find(party).country, "", "{party}");
        }
    }
}
