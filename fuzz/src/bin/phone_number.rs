//! Phone numbers and callers: what is taken has the shape of E.164 and is taken again, and a mask hides it.
//!
//! The first line is a time zone, the second what somebody typed, dialled or sent.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use switchboard_fuzz::twilio::phone_number::{CallerId, E164PhoneNumber};
use switchboard_fuzz::twilio::region::Region;

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(input) = std::str::from_utf8(input) else { return Corpus::Reject };
    let (time_zone, text) = input.split_once('\n').unwrap_or(("", input));
    let sent = E164PhoneNumber::parse(text);
    assert_eq!(sent.is_ok(), has_the_shape(text));
    if let Ok(number) = &sent {
        assert_eq!(number.as_str(), text);
        is_masked(number);
    }
    if let Ok(number) = E164PhoneNumber::parse_typed(text, Region::of_time_zone(time_zone)) {
        assert!(has_the_shape(number.as_str()));
        is_masked(&number);
        is_typed_again(&number, Region::of_time_zone(time_zone));
        is_typed_again(&number, Region::default());
    }
    is_some_caller(text, sent.ok().as_ref());
    Corpus::Keep
});

/// ITU-T E.164: up to fifteen digits, the first of which is none of a trunk.
fn has_the_shape(text: &str) -> bool {
    let mut digits = text.chars();
    digits.next() == Some('+')
        && matches!(digits.next(), Some('1'..='9'))
        && (1..=14).contains(&digits.clone().count())
        && digits.all(|digit| digit.is_ascii_digit())
}

/// What we store of a number that a person typed must be the same number when it is read again, in any region.
fn is_typed_again(number: &E164PhoneNumber, region: Region) {
    let again = E164PhoneNumber::parse_typed(number.as_str(), region);
    assert_eq!(again.as_ref().map(E164PhoneNumber::as_str), Ok(number.as_str()));
}

fn is_masked(number: &E164PhoneNumber) {
    let (masked, whole) = (number.masked(), number.as_str());
    assert_eq!(format!("{number:?}"), masked);
    let (start, end) = masked.split_once("•••").expect("a mask has a gap");
    assert!(whole.starts_with(start) && whole.ends_with(end), "the mask shows another number");
    assert!(start.len() <= 4 && end.len() <= 4, "the mask shows too much");
    assert!(whole.len() < 7 || start.len() + end.len() < whole.len(), "nothing is hidden");
}

fn is_some_caller(text: &str, number: Option<&E164PhoneNumber>) {
    let caller = CallerId::parse(text);
    let shown = match &caller {
        CallerId::Known(known) => {
            assert_eq!(Some(known), number);
            return;
        }
        CallerId::Withheld => {
            assert!(text.len() <= 12, "no word for a withheld number is as long");
            "withheld"
        }
        CallerId::Client(name) => {
            assert_eq!(text.strip_prefix("client:"), Some(name.as_str()));
            "client:•••"
        }
        CallerId::Sip(address) => {
            assert!(address == text && number.is_none());
            "sip:•••"
        }
        CallerId::Other(other) => {
            assert!(other == text && number.is_none());
            "other:•••"
        }
    };
    assert_eq!((caller.masked().as_str(), format!("{caller:?}").as_str()), (shown, shown));
}
