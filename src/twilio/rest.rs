//! Addresses of Twilio's REST interface.
//!
//! Promises: each is made of SIDs alone, never of a URL that somebody sent: a token goes where it belongs.
//! Doesn't: ask; `twilio_api/` does.

use super::sid::{AccountSid, CallSid, RecordingSid, TranscriptionSid};

/// Where it always is.
pub const HOST: &str = "https://api.twilio.com";

/// A thing of an account, as its address names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    account: AccountSid,
    path: String,
}

impl Resource {
    /// A call, as Twilio's own log has it: JSON.
    #[must_use]
    pub fn call(account: &AccountSid, call: &CallSid) -> Self {
        Self::of(account, &format!("Calls/{call}.json"))
    }

    /// A recording as people hear it: MP3.
    #[must_use]
    pub fn audio(account: &AccountSid, recording: &RecordingSid) -> Self {
        Self::of(account, &format!("Recordings/{recording}.mp3"))
    }

    /// A recording itself: deleting it deletes the audio.
    #[must_use]
    pub fn recording(account: &AccountSid, recording: &RecordingSid) -> Self {
        Self::of(account, &format!("Recordings/{recording}.json"))
    }

    /// What a recording was written down as.
    #[must_use]
    pub fn transcription(account: &AccountSid, transcription: &TranscriptionSid) -> Self {
        Self::of(account, &format!("Transcriptions/{transcription}.json"))
    }

    fn of(account: &AccountSid, thing: &str) -> Self {
        Self { account: account.clone(), path: format!("/2010-04-01/Accounts/{account}/{thing}") }
    }

    /// Whose it is, and so whose token opens it.
    #[must_use]
    pub fn account(&self) -> &AccountSid {
        &self.account
    }

    /// The path below the host.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}
