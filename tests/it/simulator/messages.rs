//! Messages: how they end, and who is told of them.

use switchboard::simulator::{AfterMessage, Caller, End, Leaves, Message, Script};

use super::caller;
use super::product::{Product, Said, seconds};

fn leaving(length: u64, then: AfterMessage) -> Script {
    let message = Message { length: seconds(length), words: "It drips.".into(), then };
    caller(Caller { message, ..Caller::default() })
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
