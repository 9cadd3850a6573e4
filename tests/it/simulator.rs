//! The simulator does with our TwiML what Twilio does.
//!
//! On the other side stands a product of a few documents, written here, so that each verb is looked at alone.

mod product;

use std::time::Duration;

use switchboard::simulator::{
    AfterMessage, Answer, Callee, Caller, Conversation, Delivery, End, Exchange, Failure, Leaves, Message,
    Order, Patience, People, Phone, Request, Script, Who,
};

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

fn leaving(length: u64, then: AfterMessage) -> Script {
    let message = Message { length: seconds(length), words: "It drips.".into(), then };
    caller(Caller { message, ..Caller::default() })
}

fn leaving_after(time: Duration) -> Script {
    caller(Caller { leaves: Leaves::After(time), ..Caller::default() })
}

fn phones(callees: &[Callee]) -> Script {
    let phones = callees.iter().map(|callee| Phone::from(*callee)).collect();
    Script { people: People { phones, ..People::default() }, ..Script::default() }
}

fn faults(conversation: &Conversation) -> Vec<String> {
    conversation
        .exchanges()
        .filter_map(|exchange| Some(exchange.answer.as_ref().err()?.to_string()))
        .collect()
}

/// A dialled leg's statuses by its number, in the order of their arrival.
fn leg_statuses(product: &Product) -> Vec<(String, String)> {
    let of_legs = product.asked().into_iter().filter(|asked| asked.path == "/leg-status");
    of_legs.map(|asked| (asked.get("To").to_owned(), asked.get("CallStatus").to_owned())).collect()
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
async fn firm(numbers: &[&str]) -> Product {
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
    script.people.phones[0].after = seconds(9);

    let conversation = product.called(&script).await;

    assert_eq!(conversation.truth.talks.len(), 1);
    assert_eq!(conversation.truth.talks[0].number, BOB);
    assert_eq!(conversation.truth.rang, [ANN, BOB]);
    let last_of = |number| leg_statuses(&product).into_iter().rev().find(|(to, _)| to == number).unwrap().1;
    assert_eq!((last_of(BOB), last_of(ANN)), ("completed".into(), "completed".into()));
    assert_eq!(product.paths().iter().filter(|path| *path == "/accept").count(), 1);
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

const VOICEMAIL: &str = "<Say>After the tone.</Say><Record action=\"/recorded\" maxLength=\"30\" timeout=\"5\" \
                         recordingStatusCallback=\"/recording-status\" transcribe=\"true\" \
                         transcribeCallback=\"/transcription-status\"/><Say>Nothing was recorded.</Say>";

async fn voicemail() -> Product {
    Product::answering(&[
        ("/twilio/voice", Said::twiml(VOICEMAIL)),
        ("/recorded", Said::twiml("<Say>Thank you.</Say>")),
    ])
    .await
}

#[tokio::test]
async fn a_message_is_told_however_it_ends() {
    for (then, digits, status, said) in [
        (AfterMessage::HangsUp, "hangup", "completed", 1),
        (AfterMessage::Presses('#'), "#", "in-progress", 2),
        (AfterMessage::Waits, "", "in-progress", 2),
    ] {
        let product = voicemail().await;

        let conversation = product.called(&leaving(12, then)).await;

        let recorded = product.asked_at("/recorded");
        let told = ["Digits", "CallStatus", "RecordingDuration"].map(|name| recorded.get(name));
        assert_eq!(told, [digits, status, "12"]);
        assert_eq!(conversation.said().len(), said);
        assert_eq!(conversation.truth.messages, [seconds(12)]);
        assert_eq!(product.asked_at("/recording-status").get("RecordingSid"), recorded.get("RecordingSid"));
        assert_eq!(product.asked_at("/transcription-status").get("TranscriptionText"), "It drips.");
    }
}

#[tokio::test]
async fn silence_is_no_message_and_skips_the_action() {
    let product = voicemail().await;

    let conversation = product.called(&Script::default()).await;

    assert_eq!(product.paths(), ["/twilio/voice"]);
    assert_eq!(conversation.said(), ["After the tone.", "Nothing was recorded."]);
    assert!(conversation.truth.messages.is_empty());
}

#[tokio::test]
async fn a_message_is_cut_off_at_its_limit_and_kept_when_the_caller_breaks_off() {
    let (cut, broken) = (voicemail().await, voicemail().await);
    let mut script = leaving(20, AfterMessage::Waits);
    script.people.caller.leaves = Leaves::After(seconds(9));

    let long = cut.called(&leaving(90, AfterMessage::Waits)).await;
    let short = broken.called(&script).await;

    assert_eq!((long.truth.messages[0], cut.asked_at("/recorded").get("Digits")), (seconds(30), ""));
    assert_eq!(broken.asked_at("/recorded").get("Digits"), "hangup");
    assert_eq!((short.truth.end, short.truth.messages[0].as_secs()), (End::CallerLeft, 7));
}

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

    assert_eq!(faults(&conversation), ["the simulator doesn't carry out <Play> yet"]);
    assert_eq!(product.paths(), ["/twilio/voice"], "Twilio would not have called the fallback");
}

#[tokio::test]
async fn a_status_that_could_not_be_written_comes_again_with_the_same_token() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Hangup/>")),
        ("/twilio/voice/status", Said::status(503)),
        ("/twilio/voice/status", Said { status: 204, content_type: None, body: String::new() }),
    ])
    .await;

    let conversation = product.called(&Script::default()).await;

    let statuses: Vec<Asked> =
        product.asked().into_iter().filter(|asked| asked.path == "/twilio/voice/status").collect();
    assert_eq!(statuses.len(), 4, "three, and one of them twice");
    assert_eq!(statuses[0].idempotency_token, statuses[1].idempotency_token);
    assert_ne!(statuses[1].idempotency_token, statuses[2].idempotency_token);
    assert!(conversation.exchanges().all(Exchange::is_accepted));
}

