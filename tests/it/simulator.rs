//! The simulator does with our TwiML what Twilio does.
//!
//! On the other side stands a product of a few documents, written here, so that each verb is looked at alone.

mod delivery;
mod failures;
mod messages;
mod product;
mod questions;
mod telephones;

use std::time::Duration;

use switchboard::simulator::{Answer, Callee, Caller, End, Leaves, People, Phone, Script};

use product::{Asked, Product, Said, seconds};

const ANN: &str = "+12145550199";
const BOB: &str = "+12145550198";

fn caller(caller: Caller) -> Script {
    Script { people: People { caller, ..People::default() }, ..Script::default() }
}

fn answering(answers: &[Answer]) -> Script {
    caller(Caller { answers: answers.to_vec(), ..Caller::default() })
}

fn keys(keys: &str) -> Answer {
    Answer::Keys(keys.into())
}

fn leaving_after(time: Duration) -> Script {
    caller(Caller { leaves: Leaves::After(time), ..Caller::default() })
}

fn phones(callees: &[Callee]) -> Script {
    let phones = callees.iter().map(|callee| Phone::from(*callee)).collect();
    Script { people: People { phones, ..People::default() }, ..Script::default() }
}

#[tokio::test]
async fn words_and_pauses_take_their_time_and_the_end_of_a_document_hangs_up() {
    let text = "a".repeat(45);
    let product =
        Product::saying(&format!("<Say>{text}</Say><Pause length=\"4\"/><Say loop=\"2\">{text}</Say>")).await;

    let conversation = product.called(&Script::default()).await;

    assert_eq!(conversation.said(), [&text, &text]);
    assert_eq!((conversation.truth.lasted, conversation.truth.end), (seconds(13), End::HungUp));
    let statuses: Vec<Asked> =
        product.asked().into_iter().filter(|asked| asked.path == "/twilio/voice/status").collect();
    let told: Vec<_> =
        statuses.iter().map(|asked| (asked.get("CallStatus"), asked.get("SequenceNumber"))).collect();
    assert_eq!(told, [("ringing", "0"), ("in-progress", "1"), ("completed", "2")]);
    assert_eq!(statuses[2].get("CallDuration"), "13");
    assert_eq!(statuses[2].get("Timestamp"), "Tue, 03 Mar 2026 17:02:24 +0000");
}

#[tokio::test]
async fn a_caller_who_hangs_up_hears_no_more() {
    let product =
        Product::saying("<Say>one</Say><Pause length=\"9\"/><Say>two</Say><Redirect>/next</Redirect>").await;

    let conversation = product.called(&leaving_after(seconds(5))).await;

    assert_eq!(conversation.said(), ["one"]);
    assert_eq!((conversation.truth.lasted, conversation.truth.end), (seconds(5), End::CallerLeft));
    assert_eq!(product.paths(), ["/twilio/voice"]);
}

#[tokio::test]
async fn a_caller_can_hang_up_at_any_verb() {
    let product = Product::saying("<Say>one</Say><Say>two</Say><Pause length=\"9\"/><Say>three</Say>").await;
    let leaves = Leaves::AtVerb(3);

    let conversation = product.called(&caller(Caller { leaves, ..Caller::default() })).await;

    assert_eq!(conversation.said(), ["one", "two"]);
    assert_eq!(conversation.truth.end, End::CallerLeft);
}

#[tokio::test]
async fn a_rejected_call_is_never_taken() {
    for (reason, status) in [("busy", "busy"), ("rejected", "no-answer")] {
        let product = Product::saying(&format!("<Reject reason=\"{reason}\"/>")).await;

        let conversation = product.called(&Script::default()).await;

        assert_eq!(conversation.truth.end, End::Rejected);
        let last = product.asked().pop().unwrap();
        assert_eq!((last.get("CallStatus"), last.get("CallDuration")), (status, "0"));
        assert_eq!(product.asked().len(), 3, "no status says that it was taken");
    }
}

#[tokio::test]
async fn a_redirection_leads_to_another_document_and_never_in_circles() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Redirect>/next</Redirect><Say>never</Say>")),
        ("/next", Said::twiml("<Say>there</Say>")),
    ])
    .await;
    let circle = Product::saying("<Redirect>https://calls.example.com/twilio/voice</Redirect>").await;

    let conversation = product.called(&Script::default()).await;
    let circled = circle.called(&Script::default()).await;

    assert_eq!(conversation.said(), ["there"]);
    assert_eq!(product.asked_at("/next").get("CallStatus"), "in-progress");
    assert_eq!(circled.truth.end, End::Failed);
}
