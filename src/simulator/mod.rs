//! Acts like Twilio on our own HTTP door: for trying the program out, for the demo and for tests.
//!
//! Promises: every request is what Twilio would send: the full set of parameters, signed over the public URL, posted to
//! the local address. What we answer is read as strictly as Twilio reads it and carried out as Twilio does, with people who
//! follow a script. A call takes as long as its requests, whatever its own clock says.
//! Doesn't: speak TLS, or carry out verbs that we don't use; a document that holds one ends the call, and says so.

mod carrier;
mod conversation;
mod dial;
mod dice;
mod exchange;
mod hearing;
mod line;
mod origin;
mod people;
mod placed_call;
mod policy;
mod record;
mod scene;
mod story;
mod transcript;
pub mod twiml;

pub use carrier::{Delivery, Order};
pub use conversation::{Conversation, NumberSettings, Script, converse};
pub use dice::Dice;
pub use exchange::{Exchange, Failure, Request};
pub use line::{Line, NoReply, Reply, Signer, Webhook};
pub use people::{AfterMessage, Answer, Callee, Caller, Leaves, Message, Patience, People, Phone};
pub use placed_call::{PlacedCall, STATUS_PATH, VOICE_PATH};
pub use policy::InvalidPolicy;
pub use story::Told;
pub use transcript::{Ear, End, Entry, Happening, Talk, Truth, Who, Why};
