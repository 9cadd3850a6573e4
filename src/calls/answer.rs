//! A decision in TwiML: the words and the verbs.

use super::routing::Decision;
use crate::routing::ShownNumber;
use crate::tenancy::TenantId;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::twiml::{AnswerMoment, Dial, Verb, VoiceResponse};

/// How long the tenant's phone rings. Four rings; after that a mobile's own voicemail would answer.
const RING_SECONDS: u16 = 20;

/// Where Twilio reports that a forwarding ended. The tenant stands in the path: this request need not carry the dialled
/// number. No query: Twilio was seen to sort its keys, which breaks the signature.
pub const DIAL_RESULT_ROUTE: &str = "/twilio/t/{tenant_id}/voice/dial-result";

/// An answer, for the document.
pub const EXAMPLE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Thank you for calling Acme HVAC.</Say>\
    <Dial answerOnBridge=\"true\" timeout=\"20\"><Number>+12145550199</Number></Dial></Response>";

/// Renders a decision for one tenant's call; `None` where no tenant is known.
#[must_use]
pub fn render(decision: &Decision, tenant: Option<TenantId>, public_url: &PublicBaseUrl) -> VoiceResponse {
    VoiceResponse::new(match decision {
        Decision::Forward { greeting, to, shows } => {
            let action = tenant.map(|tenant| {
                public_url.join(&DIAL_RESULT_ROUTE.replace("{tenant_id}", &tenant.to_string()))
            });
            let caller_id = match shows {
                ShownNumber::Callers => None,
                ShownNumber::Dialled(number) => Some(number.clone()),
            };
            let dial = Dial {
                number: to.clone(),
                action,
                timeout_seconds: RING_SECONDS,
                caller_id,
                answer: AnswerMoment::OnBridge,
            };
            vec![Verb::say(greeting), Verb::Dial(dial)]
        }
        Decision::Goodbye { greeting } => {
            vec![
                Verb::say(greeting),
                Verb::say("Nobody can take your call right now. Goodbye."),
                Verb::Hangup,
            ]
        }
        Decision::NotInService => vec![
            Verb::say(
                "We are sorry, the number you have called is not in service. Please check it and call again. Goodbye.",
            ),
            Verb::Hangup,
        ],
        Decision::HangUp => vec![Verb::Hangup],
        Decision::NobodyAnswered => vec![
            Verb::say("We are sorry, nobody could take your call. Please try again later. Goodbye."),
            Verb::Hangup,
        ],
        Decision::Apology => return apology(),
    })
}

/// What a caller hears when we are ill and know nothing better.
#[must_use]
pub fn apology() -> VoiceResponse {
    VoiceResponse::new(vec![
        Verb::say(
            "We are sorry, we can't take your call at the moment. Please call again in a few minutes. Goodbye.",
        ),
        Verb::Hangup,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::phone_number::E164PhoneNumber;

    fn rendered(decision: &Decision) -> String {
        let tenant: TenantId = "0199a0e8-0000-7000-8000-000000000001".parse().unwrap();
        let public_url = PublicBaseUrl::parse("https://calls.example.com").unwrap();
        render(decision, Some(tenant), &public_url).render().unwrap().into_string()
    }

    #[test]
    fn every_answer_reads_as_a_caller_should_hear_it() {
        let greeting = "Thank you for calling Smith & Sons <HVAC>.".to_owned();
        let to = E164PhoneNumber::parse("+12145550199").unwrap();
        let dialled = E164PhoneNumber::parse("+12145550100").unwrap();
        let decisions = [
            Decision::Forward { greeting: greeting.clone(), to: to.clone(), shows: ShownNumber::Callers },
            Decision::Forward { greeting: greeting.clone(), to, shows: ShownNumber::Dialled(dialled) },
            Decision::Goodbye { greeting },
            Decision::NotInService,
            Decision::HangUp,
            Decision::NobodyAnswered,
            Decision::Apology,
        ];

        let heard: Vec<String> = decisions
            .iter()
            .map(|decision| format!("{}\n{}", decision.as_str(), rendered(decision)))
            .collect();

        insta::assert_snapshot!(heard.join("\n\n"));
    }
}
