//! What a caller gets: settings and call in, decision out.
//!
//! Promises: pure; the same input gives the same decision, with or without a database.
//! Doesn't: know TwiML, time, or how a decision is carried out.

use crate::routing::ShownNumber;
use crate::tenancy::ingest::CallSettings;
use crate::twilio::call_status::DialStatus;
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

/// What is done with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Greet, then ring the tenant's number.
    Forward {
        /// What is said first.
        greeting: String,
        /// Whom to ring.
        to: E164PhoneNumber,
        /// Which number the rung person sees.
        shows: ShownNumber,
    },
    /// Greet and say goodbye: the tenant has nobody to ring.
    Goodbye {
        /// What is said first.
        greeting: String,
    },
    /// The number belongs to nobody here.
    NotInService,
    /// The forwarding reached a person, who hung up: so do we.
    HangUp,
    /// The forwarding reached nobody.
    NobodyAnswered,
    /// We are ill and know nothing of this number.
    Apology,
}

/// A call as routing sees it.
#[derive(Clone, Debug)]
pub struct IncomingCall {
    /// Who calls.
    pub caller: CallerId,
    /// The dialled number, where it is one.
    pub dialled: Option<E164PhoneNumber>,
}

impl Decision {
    /// The word in the ledger and in the log line.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Forward { .. } => "forward",
            Self::Goodbye { .. } => "goodbye",
            Self::NotInService => "not_in_service",
            Self::HangUp => "hang_up",
            Self::NobodyAnswered => "nobody_answered",
            Self::Apology => "apology",
        }
    }
}

/// What the caller of a tenant gets.
#[must_use]
pub fn decide(settings: &CallSettings, call: &IncomingCall) -> Decision {
    let greeting = greeting(settings);
    match &settings.forward_number {
        // Ringing the number that was dialled would bring the call back here, for ever.
        Some(to) if call.dialled.as_ref() != Some(to) => Decision::Forward {
            greeting,
            to: to.clone(),
            shows: ShownNumber::of(&call.caller, call.dialled.as_ref()),
        },
        Some(_) | None => Decision::Goodbye { greeting },
    }
}

/// What the caller gets while the database is away: the settings as last known, or an apology.
#[must_use]
pub fn decide_without_database(last_known: Option<&CallSettings>, call: &IncomingCall) -> Decision {
    last_known.map_or(Decision::Apology, |settings| decide(settings, call))
}

/// What the caller gets once the forwarding has ended.
#[must_use]
pub fn after_forwarding(result: Option<DialStatus>) -> Decision {
    match result {
        Some(DialStatus::Completed | DialStatus::Answered) => Decision::HangUp,
        Some(DialStatus::Busy | DialStatus::NoAnswer | DialStatus::Failed | DialStatus::Canceled) | None => {
            Decision::NobodyAnswered
        }
    }
}

fn greeting(settings: &CallSettings) -> String {
    match settings.greeting_message.as_deref().map(str::trim) {
        Some(greeting) if !greeting.is_empty() => greeting.to_owned(),
        Some(_) | None => format!("Thank you for calling {}.", settings.company_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164PhoneNumber {
        E164PhoneNumber::parse(text).unwrap()
    }

    fn settings(forward_number: Option<&str>) -> CallSettings {
        CallSettings {
            slug: "acme".into(),
            company_name: "Acme HVAC".into(),
            greeting_message: None,
            forward_number: forward_number.map(number),
        }
    }

    fn call_from(caller: &str) -> IncomingCall {
        IncomingCall { caller: CallerId::parse(caller), dialled: Some(number("+12145550100")) }
    }

    #[test]
    fn a_call_is_forwarded_to_the_tenants_number() {
        let decision = decide(&settings(Some("+12145550199")), &call_from("+19725550123"));

        assert_eq!(
            decision,
            Decision::Forward {
                greeting: "Thank you for calling Acme HVAC.".into(),
                to: number("+12145550199"),
                shows: ShownNumber::Callers,
            }
        );
    }

    #[test]
    fn a_tenant_with_nobody_to_ring_says_goodbye() {
        let decision = decide(&settings(None), &call_from("+19725550123"));

        assert!(matches!(decision, Decision::Goodbye { .. }));
    }

    #[test]
    fn a_number_that_forwards_to_itself_does_not_loop() {
        let decision = decide(&settings(Some("+12145550100")), &call_from("+19725550123"));

        assert!(matches!(decision, Decision::Goodbye { .. }));
    }

    #[test]
    fn a_browser_or_sip_caller_shows_the_dialled_number() {
        for caller in ["client:jenny", "sip:desk@example.com"] {
            let decision = decide(&settings(Some("+12145550199")), &call_from(caller));

            let Decision::Forward { shows, .. } = decision else { panic!("{caller}: {decision:?}") };
            assert_eq!(shows, ShownNumber::Dialled(number("+12145550100")), "{caller}");
        }
    }

    #[test]
    fn a_blank_greeting_counts_as_none() {
        let blank = CallSettings { greeting_message: Some("  ".into()), ..settings(None) };

        let decision = decide(&blank, &call_from("anonymous"));

        assert_eq!(decision, Decision::Goodbye { greeting: "Thank you for calling Acme HVAC.".into() });
    }

    #[test]
    fn without_database_and_memory_there_is_an_apology() {
        assert_eq!(decide_without_database(None, &call_from("anonymous")), Decision::Apology);
    }

    #[test]
    fn only_a_completed_forwarding_hangs_up_without_a_word() {
        for status in DialStatus::ALL {
            let expected = match status {
                DialStatus::Completed | DialStatus::Answered => Decision::HangUp,
                DialStatus::Busy | DialStatus::NoAnswer | DialStatus::Failed | DialStatus::Canceled => {
                    Decision::NobodyAnswered
                }
            };
            assert_eq!(after_forwarding(Some(*status)), expected, "{status:?}");
        }
    }
}
