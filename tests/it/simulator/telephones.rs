//! Telephones: who is put through, and what is told of it.

use switchboard::simulator::{Callee, End, Leaves, Who};
use switchboard::twilio::phone_number::E164PhoneNumber;

use super::product::{Product, Said, seconds};
use super::{ANN, BOB, phones};

/// A dialled leg's statuses by its number, in the order of their arrival.
fn leg_statuses(product: &Product) -> Vec<(String, String)> {
    let of_legs = product.asked().into_iter().filter(|asked| asked.path == "/leg-status");
    of_legs.map(|asked| (asked.get("To").to_owned(), asked.get("CallStatus").to_owned())).collect()
}

fn dial(inside: &str) -> Said {
    Said::twiml(&format!(
        "<Dial action=\"/dialled\" timeout=\"20\" timeLimit=\"600\">{inside}</Dial><Say>never said</Say>"
    ))
}

fn telephone(number: &str) -> String {
    format!(
        "<Number url=\"/whisper\" statusCallback=\"/leg-status\" statusCallbackEvent=\"initiated ringing answered completed\">\
         {number}</Number>"
    )
}

/// A person presses 1; nothing, or another key, ends the leg.
pub(super) async fn firm(numbers: &[&str]) -> Product {
    let inside: String = numbers.iter().map(|number| telephone(number)).collect();
    let whisper = "<Gather action=\"/accept\" numDigits=\"1\" timeout=\"4\"><Say>Press 1 to take it.</Say></Gather><Hangup/>";
    Product::answering(&[
        ("/twilio/voice", dial(&inside)),
        ("/whisper", Said::twiml(whisper)),
        ("/accept", Said::twiml("")),
        ("/dialled", Said::twiml("<Say>Goodbye.</Say>")),
    ])
    .await
}

#[tokio::test]
async fn a_person_who_accepts_is_put_through_and_talks() {
    let product = firm(&[ANN]).await;

    let conversation = product.called(&phones(&[Callee::Accepts])).await;

    let dialled = product.asked_at("/dialled");
    let told = ["DialCallStatus", "DialBridged", "CallStatus"].map(|name| dialled.get(name));
    assert_eq!(told, ["completed", "true", "in-progress"]);
    let whisper = product.asked_at("/whisper");
    assert_eq!(whisper.get("CallSid"), dialled.get("DialCallSid"));
    assert_eq!(whisper.get("ParentCallSid"), dialled.get("CallSid"));
    assert_eq!(
        (whisper.get("To"), whisper.get("From"), whisper.get("Direction")),
        (ANN, "+19725550123", "outbound-dial")
    );
    assert_eq!(product.asked_at("/accept").get("Digits"), "1");
    let talk = &conversation.truth.talks[0];
    assert_eq!((talk.number.as_str(), talk.with, talk.lasted), (ANN, Who::Person, seconds(38)));
    assert_eq!(conversation.said(), ["Goodbye."], "what stands behind <Dial action> is never said");
    let statuses: Vec<_> = leg_statuses(&product).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["initiated", "ringing", "in-progress", "completed"]);
}

#[tokio::test]
async fn a_voicemail_presses_nothing_and_is_not_put_through() {
    let product = firm(&[ANN]).await;

    let conversation = product.called(&phones(&[Callee::Voicemail])).await;

    let dialled = product.asked_at("/dialled");
    assert_eq!((dialled.get("DialCallStatus"), dialled.get("DialBridged")), ("completed", "false"));
    assert_eq!(
        product.paths(),
        ["/twilio/voice", "/leg-status", "/leg-status", "/whisper", "/leg-status", "/dialled", "/leg-status"]
    );
    assert!(conversation.truth.talks.is_empty());
}

#[tokio::test]
async fn a_whisper_is_no_place_for_a_dial() {
    let inside = telephone(ANN);
    let product = Product::answering(&[
        ("/twilio/voice", dial(&inside)),
        ("/whisper", Said::twiml("<Dial>+12145550197</Dial>")),
        ("/dialled", Said::twiml("")),
    ])
    .await;

    product.called(&phones(&[Callee::Accepts])).await;

    assert_eq!(product.asked_at("/dialled").get("DialBridged"), "false");
}

#[tokio::test]
async fn without_a_whisper_whatever_picks_up_is_put_through() {
    for (callee, with) in [(Callee::Accepts, Who::Person), (Callee::Voicemail, Who::Machine)] {
        let product = Product::answering(&[
            ("/twilio/voice", dial(&format!("<Number>{ANN}</Number>"))),
            ("/dialled", Said::twiml("")),
        ])
        .await;

        let conversation = product.called(&phones(&[callee])).await;

        assert_eq!(product.asked_at("/dialled").get("DialBridged"), "true");
        assert_eq!(conversation.truth.talks[0].with, with);
    }
}

