//! Thousands of requests that are almost genuine: none is accepted.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use switchboard::twilio::form::FormParameters;

use crate::support::{Call, Dice, STATUS, Stage, Twilio, VOICE, Webhook};

const FORM: &str = "application/x-www-form-urlencoded";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

/// What Twilio signs beside the URL: sorted names and values without anything in between. Two bodies with the same text
/// share a signature, and no receiver can tell them apart.
fn signed_text(body: &[u8]) -> Option<String> {
    let form = FormParameters::parse(body).ok()?;
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in form.iter() {
        sorted.entry(name).or_default().insert(value);
    }
    Some(sorted.iter().flat_map(|(name, values)| values.iter().flat_map(|value| [*name, *value])).collect())
}

/// A body with its genuine signature.
struct Genuine {
    webhook: Webhook,
    body: Vec<u8>,
    signature: String,
}

impl Genuine {
    fn new(webhook: Webhook) -> Self {
        Self { body: webhook.encoded_body(), signature: webhook.signature(), webhook }
    }

    /// Another body; none where Twilio's scheme can't tell the two apart.
    fn with_body(&self, body: Vec<u8>) -> Option<Webhook> {
        let differs = signed_text(&body) != signed_text(&self.body);
        differs.then(|| self.webhook.clone().with_body(FORM, body).with_signatures(&[&self.signature]))
    }

    fn with_signature(&self, signature: &[u8]) -> Option<Webhook> {
        let signature = std::str::from_utf8(signature).unwrap();
        (signature != self.signature).then(|| self.webhook.clone().with_signatures(&[signature]))
    }

    /// One byte of the body turned, left out or put in; the body broken off.
    fn edits_of_the_body(&self) -> impl Iterator<Item = Webhook> {
        let places = 0..self.body.len();
        let edits = places.flat_map(|place| {
            let (before, after) = self.body.split_at(place);
            let turned = [before, &[after[0] ^ (1 << (place % 7))], &after[1..]].concat();
            let left_out = [before, &after[1..]].concat();
            let put_in = [before, b"0", after].concat();
            [turned, left_out, put_in, before.to_vec()]
        });
        edits.filter_map(|body| self.with_body(body))
    }

    /// One character of the signature replaced by another.
    fn edits_of_the_signature(&self) -> impl Iterator<Item = Webhook> {
        let signature = self.signature.as_bytes();
        let edits = (0..signature.len()).flat_map(move |place| {
            BASE64.iter().step_by(7).map(move |letter| {
                let mut edited = signature.to_vec();
                edited[place] = *letter;
                edited
            })
        });
        edits.filter_map(|signature| self.with_signature(&signature))
    }

    /// Each parameter left out, renamed, changed, joined by another, or with the value of its neighbour.
    fn edits_of_the_parameters(&self) -> impl Iterator<Item = Webhook> {
        let parameters = &self.webhook.parameters;
        let edits = (0..parameters.len()).flat_map(move |place| {
            let (name, value) = &parameters[place];
            let changed = |name: &str, value: &str| {
                let mut edited = parameters.clone();
                edited[place] = (name.to_owned(), value.to_owned());
                edited
            };
            let mut left_out = parameters.clone();
            left_out.remove(place);
            let mut joined = parameters.clone();
            joined.push((name.clone(), "another".to_owned()));
            let neighbour = &parameters[(place + 1) % parameters.len()].1;
            [
                left_out,
                joined,
                changed(name, neighbour),
                changed(name, ""),
                changed(name, &format!("{value} ")),
                changed(&name.to_uppercase(), value),
            ]
        });
        edits.filter_map(|pairs| self.with_body(FormParameters::from_pairs(pairs).encode().into_bytes()))
    }

    /// Several bytes anywhere, by chance.
    fn random_edits(&self, dice: &mut Dice, count: usize) -> Vec<Webhook> {
        let edit = |dice: &mut Dice| {
            let mut body = self.body.clone();
            for _ in 0..=dice.below(4) {
                let (place, byte) = (dice.below(body.len()), self.body[dice.below(self.body.len())]);
                match dice.below(3) {
                    0 => body[place] = byte,
                    1 => body.insert(place, byte),
                    _ => drop(body.remove(place)),
                }
            }
            self.with_body(body)
        };
        (0..count).filter_map(|_| edit(dice)).collect()
    }

    /// The same body at another address.
    fn other_addresses(&self) -> Vec<Webhook> {
        let query = ["", "x", "AccountSid=", "bodySHA256=0", "CallSid=CA1"];
        let doors = [VOICE, STATUS, "/twilio/t/0/voice/step/ring-0-pickup"];
        let moved = doors.map(|door| self.webhook.clone().at(door));
        query
            .iter()
            .map(|query| self.webhook.clone().with_query(query))
            .chain(moved)
            .map(|webhook| webhook.with_signatures(&[&self.signature]))
            .filter(|webhook| webhook.path() != self.webhook.path())
            .collect()
    }
}

#[tokio::test]
async fn no_mutation_of_a_genuine_request_is_accepted() {
    let mut dice = Dice::new();
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let stored = Twilio::account(2);
    stage.store_account(&stored, Some(&acme)).await;
    let app = stage.open().await;
    let before = stage.database.contents().await;
    let call = Call::to(&acme.number, 1);
    let genuine = [
        stored.voice(&call),
        stage.agency.status(&call, "completed", 3),
        stage.agency.dial_result(&acme, &call, "completed"),
    ]
    .map(Genuine::new);

    let mut tried = 0;
    for original in &genuine {
        let mutations = original
            .edits_of_the_signature()
            .chain(original.edits_of_the_parameters())
            .chain(original.other_addresses())
            .chain(original.random_edits(&mut dice, 300));
        for mutation in mutations.chain(original.edits_of_the_body()) {
            let answer = app.post(&mutation).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{mutation:?}");
            tried += 1;
        }
    }

    assert!(tried > 1_000, "{tried} mutations");
    assert_eq!(stage.database.contents().await, before);
    for original in &genuine {
        let answer = app.post(&original.webhook).await;
        assert!(answer.status.is_success(), "the originals are genuine: {answer:?}");
    }
}
