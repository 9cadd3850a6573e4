//! Answers that are of no use to Twilio, or to the simulator.

use chrono::DateTime;
use switchboard::simulator::{self, Conversation, End, Failure, PlacedCall, Script};
use switchboard::twilio::phone_number::E164PhoneNumber;

use super::ANN;
use super::product::{Product, Said};

fn failure(conversation: &Conversation) -> Option<u16> {
    conversation.exchanges().find_map(|exchange| exchange.answer.as_ref().err()?.code())
}

#[tokio::test]
async fn an_answer_of_no_use_leads_to_the_fallback_with_its_number() {
    let with =
        |said: Said| [("/twilio/voice", said), ("/twilio/voice/fallback", Said::twiml("<Say>Sorry.</Say>"))];
    for (said, code) in [
        (Said::status(500), 11217),
        (Said::status(403), 11217),
        (Said { content_type: Some("text/plain"), ..Said::twiml("<Hangup/>") }, 12300),
        (Said { content_type: None, ..Said::twiml("<Hangup/>") }, 12300),
        (Said { body: "{}".into(), ..Said::twiml("") }, 12100),
        (Said::twiml("<say>hello</say>"), 12200),
        (Said::twiml("<Say>a</Say>".repeat(6000).as_str()), 11750),
        (Said::twiml(&format!("<Say>{}</Say>", "a".repeat(4097))), 13520),
        (Said::twiml("<Redirect>https://elsewhere.example.com/</Redirect>"), 11100),
    ] {
        let product = Product::answering(&with(said)).await;

        let conversation = product.called(&Script::default()).await;

        let fallback = product.asked_at("/twilio/voice/fallback");
        assert_eq!(fallback.get("ErrorCode"), code.to_string());
        assert!(fallback.get("ErrorUrl").starts_with("https://"), "{fallback:?}");
        assert_eq!((failure(&conversation), conversation.said()), (Some(code), vec!["Sorry."]));
        assert_eq!(conversation.truth.end, End::HungUp);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_none() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Redirect>/slow#tt=100&amp;rc=2&amp;rp=all</Redirect>")),
        ("/slow", Said::nothing()),
        ("/twilio/voice/fallback", Said::twiml("<Say>Sorry.</Say>")),
    ])
    .await;

    let conversation = product.called(&Script::default()).await;

    assert_eq!((failure(&conversation), conversation.said()), (Some(11205), vec!["Sorry."]));
    assert_eq!(
        product.paths(),
        ["/twilio/voice", "/slow", "/twilio/voice/fallback"],
        "there is no time for another"
    );
}

#[tokio::test]
async fn an_error_is_tried_again_where_the_url_says_so() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Redirect>/next#rc=2&amp;rp=5xx</Redirect>")),
        ("/next", Said::status(500)),
        ("/next", Said::status(502)),
        ("/next", Said::twiml("<Say>There.</Say>")),
    ])
    .await;

    let conversation = product.called(&Script::default()).await;

    assert_eq!((failure(&conversation), conversation.said()), (None, vec!["There."]));
    assert_eq!(product.paths(), ["/twilio/voice", "/next", "/next", "/next"]);
}

#[tokio::test]
async fn a_second_failure_ends_the_call_with_twilios_apology() {
    let product = Product::answering(&[("/twilio/voice", Said::status(500))]).await;

    let conversation = product.called(&Script::default()).await;

    assert_eq!(product.paths(), ["/twilio/voice", "/twilio/voice/fallback"]);
    assert_eq!(conversation.truth.end, End::Failed);
    assert!(conversation.story().last().unwrap().what.contains("application error"));
}

#[tokio::test]
async fn what_the_simulator_does_not_carry_out_ends_the_call_and_is_said() {
    let product = Product::saying("<Play>/hello.mp3</Play>").await;

    let conversation = product.called(&Script::default()).await;

    let told = conversation.exchanges().find_map(|exchange| exchange.answer.as_ref().err()).unwrap();
    assert_eq!(told.to_string(), "the simulator doesn't carry out <Play> yet");
    assert_eq!(product.paths(), ["/twilio/voice"], "Twilio would not have called the fallback");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_answer() {
    let line = {
        let product = Product::saying("").await;
        product.line()
    };
    let to = E164PhoneNumber::parse("+12145550100").unwrap();
    let call = PlacedCall::new(&line, ANN, &to, DateTime::UNIX_EPOCH).unwrap();

    let conversation = simulator::converse(&line, &call, &Script::default()).await;

    assert_eq!((failure(&conversation), conversation.truth.end), (Some(11205), End::Failed));
    assert!(matches!(conversation.exchanges().next().unwrap().answer, Err(Failure::NoReply(_))));
}
