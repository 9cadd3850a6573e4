//! A number's settings at Twilio, held against what they must be. Pure.

use std::collections::BTreeMap;

use super::check::{Area, Check};
use crate::cli::numbers_at_twilio::TwilioNumber;
use crate::cli::output::count;
use crate::numbers::store::ListedNumber;
use crate::twilio::public_url::RETRIES;

const VOICE: &str = "/twilio/voice";
const STATUS: &str = "/twilio/voice/status";
const FALLBACK: &str = "/twilio/voice/fallback";

/// One line for all numbers that are right, and one for each thing that is not. `urls` are our public addresses.
pub(super) fn checks(urls: &[&str], numbers: &[ListedNumber], at_twilio: &[TwilioNumber]) -> Vec<Check> {
    let ours: BTreeMap<&str, &ListedNumber> =
        numbers.iter().map(|number| (number.phone_number.as_str(), number)).collect();
    let mut checks = Vec::new();
    let mut right = 0_usize;
    for number in at_twilio {
        match ours.get(number.phone_number.as_str()) {
            Some(listed) => {
                let wrong = wrong(urls, number, &listed.tenant);
                right += usize::from(wrong.is_empty());
                checks.extend(wrong);
            }
            None => checks.extend(nobodys(urls, number)),
        }
    }
    if right > 0 {
        let leads = if right == 1 { "leads" } else { "lead" };
        checks.insert(0, Check::green(Area::Twilio, format!("{} {leads} here", count(right, "number"))));
    }
    checks
}

/// Numbers of ours that none of the accounts has.
pub(super) fn missing(numbers: &[ListedNumber], at_twilio: &[TwilioNumber]) -> Vec<Check> {
    let is_there =
        |number: &ListedNumber| at_twilio.iter().any(|there| there.phone_number == number.phone_number);
    let missing = numbers.iter().filter(|number| number.is_active && !is_there(number));
    missing
        .map(|number| {
            Check::warning(
                Area::Twilio,
                format!("{} of {} is in none of the accounts", number.phone_number, number.tenant),
                "store the token of the account that has it, or correct the number",
            )
        })
        .collect()
}

fn wrong(urls: &[&str], number: &TwilioNumber, tenant: &str) -> Vec<Check> {
    let name = format!("{} of {tenant}", number.phone_number);
    let base = *urls.first().unwrap_or(&"");
    if let Some(what) = overriding(number) {
        return vec![Check::red(
            Area::Twilio,
            format!("{name}: {what} overrides its URLs, so that no call comes here"),
            format!("take it off the number, and set \"A call comes in\" to {base}{VOICE}"),
        )];
    }
    let settings = [voice, status, fallback].map(|judge| judge(urls, base, number, &name));
    settings.into_iter().flatten().collect()
}

fn overriding(number: &TwilioNumber) -> Option<&'static str> {
    if is_set(number.trunk_sid.as_deref()) {
        Some("a SIP trunk")
    } else if is_set(number.voice_application_sid.as_deref()) {
        Some("a TwiML application")
    } else {
        None
    }
}

fn voice(urls: &[&str], base: &str, number: &TwilioNumber, name: &str) -> Option<Check> {
    let red = |what: String| {
        let remedy = format!("set \"A call comes in\" to {base}{VOICE}, HTTP POST");
        Check::red(Area::Twilio, format!("{name}: {what}"), remedy)
    };
    let url = number.voice_url.as_deref().unwrap_or_default();
    if !is_ours(urls, url, VOICE) {
        return Some(red(format!("its calls go {}", whither(url))));
    }
    (!is_post(number.voice_method.as_deref())).then(|| red("its calls come by GET".to_owned()))
}

fn status(urls: &[&str], base: &str, number: &TwilioNumber, name: &str) -> Option<Check> {
    let remedy = format!("set \"Call status changes\" to {base}{STATUS}{RETRIES}, HTTP POST");
    let url = number.status_callback.as_deref().unwrap_or_default();
    let (address, fragment) =
        url.split_once('#').map_or((url, ""), |(address, fragment)| (address, fragment));
    if !is_ours(urls, address, STATUS) {
        let what = format!("{name}: how its calls end is told {}", whither(url));
        return Some(Check::red(Area::Twilio, what, remedy));
    }
    if !is_post(number.status_callback_method.as_deref()) {
        let what = format!("{name}: how its calls end is told by GET");
        return Some(Check::red(Area::Twilio, what, remedy));
    }
    (format!("#{fragment}") != RETRIES).then(|| {
        let what = format!("{name}: Twilio does not repeat a status that could not be written");
        Check::warning(Area::Twilio, what, remedy)
    })
}

