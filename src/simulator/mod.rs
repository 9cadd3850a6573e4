//! Acts like Twilio on our own HTTP door: for trying the program out, for the demo and for tests.
//!
//! Promises: every request is what Twilio would send: the full set of parameters, signed over the public URL, posted to
//! the local address. What we answer is read as a caller would hear it, and a forwarding is followed where it leads.
//! Doesn't: speak TLS, carry out verbs that we don't use yet, call fallback URLs, or repeat a request by itself.

mod conversation;
mod heard;
mod line;
mod origin;
mod placed_call;

pub use conversation::{Conversation, Exchange, Script};
pub use heard::{Heard, NotTwiml};
pub use line::{Line, NoReply, Reply, Signer, Webhook};
pub use placed_call::{Forwarding, PlacedCall, Progress, Request};
