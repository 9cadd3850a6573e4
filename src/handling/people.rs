//! Who is called: the ring list, and the ladder of an emergency.
//!
//! Promises: a telephone that can't be read is left out, and the others are rung. Doesn't: know when.

use serde_json::{Value, json};

use super::field::Field;
use super::mistake::{LONGEST_PHRASE, Wrong};
use super::reader::Reader;
use crate::routing::{Acceptance, Manner, Phone, RingList};

/// Most telephones of a list.
pub const MOST_PHONES: usize = 20;
/// Most telephones that ring at once: what one Dial of Twilio's takes.
pub const MOST_TOGETHER: usize = 10;
const USUAL_SECONDS: u16 = 20;

const RING: &str = "an object with `phones`, `manner` and `acceptance`";
const PHONES: &str =
    "a list of telephones such as [{\"name\": \"Ann\", \"number\": \"+12145550199\", \"seconds\": 20}]";
const PHONE: &str = "a telephone with `name`, `number` and `seconds`";
const MANNERS: [(&str, Manner); 2] = [("in_order", Manner::InOrder), ("together", Manner::Together)];
const ACCEPTANCES: [(&str, Acceptance); 2] =
    [("press_one", Acceptance::PressOne), ("pick_up", Acceptance::PickUp)];

/// A ring list.
pub(super) fn read_ring(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<RingList> {
    let object = reader.object(value, at, &["phones", "manner", "acceptance"], RING)?;
    let phones = read_phones(object.get("phones"), at.named("phones"), reader);
    let manner = reader.word(
        object.get("manner"),
        at.named("manner"),
        &MANNERS,
        "`in_order` (one after the other) or `together`",
    );
    let acceptance = reader.word(
        object.get("acceptance"),
        at.named("acceptance"),
        &ACCEPTANCES,
        "`press_one` (whoever picks up is asked to press 1, which no voicemail does) or `pick_up`",
    );
    if manner == Some(Manner::Together) && phones.len() > MOST_TOGETHER {
        reader.note::<()>(at.named("phones"), Wrong::TooManyTogether(MOST_TOGETHER));
    }
    let usual = nobody();
    Some(RingList {
        phones,
        manner: manner.unwrap_or(usual.manner),
        acceptance: acceptance.unwrap_or(usual.acceptance),
    })
}

/// The ring list of a firm that has written none.
pub(super) fn nobody() -> RingList {
    RingList { phones: Vec::new(), manner: Manner::InOrder, acceptance: Acceptance::PressOne }
}

/// The same list as JSON.
pub(super) fn write_ring(ring: &RingList) -> Value {
    json!({
        "phones": write_phones(&ring.phones),
        "manner": word_of(&ring.manner, &MANNERS),
        "acceptance": word_of(&ring.acceptance, &ACCEPTANCES),
    })
}

/// A list of telephones.
pub(super) fn read_phones(value: Option<&Value>, at: Field<'_>, reader: &mut Reader<'_>) -> Vec<Phone> {
    let list = reader.list(value, at, MOST_PHONES, PHONES).iter().enumerate();
    list.filter_map(|(number, phone)| read_phone(phone, at.numbered(number), reader)).collect()
}

fn read_phone(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<Phone> {
    let object = reader.object(value, at, &["name", "number", "seconds"], PHONE)?;
    let name = object.get("name").and_then(|name| reader.text_of(name, at.named("name"), LONGEST_PHRASE));
    let seconds = reader.amount(object.get("seconds"), at.named("seconds"), 5..=60).unwrap_or(USUAL_SECONDS);
    let number = reader.callable(object.get("number"), at.named("number"))?;
    Some(Phone { name, number, seconds })
}

/// The same list as JSON.
pub(super) fn write_phones(phones: &[Phone]) -> Value {
    let write = |Phone { name, number, seconds }: &Phone| json!({ "name": name, "number": number.as_str(), "seconds": seconds });
    phones.iter().map(write).collect()
}

fn word_of<T: PartialEq>(meaning: &T, words: &[(&'static str, T)]) -> &'static str {
    words.iter().find(|(_, known)| known == meaning).map_or("", |(word, _)| word)
}
