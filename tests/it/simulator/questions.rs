//! Questions: what comes in, and where it goes.

use switchboard::simulator::{Answer, Caller, End, Patience, Script};

use super::product::{Product, Said, seconds};
use super::{answering, caller, keys, leaving_after};

const QUESTION: &str = "<Gather action=\"/answer\" numDigits=\"1\" input=\"dtmf speech\" timeout=\"3\">\
                        <Say>Press 1.</Say></Gather><Say>Nothing came.</Say>";

#[tokio::test]
async fn keys_and_words_go_to_the_action() {
    for (answer, name, value) in
        [(keys("17"), "Digits", "1"), (Answer::Words("I smell gas".into()), "SpeechResult", "I smell gas")]
    {
        let product = Product::answering(&[
            ("/twilio/voice", Said::twiml(QUESTION)),
            ("/answer", Said::twiml("<Say>Thank you.</Say>")),
        ])
        .await;

        let conversation = product.called(&answering(&[answer])).await;

        assert_eq!(conversation.said(), ["Press 1.", "Thank you."]);
        let asked = product.asked_at("/answer");
        assert_eq!((asked.get(name), asked.get("CallStatus")), (value, "in-progress"));
        assert_eq!(conversation.truth.answers.len(), 1);
    }
}

#[tokio::test]
async fn silence_goes_on_or_is_told_as_the_document_wishes() {
    let told = QUESTION.replace("numDigits", "actionOnEmptyResult=\"true\" numDigits");
    let answers = |question: &str| {
        [("/twilio/voice", Said::twiml(question)), ("/answer", Said::twiml("<Say>Once more?</Say>"))]
    };
    let quiet = Product::answering(&answers(QUESTION)).await;
    let telling = Product::answering(&answers(&told)).await;

    let quietly = quiet.called(&Script::default()).await;
    let aloud = telling.called(&Script::default()).await;

    assert_eq!(quietly.said(), ["Press 1.", "Nothing came."]);
    assert_eq!(aloud.said(), ["Press 1.", "Once more?"]);
    assert_eq!(telling.asked_at("/answer").get("Digits"), "");
    assert!(quietly.truth.answers.is_empty() && aloud.truth.answers.is_empty());
}

#[tokio::test]
async fn somebody_in_a_hurry_does_not_hear_the_question_out() {
    let long = format!(
        "<Gather numDigits=\"1\" action=\"/answer\"><Say>{}</Say><Say>end</Say></Gather>",
        "a".repeat(300)
    );
    let product =
        Product::answering(&[("/twilio/voice", Said::twiml(&long)), ("/answer", Said::twiml(""))]).await;
    let hasty = Caller { answers: vec![keys("1")], patience: Patience::Interrupts, ..Caller::default() };

    let conversation = product.called(&caller(hasty)).await;

    assert_eq!(conversation.said().len(), 1);
    assert_eq!(conversation.truth.lasted.as_millis(), 2500);
}

#[tokio::test]
async fn whoever_hangs_up_at_a_question_has_not_answered_it() {
    let product = Product::saying(QUESTION).await;

    let conversation = product.called(&leaving_after(seconds(2))).await;

    assert_eq!(product.paths(), ["/twilio/voice"]);
    assert_eq!(conversation.truth.end, End::CallerLeft);
}

#[tokio::test]
async fn a_question_without_an_action_asks_its_own_document() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Gather numDigits=\"1\"/>")),
        ("/twilio/voice", Said::twiml("<Say>Again.</Say>")),
    ])
    .await;

    let conversation = product.called(&answering(&[keys("1")])).await;

    assert_eq!(product.paths(), ["/twilio/voice", "/twilio/voice"]);
    assert_eq!(conversation.said(), ["Again."]);
}
