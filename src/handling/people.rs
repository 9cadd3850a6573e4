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

/// A telephone, and what people call whoever has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPhone {
    /// For people alone.
    pub name: Option<String>,
    /// What is rung.
    pub phone: Phone,
}

/// Who is rung within hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The telephones.
    pub phones: Vec<NamedPhone>,
    /// One after the other, or at once.
    pub manner: Manner,
    /// What counts as an answer.
    pub acceptance: Acceptance,
}

/// Nobody.
impl Default for Ring {
    fn default() -> Self {
        Self { phones: Vec::new(), manner: Manner::InOrder, acceptance: Acceptance::PressOne }
    }
}

impl Ring {
    pub(super) fn read(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let object = reader.object(value, at, &["phones", "manner", "acceptance"], RING)?;
        let usual = Self::default();
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
        Some(Self {
            phones,
            manner: manner.unwrap_or(usual.manner),
            acceptance: acceptance.unwrap_or(usual.acceptance),
        })
    }

    pub(super) fn write(&self) -> Value {
        json!({
            "phones": write_phones(&self.phones),
            "manner": word_of(&self.manner, &MANNERS),
            "acceptance": word_of(&self.acceptance, &ACCEPTANCES),
        })
    }

    /// What routing needs of it.
    pub(super) fn list(&self) -> RingList {
        RingList { phones: plain(&self.phones), manner: self.manner, acceptance: self.acceptance }
    }
}

/// The telephones alone.
pub(super) fn plain(phones: &[NamedPhone]) -> Vec<Phone> {
    phones.iter().map(|named| named.phone.clone()).collect()
}

/// A list of telephones.
pub(super) fn read_phones(value: Option<&Value>, at: Field<'_>, reader: &mut Reader<'_>) -> Vec<NamedPhone> {
    let list = reader.list(value, at, MOST_PHONES, PHONES).iter().enumerate();
    list.filter_map(|(number, phone)| read_phone(phone, at.numbered(number), reader)).collect()
}

fn read_phone(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<NamedPhone> {
    let object = reader.object(value, at, &["name", "number", "seconds"], PHONE)?;
    let name = object.get("name").and_then(|name| reader.text_of(name, at.named("name"), LONGEST_PHRASE));
    let seconds = reader.amount(object.get("seconds"), at.named("seconds"), 5..=60).unwrap_or(USUAL_SECONDS);
    let number = reader.callable(object.get("number"), at.named("number"))?;
    Some(NamedPhone { name, phone: Phone { number, seconds } })
}

/// The same list as JSON.
pub(super) fn write_phones(phones: &[NamedPhone]) -> Value {
    let write = |NamedPhone { name, phone }: &NamedPhone| json!({ "name": name, "number": phone.number.as_str(), "seconds": phone.seconds });
    phones.iter().map(write).collect()
}

fn word_of<T: PartialEq>(meaning: &T, words: &[(&'static str, T)]) -> &'static str {
    words.iter().find(|(_, known)| known == meaning).map_or("", |(word, _)| word)
}
