//! What is a number, who is a caller, and what of them may show.

use proptest::prelude::*;

use super::*;

fn known(text: &str) -> E164PhoneNumber {
    E164PhoneNumber::parse(text).unwrap()
}

fn typed(text: &str, time_zone: &str) -> Result<String, InvalidPhoneNumber> {
    E164PhoneNumber::parse_typed(text, Region::of_time_zone(time_zone))
        .map(|number| number.as_str().to_owned())
}

#[test]
fn what_twilio_sends_counts_by_its_shape() {
    for text in ["+12145550100", "+12", "+123456789012345", "+1234567890"] {
        assert_eq!(known(text).as_str(), text);
    }
    for text in [
        "",
        "+",
        "+1",
        "12145550100",
        "+0123456",
        "+1234567890123456",
        " +12145550100",
        "+1214555010a",
        "+1٢",
    ] {
        assert_eq!(E164PhoneNumber::parse(text), Err(InvalidPhoneNumber::NotE164), "{text:?}");
    }
}

#[test]
fn what_people_type_is_read_in_the_region_of_their_time_zone() {
    let table = [
        ("(214) 555-0100", "America/Chicago", "+12145550100"),
        ("1-214-555-0100", "", "+12145550100"),
        ("+1 500 555 0006", "Europe/Berlin", "+15005550006"),
        ("020 7946 0958", "Europe/London", "+442079460958"),
        ("030 901820", "Europe/Berlin", "+4930901820"),
        ("+49 30 901820", "America/Chicago", "+4930901820"),
    ];

    for (text, time_zone, expected) in table {
        assert_eq!(typed(text, time_zone).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_no_numbering_plan_has_is_refused() {
    for text in ["+1234567890", "911", "12345", "+1 555", "+266696687", "+12145550100123456"] {
        assert!(typed(text, "America/Chicago").is_err(), "{text}");
    }
    assert_eq!(typed("+1234567890", ""), Err(InvalidPhoneNumber::NotValid));
    assert_eq!(typed("anonymous", ""), Err(InvalidPhoneNumber::Unreadable));
    assert_eq!(typed("214-555-0100 ext. 7", ""), Err(InvalidPhoneNumber::Extension));
}

#[test]
fn a_context_that_the_library_stumbles_over_is_refused() {
    for text in ["1;phone-context=+1;tel:2", ";phone-context=atel:", "tel:5550100;phone-context=+1-214"] {
        assert_eq!(typed(text, ""), Err(InvalidPhoneNumber::Unreadable), "{text}");
    }
}

#[test]
fn a_mask_keeps_the_country_code_and_at_most_four_digits() {
    let table = [
        ("+12145550100", "+1•••0100"),
        ("+442079460958", "+44•••0958"),
        ("+353871234567", "+353•••4567"),
        ("+79161234567", "+7•••4567"),
        ("+2562533", "+256•••33"),
        ("+12", "+1•••"),
        ("+35", "+•••5"),
    ];

    for (number, mask) in table {
        assert_eq!(known(number).masked(), mask);
        assert_eq!(format!("{:?}", known(number)), mask);
    }
}

#[test]
fn a_caller_is_read_whatever_twilio_sends() {
    let withheld = [
        "",
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "unknown",
        "Unavailable",
        "Restricted",
        "Private",
        "Blocked",
        "+266696687",
        "+7378742833",
        "+86282452253",
        "+8656696",
        "+2562533",
    ];
    for text in withheld {
        assert!(CallerId::parse(text) == CallerId::Withheld, "{text:?}");
    }
    let table = [
        ("+12145550100", CallerId::Known(known("+12145550100"))),
        ("client:alice", CallerId::Client("alice".to_owned())),
        ("sip:a@example.com;x=1", CallerId::Sip("sip:a@example.com;x=1".to_owned())),
        ("sips:a@example.com", CallerId::Sip("sips:a@example.com".to_owned())),
        ("whatsapp:+12145550100", CallerId::Other("whatsapp:+12145550100".to_owned())),
        ("12345", CallerId::Other("12345".to_owned())),
        ("ACME", CallerId::Other("ACME".to_owned())),
        (" 12145550100", CallerId::Other(" 12145550100".to_owned())),
    ];
    for (text, expected) in table {
        assert!(CallerId::parse(text) == expected, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_mask_shows_more_than_the_country_code_and_four_digits(text in "\\+[1-9][0-9]{1,14}") {
        let masked = known(&text).masked();
        let (start, end) = masked.split_once("•••").unwrap();

        prop_assert!(text.starts_with(start) && text.ends_with(end));
        prop_assert!(start.len() <= 4 && end.len() <= 4);
        prop_assert!(start.len() + end.len() <= text.len());
        prop_assert!(text.len() < 7 || start.len() + end.len() < text.len());
    }

    #[test]
    fn any_caller_is_read_and_masked(text: String) {
        let caller = CallerId::parse(&format!("x{text}"));

        prop_assert_eq!(caller.masked(), "other:•••");
        prop_assert_eq!(format!("{caller:?}"), "other:•••");
    }
}