#[tokio::test]
async fn nobody_is_reached_in_twilios_words() {
    for (callee, status, leg_status, lasted) in [
        (Callee::Ignores, "no-answer", "no-answer", 20),
        (Callee::Busy, "busy", "busy", 1),
        (Callee::Unreachable, "failed", "failed", 1),
    ] {
        let product = firm(&[ANN]).await;

        let conversation = product.called(&phones(&[callee])).await;

        let dialled = product.asked_at("/dialled");
        assert_eq!((dialled.get("DialCallStatus"), dialled.get("DialBridged")), (status, "false"));
        assert_eq!(dialled.form.get("DialCallDuration"), None);
        assert_eq!(leg_statuses(&product).pop(), Some((ANN.into(), leg_status.into())));
        // "Goodbye." takes half a second.
        assert_eq!(conversation.truth.lasted.as_secs(), lasted);
        assert_eq!(
            (conversation.truth.rang.as_slice(), conversation.truth.talks.len()),
            (&[ANN.to_owned()][..], 0)
        );
    }
}

#[tokio::test]
async fn of_several_telephones_the_first_that_accepts_has_the_call() {
    let product = firm(&[ANN, BOB]).await;
    let mut script = phones(&[Callee::Accepts, Callee::Accepts]);
    script.people.phones[0].after = seconds(7);

    let conversation = product.called(&script).await;

    assert_eq!(conversation.truth.talks.len(), 1);
    assert_eq!(conversation.truth.talks[0].number, BOB);
    assert_eq!(conversation.truth.rang, [ANN, BOB]);
    let last_of = |number| leg_statuses(&product).into_iter().rev().find(|(to, _)| to == number).unwrap().1;
    assert_eq!((last_of(BOB), last_of(ANN)), ("completed".into(), "completed".into()));
    assert_eq!(product.paths().iter().filter(|path| *path == "/accept").count(), 1);
}

#[tokio::test]
async fn a_number_can_have_a_person_of_its_own() {
    let product = firm(&[ANN, BOB]).await;
    let mut script = phones(&[Callee::Accepts]);
    script.people.by_number.insert(E164PhoneNumber::parse(ANN).unwrap(), Callee::Busy.into());

    let conversation = product.called(&script).await;

    assert_eq!(conversation.truth.talks[0].number, BOB);
    assert!(leg_statuses(&product).contains(&(ANN.into(), "busy".into())));
}

#[tokio::test]
async fn a_telephone_that_still_rings_is_let_go_when_another_one_has_the_call() {
    let product = firm(&[ANN, BOB]).await;

    let conversation = product.called(&phones(&[Callee::Ignores, Callee::Accepts])).await;

    assert_eq!(conversation.truth.talks[0].number, BOB);
    assert!(leg_statuses(&product).contains(&(ANN.into(), "canceled".into())));
}

#[tokio::test]
async fn whoever_waits_in_vain_hangs_up_and_the_action_is_told_nonetheless() {
    let product = firm(&[ANN]).await;
    let mut script = phones(&[Callee::Ignores]);
    script.people.caller.leaves = Leaves::After(seconds(9));

    let conversation = product.called(&script).await;

    let dialled = product.asked_at("/dialled");
    assert_eq!((dialled.get("DialCallStatus"), dialled.get("CallStatus")), ("canceled", "completed"));
    assert_eq!((conversation.truth.end, conversation.truth.lasted), (End::CallerLeft, seconds(9)));
    assert!(conversation.said().is_empty(), "nobody is left to hear the answer");
}

#[tokio::test]
async fn a_conversation_is_cut_off_at_its_limit() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml(&format!("<Dial action=\"/dialled\" timeLimit=\"10\">{ANN}</Dial>"))),
        ("/dialled", Said::twiml("")),
    ])
    .await;

    let conversation = product.called(&phones(&[Callee::Accepts])).await;

    assert_eq!(conversation.truth.talks[0].lasted, seconds(10));
    assert_eq!(product.asked_at("/dialled").get("DialCallDuration"), "10");
}

#[tokio::test]
async fn without_an_action_the_next_verb_follows() {
    let product = Product::saying(&format!("<Dial>{ANN}</Dial><Say>Back again.</Say>")).await;

    let conversation = product.called(&phones(&[Callee::Busy])).await;

    assert_eq!(conversation.said(), ["Back again."]);
}

#[tokio::test]
async fn a_recorded_conversation_is_told_to_the_action_and_to_whoever_waits_for_it() {
    let product = Product::answering(&[
        (
            "/twilio/voice",
            Said::twiml(&format!(
                "<Dial action=\"/dialled\" record=\"record-from-answer-dual\" recordingStatusCallback=\"/recorded-status\" \
                 callerId=\"+12145550100\">{ANN}</Dial>"
            )),
        ),
        ("/dialled", Said::twiml("")),
    ])
    .await;

    product.called(&phones(&[Callee::Accepts])).await;

    let (dialled, recorded) = (product.asked_at("/dialled"), product.asked_at("/recorded-status"));
    assert_eq!(dialled.get("RecordingUrl"), recorded.get("RecordingUrl"));
    assert_eq!(dialled.get("CallSid"), recorded.get("CallSid"), "the parent's");
    let told = ["RecordingSource", "RecordingChannels", "RecordingDuration", "RecordingStatus"];
    assert_eq!(told.map(|name| recorded.get(name)), ["DialVerb", "2", "38", "completed"]);
}