/// A number works without it, until our answer is lost on its way.
fn fallback(urls: &[&str], base: &str, number: &TwilioNumber, name: &str) -> Option<Check> {
    let url = number.voice_fallback_url.as_deref().unwrap_or_default();
    let is_right = is_ours(urls, url, FALLBACK) && is_post(number.voice_fallback_method.as_deref());
    (!is_right).then(|| {
        Check::warning(
            Area::Twilio,
            format!("{name}: a call whose answer is lost goes {}", whither(url)),
            format!("set \"Primary handler fails\" to {base}{FALLBACK}, HTTP POST"),
        )
    })
}

/// A number that leads here and belongs to no tenant.
fn nobodys(urls: &[&str], number: &TwilioNumber) -> Option<Check> {
    let url = number.voice_url.as_deref().unwrap_or_default();
    (overriding(number).is_none() && is_ours(urls, url, VOICE)).then(|| {
        Check::warning(
            Area::Twilio,
            format!(
                "{} leads here and belongs to no tenant: its calls go to quarantine",
                number.phone_number
            ),
            format!("`switchboard number create --tenant SLUG {}`", number.phone_number),
        )
    })
}

/// Where a URL leads, without its query: it may hold a key.
fn whither(url: &str) -> String {
    match url.split(['?', '#']).next().filter(|url| !url.is_empty()) {
        Some(url) => format!("to {url}"),
        None => "nowhere".to_owned(),
    }
}

fn is_ours(urls: &[&str], url: &str, path: &str) -> bool {
    urls.iter().any(|base| url.strip_prefix(base) == Some(path))
}

fn is_set(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

/// POST is what Twilio does unless it is told otherwise.
fn is_post(method: Option<&str>) -> bool {
    method.is_none_or(|method| method.eq_ignore_ascii_case("POST"))
}

#[cfg(test)]
mod tests {
    use super::super::check::Mark;
    use super::*;

    const BASE: &str = "https://phone.example.com";

    fn ours() -> Vec<ListedNumber> {
        vec![ListedNumber {
            phone_number: "+12145550100".to_owned(),
            label: None,
            is_primary: true,
            tenant: "acme".to_owned(),
            company_name: "Acme".to_owned(),
            is_active: true,
        }]
    }

    fn right() -> TwilioNumber {
        TwilioNumber {
            phone_number: "+12145550100".to_owned(),
            voice_url: Some(format!("{BASE}{VOICE}")),
            voice_fallback_url: Some(format!("{BASE}{FALLBACK}")),
            status_callback: Some(format!("{BASE}{STATUS}{RETRIES}")),
            ..TwilioNumber::default()
        }
    }

    fn said(number: TwilioNumber) -> (Mark, String) {
        let checks = checks(&[BASE], &ours(), &[number]);
        assert_eq!(checks.len(), 1, "{checks:?}");
        (checks[0].mark, format!("{} {}", checks[0].what, checks[0].remedy.clone().unwrap_or_default()))
    }

    #[test]
    fn a_number_that_leads_here_is_green() {
        assert_eq!(said(right()), (Mark::Green, "1 number leads here ".to_owned()));
    }

    #[test]
    fn each_thing_that_leads_a_call_astray_is_named() {
        let some = |text: &str| Some(text.to_owned());
        let table = [
            (
                TwilioNumber { voice_url: some("https://old.example.com/in?key=1"), ..right() },
                Mark::Red,
                "go to https://old.example.com/in set",
            ),
            (TwilioNumber { voice_url: None, ..right() }, Mark::Red, "go nowhere"),
            (
                TwilioNumber { voice_url: some("https://phone.example.com/twilio/voice/"), ..right() },
                Mark::Red,
                "A call comes in",
            ),
            (TwilioNumber { voice_method: some("GET"), ..right() }, Mark::Red, "by GET"),
            (TwilioNumber { trunk_sid: some("TK1"), ..right() }, Mark::Red, "SIP trunk overrides"),
            (
                TwilioNumber { voice_application_sid: some("AP1"), ..right() },
                Mark::Red,
                "TwiML application overrides",
            ),
            (TwilioNumber { status_callback: some(""), ..right() }, Mark::Red, "told nowhere"),
            (TwilioNumber { status_callback_method: some("GET"), ..right() }, Mark::Red, "told by GET"),
            (
                TwilioNumber { voice_fallback_url: some(""), ..right() },
                Mark::Warning,
                "Primary handler fails",
            ),
            (
                TwilioNumber { status_callback: Some(format!("{BASE}{STATUS}")), ..right() },
                Mark::Warning,
                "#rc=5&rp=5xx,ct,rt",
            ),
            (
                TwilioNumber { phone_number: "+12145550199".to_owned(), ..right() },
                Mark::Warning,
                "belongs to no tenant",
            ),
        ];

        for (number, mark, expected) in table {
            let (marked, said) = said(number);

            assert_eq!(marked, mark, "{said}");
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn a_number_that_no_account_has_is_named() {
        let checks = missing(&ours(), &[]);

        assert!(checks.len() == 1 && checks[0].what.contains("+12145550100 of acme"), "{checks:?}");
        assert!(missing(&ours(), &[right()]).is_empty());
    }
}
