//! Which telephone numbers may stand in the settings.
//!
//! Promises: what somebody saves is a number that a numbering plan has, in a country that the firm's calls may go to, and
//! not one that is answered here. Doesn't: hold up a call: what is stored is read by its shape alone, and routing refuses
//! each number that it must not dial.

use super::mistake::Wrong;
use crate::routing::CountryCode;
use crate::twilio::phone_number::{E164PhoneNumber, InvalidPhoneNumber};
use crate::twilio::region::Region;

/// What is asked of a number.
#[derive(Clone, Debug)]
pub(super) struct Reach<'r> {
    notation: Notation,
    own: &'r [E164PhoneNumber],
    countries: Vec<CountryCode>,
}

/// How a number is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notation {
    /// In E.164.
    Stored,
    /// As people type it in this region; or in E.164.
    Typed(Region),
}

impl<'r> Reach<'r> {
    /// Where nothing is asked but the shape.
    pub(super) fn of_a_call() -> Self {
        Self::new(Notation::Stored, &[])
    }

    /// With the tenant's own numbers.
    pub(super) fn new(notation: Notation, own: &'r [E164PhoneNumber]) -> Self {
        Self { notation, own, countries: Vec::new() }
    }

    /// The countries that the settings name; none: those of the tenant's own numbers, and all while it has no number.
    pub(super) fn limit_to(&mut self, named: &[CountryCode]) {
        self.countries =
            if named.is_empty() { self.own.iter().map(CountryCode::of).collect() } else { named.to_vec() };
    }

    pub(super) fn read(&self, text: &str) -> Result<E164PhoneNumber, InvalidPhoneNumber> {
        match self.notation {
            Notation::Stored => E164PhoneNumber::parse(text),
            Notation::Typed(region) => E164PhoneNumber::parse_typed(text, region),
        }
    }

    /// Why nobody may be called there.
    pub(super) fn fault(&self, number: &E164PhoneNumber) -> Option<Wrong> {
        if self.own.contains(number) {
            return Some(Wrong::OwnLine);
        }
        let is_allowed =
            self.countries.is_empty() || self.countries.iter().any(|country| country.covers(number));
        (!is_allowed).then(|| Wrong::Abroad(CountryCode::of(number)))
    }
}
