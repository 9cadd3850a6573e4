//! Where Twilio reports how a running call goes on.
//!
//! Promises: the tenant stands in the path, because these requests need not carry the dialled number, and the call where the
//! request is about another leg. No query: Twilio was seen to sort its keys, which breaks the signature.

use crate::routing::Place;
use crate::tenancy::TenantId;
use crate::twilio::public_url::{PublicBaseUrl, RETRIES};
use crate::twilio::sid::CallSid;

/// The end of a step: a question, ringing, a message.
pub const STEP_ROUTE: &str = "/twilio/t/{tenant_id}/voice/step/{place}";
/// What a person who was rung hears.
pub const WHISPER_ROUTE: &str = "/twilio/t/{tenant_id}/voice/whisper/{call_sid}/{place}/{reading}";
/// How a dialled leg goes on.
pub const LEG_ROUTE: &str = "/twilio/t/{tenant_id}/voice/leg/{call_sid}/{place}";
/// A recording is ready.
pub const RECORDING_ROUTE: &str = "/twilio/t/{tenant_id}/voice/recording";
/// A recording was written down.
pub const TRANSCRIPTION_ROUTE: &str = "/twilio/t/{tenant_id}/voice/transcription";

/// A running call, as its addresses name it.
#[derive(Clone, Debug)]
pub struct CallAddress {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub call_sid: CallSid,
}

impl CallAddress {
    /// Where the end of a step goes.
    #[must_use]
    pub fn step(&self, place: Place, public_url: &PublicBaseUrl) -> String {
        public_url.join(&self.path(STEP_ROUTE).replace("{place}", &place.to_string()))
    }

    /// What a person hears whom this step rings, and who has been asked `readings` times to press 1.
    #[must_use]
    pub fn whisper(&self, place: Place, readings: u8, public_url: &PublicBaseUrl) -> String {
        let path = self.path(WHISPER_ROUTE).replace("{place}", &place.to_string());
        public_url.join(&path.replace("{reading}", &readings.to_string()))
    }

    /// Where the legs of this step are reported.
    #[must_use]
    pub fn leg(&self, place: Place, public_url: &PublicBaseUrl) -> String {
        self.retried(&LEG_ROUTE.replace("{place}", &place.to_string()), public_url)
    }

    /// Where recordings are reported.
    #[must_use]
    pub fn recording(&self, public_url: &PublicBaseUrl) -> String {
        self.retried(RECORDING_ROUTE, public_url)
    }

    /// Where transcriptions are reported.
    #[must_use]
    pub fn transcription(&self, public_url: &PublicBaseUrl) -> String {
        self.retried(TRANSCRIPTION_ROUTE, public_url)
    }

    /// Nobody listens to these, so that there is time to try again.
    fn retried(&self, route: &str, public_url: &PublicBaseUrl) -> String {
        format!("{}{RETRIES}", public_url.join(&self.path(route)))
    }

    fn path(&self, route: &str) -> String {
        route.replace("{tenant_id}", &self.tenant.to_string()).replace("{call_sid}", self.call_sid.as_str())
    }
}
