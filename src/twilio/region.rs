//! The region that a number is read in when somebody types it without a country code.
//!
//! Promises: a region for every time zone; one that is not in the list counts as the United States.
//! Doesn't: guess from anything else, or list every zone: a number typed with its `+` needs no region.

use rlibphonenumber::Region as R;

/// A country or territory with a numbering plan, such as `US` or `GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(R);

impl Default for Region {
    fn default() -> Self {
        Self(R::US)
    }
}

impl Region {
    /// The region of an IANA time zone such as `America/Toronto`; `US` for the zones of the United States
    /// and for every zone that this list does not name.
    #[must_use]
    pub fn of_time_zone(name: &str) -> Self {
        Self(region_of(name))
    }

    pub(super) fn library_region(self) -> R {
        self.0
    }
}

/// Zones outside the United States, by region.
const ZONES: &[(R, &[&str])] = &[
    (
        R::CA,
        &[
            "America/Toronto",
            "America/Montreal",
            "America/Vancouver",
            "America/Edmonton",
            "America/Winnipeg",
            "America/Halifax",
            "America/Regina",
            "America/St_Johns",
            "America/Moncton",
            "America/Whitehorse",
            "America/Yellowknife",
            "America/Iqaluit",
            "Canada/Eastern",
            "Canada/Central",
            "Canada/Mountain",
            "Canada/Pacific",
            "Canada/Atlantic",
            "Canada/Newfoundland",
        ],
    ),
    (
        R::MX,
        &[
            "America/Mexico_City",
            "America/Monterrey",
            "America/Tijuana",
            "America/Cancun",
            "America/Merida",
            "America/Chihuahua",
            "America/Hermosillo",
        ],
    ),
    (R::PR, &["America/Puerto_Rico"]),
    (R::BR, &["America/Sao_Paulo", "America/Fortaleza", "America/Manaus", "America/Recife", "America/Bahia"]),
    (R::AR, &["America/Argentina/Buenos_Aires", "America/Buenos_Aires"]),
    (R::CO, &["America/Bogota"]),
    (R::CL, &["America/Santiago"]),
    (R::PE, &["America/Lima"]),
    (R::GB, &["Europe/London", "Europe/Belfast", "GB"]),
    (R::IE, &["Europe/Dublin"]),
    (R::DE, &["Europe/Berlin", "Europe/Busingen"]),
    (R::AT, &["Europe/Vienna"]),
    (R::CH, &["Europe/Zurich"]),
    (R::FR, &["Europe/Paris"]),
    (R::BE, &["Europe/Brussels"]),
    (R::NL, &["Europe/Amsterdam"]),
    (R::LU, &["Europe/Luxembourg"]),
    (R::ES, &["Europe/Madrid", "Atlantic/Canary"]),
    (R::PT, &["Europe/Lisbon"]),
    (R::IT, &["Europe/Rome"]),
    (R::DK, &["Europe/Copenhagen"]),
    (R::NO, &["Europe/Oslo"]),
    (R::SE, &["Europe/Stockholm"]),
    (R::FI, &["Europe/Helsinki"]),
    (R::PL, &["Europe/Warsaw"]),
    (R::CZ, &["Europe/Prague"]),
    (R::HU, &["Europe/Budapest"]),
    (R::RO, &["Europe/Bucharest"]),
    (R::GR, &["Europe/Athens"]),
    (
        R::AU,
        &[
            "Australia/Sydney",
            "Australia/Melbourne",
            "Australia/Brisbane",
            "Australia/Perth",
            "Australia/Adelaide",
            "Australia/Hobart",
            "Australia/Darwin",
        ],
    ),
    (R::NZ, &["Pacific/Auckland"]),
    (R::IN, &["Asia/Kolkata", "Asia/Calcutta"]),
    (R::JP, &["Asia/Tokyo"]),
    (R::SG, &["Asia/Singapore"]),
    (R::HK, &["Asia/Hong_Kong"]),
    (R::AE, &["Asia/Dubai"]),
    (R::IL, &["Asia/Jerusalem"]),
    (R::ZA, &["Africa/Johannesburg"]),
];

fn region_of(time_zone: &str) -> R {
    let listed = ZONES.iter().find(|(_, zones)| zones.contains(&time_zone));
    listed.map_or(R::US, |(region, _)| *region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_of_another_country_reads_numbers_of_that_country() {
        let table = [
            ("America/Chicago", "US"),
            ("America/Indiana/Knox", "US"),
            ("Pacific/Honolulu", "US"),
            ("America/Toronto", "CA"),
            ("America/Sao_Paulo", "BR"),
            ("Europe/London", "GB"),
            ("Europe/Berlin", "DE"),
            ("Mars/Olympus_Mons", "US"),
            ("", "US"),
        ];

        for (zone, region) in table {
            assert_eq!(format!("{:?}", Region::of_time_zone(zone)), format!("Region({region})"), "{zone}");
        }
    }
}
