//! Twilio, as far as a webhook shows it: an account with its token, and the parameters that it sends.

use switchboard::twilio::sid::AccountSid;
use switchboard::twilio::signature::AuthToken;

use super::{Firm, Webhook};
use crate::secrets;

pub(crate) const VOICE: &str = "/twilio/voice";
pub(crate) const STATUS: &str = "/twilio/voice/status";

/// An account that signs its webhooks.
#[derive(Clone, Debug)]
pub(crate) struct Twilio {
    sid: AccountSid,
    token: AuthToken,
}

/// One call, seen from Twilio.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Call {
    /// The call of this number in its test, from an ordinary number.
    pub(crate) fn to(to: &str, number: u32) -> Self {
        Self { sid: format!("CA{number:032x}"), from: "+19725550123".to_owned(), to: to.to_owned() }
    }

    pub(crate) fn from(self, from: &str) -> Self {
        Self { from: from.to_owned(), ..self }
    }
}

impl Twilio {
    /// An account with a token of its own; the same number gives the same account.
    pub(crate) fn account(number: u32) -> Self {
        let sid = AccountSid::parse(&format!("AC{number:032x}")).unwrap();
        Self { sid, token: AuthToken::parse(&secrets::token(number)).unwrap() }
    }

    /// The same account after somebody has made it a new token.
    pub(crate) fn with_new_token(&self) -> Self {
        let digits: String = self.token.reveal().chars().rev().collect();
        Self { sid: self.sid.clone(), token: AuthToken::parse(&digits).unwrap() }
    }

    pub(crate) fn sid(&self) -> &AccountSid {
        &self.sid
    }

    pub(crate) fn token(&self) -> &AuthToken {
        &self.token
    }

    /// Any signed form.
    pub(crate) fn post(&self, path: &str, parameters: Vec<(String, String)>) -> Webhook {
        Webhook::new(self.token.clone(), path, parameters)
    }

    /// A call comes in: the full set of parameters.
    pub(crate) fn voice(&self, call: &Call) -> Webhook {
        let mut parameters = self.parameters(call, "ringing");
        for (name, value) in
            [("CallToken", "%7B%22parentCallInfoToken%22%7D"), ("StirVerstat", "TN-Validation-Passed-A")]
        {
            parameters.push((name.to_owned(), value.to_owned()));
        }
        parameters.sort();
        self.post(VOICE, parameters)
    }

    /// A status callback. The calls's length comes with its end alone.
    pub(crate) fn status(&self, call: &Call, status: &str, sequence_number: u32) -> Webhook {
        let mut webhook = self
            .post(STATUS, self.parameters(call, status))
            .with("CallbackSource", "call-progress-events")
            .with("SequenceNumber", &sequence_number.to_string())
            .with("Timestamp", &format!("Tue, 03 Mar 2026 17:02:{:02} +0000", 11 + sequence_number));
        if status == "completed" {
            webhook = webhook.with("CallDuration", "42").with("Duration", "1");
        }
        webhook
    }

    /// A forwarding has ended.
    pub(crate) fn dial_result(&self, firm: &Firm, call: &Call, dial_status: &str) -> Webhook {
        let path = format!("/twilio/t/{}/voice/step/ring-0-pickup", firm.id);
        let webhook = self
            .post(&path, self.parameters(call, "in-progress"))
            .with("DialCallStatus", dial_status)
            .with("DialCallSid", &call.sid.replace("CA0", "CAd"));
        match dial_status {
            "completed" => webhook.with("DialCallDuration", "17").with("DialBridged", "true"),
            _ => webhook.with("DialBridged", "false"),
        }
    }

    /// What every voice request carries.
    fn parameters(&self, call: &Call, status: &str) -> Vec<(String, String)> {
        let (from, to) = (call.from.as_str(), call.to.as_str());
        let pairs = [
            ("AccountSid", self.sid.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", &call.sid),
            ("CallStatus", status),
            ("Called", to),
            ("CalledCity", "DALLAS"),
            ("CalledCountry", "US"),
            ("CalledState", "TX"),
            ("CalledZip", "75201"),
            ("Caller", from),
            ("CallerCity", "PLANO"),
            ("CallerCountry", "US"),
            ("CallerState", "TX"),
            ("CallerZip", ""),
            ("Direction", "inbound"),
            ("From", from),
            ("FromCity", "PLANO"),
            ("FromCountry", "US"),
            ("FromState", "TX"),
            ("FromZip", ""),
            ("To", to),
            ("ToCity", "São Paulo"),
            ("ToCountry", "US"),
            ("ToState", "TX"),
            ("ToZip", "75201"),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }
}