#[tokio::test]
async fn repetitions_are_the_same_request_again() {
    let product = Product::saying("<Hangup/>").await;
    let delivery = Delivery { copies: 3, ..Delivery::default() };

    let conversation = product.called(&Script { delivery, ..Script::default() }).await;

    assert_eq!(product.asked().len(), 4 * 3);
    let first: Vec<_> = conversation.exchanges().filter(|exchange| exchange.earlier == 0).collect();
    assert_eq!(first.len(), 4);
    for asked in product.asked().chunks(3) {
        assert_eq!(
            (asked[0].idempotency_token.as_str(), &asked[0].form),
            (asked[2].idempotency_token.as_str(), &asked[1].form)
        );
    }
}

#[tokio::test]
async fn disorder_is_the_same_for_the_same_seed_and_loses_nothing() {
    let arrived = async |seed| {
        let product = firm(&[ANN]).await;
        let delivery = Delivery { order: Order::Shuffled { seed }, copies: 1 };
        let conversation = product.called(&Script { delivery, ..phones(&[Callee::Accepts]) }).await;
        let told = |exchange: &Exchange| {
            exchange.earlier == 0 && matches!(exchange.request, Request::Status(_) | Request::Leg(_))
        };
        assert_eq!(conversation.exchanges().filter(|exchange| told(exchange)).count(), 3 + 4);
        let asked = product.asked().into_iter();
        asked.map(|asked| (asked.path.clone(), asked.get("CallStatus").to_owned())).collect::<Vec<_>>()
    };

    let orders = [arrived(1).await, arrived(1).await, arrived(2).await];

    assert_eq!(orders[0], orders[1]);
    assert_ne!(orders[0], orders[2]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_answer() {
    let line = {
        let product = Product::saying("").await;
        product.line()
    };
    let to = "+12145550100".parse::<String>().unwrap();
    let to = switchboard::twilio::phone_number::E164PhoneNumber::parse(&to).unwrap();
    let call =
        switchboard::simulator::PlacedCall::new(&line, ANN, &to, chrono::DateTime::UNIX_EPOCH).unwrap();

    let conversation = switchboard::simulator::converse(&line, &call, &Script::default()).await;

    assert_eq!((failure(&conversation), conversation.truth.end), (Some(11205), End::Failed));
    assert!(matches!(conversation.exchanges().next().unwrap().answer, Err(Failure::NoReply(_))));
}
