//! A call from its first request to its last.
//!
//! Promises: one request at a time, in the order of the script; a forwarding is followed to the URL that the TwiML gave.
//! A call that is turned away ends there.
//! Doesn't: follow more than ten forwardings of one call.

use std::collections::VecDeque;

use super::heard::Heard;
use super::line::{Line, NoReply, Reply, Webhook};
use super::placed_call::{Forwarding, PlacedCall, Progress, Request};

/// A call that is passed on more often goes in circles.
const MOST_FORWARDINGS: usize = 10;

/// What people do, and how Twilio tells of it.
#[derive(Clone, Debug)]
pub struct Script {
    /// How a forwarding ends, if there is one.
    pub forwarding: Forwarding,
    /// The status callbacks as they arrive: in any order, any of them more than once.
    pub statuses: Vec<Progress>,
    /// How often each request is sent: 1, or more as when Twilio isn't sure that we got it.
    pub copies: usize,
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// Where to, as the server sees it.
    pub path: String,
    /// How often it had been sent before.
    pub earlier: usize,
    /// What came back.
    pub reply: Reply,
}

impl Exchange {
    /// Whether the answer is one that Twilio is content with: TwiML for a call, any success for a status.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        match self.request {
            Request::Incoming | Request::ForwardingEnded(_) => {
                self.reply.status == 200 && !self.reply.heard.is_empty()
            }
            Request::Status(_) => (200..300).contains(&self.reply.status),
        }
    }
}

/// A call under way.
#[derive(Debug)]
pub struct Conversation<'call> {
    line: &'call Line,
    call: &'call PlacedCall,
    script: Script,
    waiting: VecDeque<(Request, Webhook)>,
    sent: Vec<Request>,
}

impl<'call> Conversation<'call> {
    /// Nothing is sent until [`next`](Self::next).
    #[must_use]
    pub fn new(line: &'call Line, call: &'call PlacedCall, script: Script) -> Self {
        let mut conversation = Self { line, call, script, waiting: VecDeque::new(), sent: Vec::new() };
        conversation.put(Request::Incoming, &call.incoming(line));
        conversation
    }

    /// Sends the next request; none once the call is over.
    pub async fn next(&mut self) -> Result<Option<Exchange>, NoReply> {
        let Some((request, webhook)) = self.waiting.pop_front() else { return Ok(None) };
        let path = self.line.path(&webhook.url)?.to_owned();
        let reply = self.line.deliver(&webhook).await?;
        let earlier = self.sent.iter().filter(|sent| **sent == request).count();
        self.sent.push(request);
        let exchange = Exchange { request, path, earlier, reply };
        if self.waiting.is_empty() && exchange.is_accepted() {
            self.go_on(&exchange);
        }
        Ok(Some(exchange))
    }

    /// What follows from an answer that is the last one we waited for.
    fn go_on(&mut self, exchange: &Exchange) {
        let follows = match exchange.request {
            Request::Incoming | Request::ForwardingEnded(_) => true,
            Request::Status(_) => false,
        };
        if !follows {
            return;
        }
        let forwardings = self.sent.iter().filter(|sent| matches!(sent, Request::ForwardingEnded(_))).count();
        match exchange.reply.heard.iter().find_map(action) {
            Some(action) if forwardings < MOST_FORWARDINGS => {
                let forwarding = self.script.forwarding;
                let webhook = self.call.forwarding_ended(action, forwarding);
                self.put(Request::ForwardingEnded(forwarding), &webhook);
            }
            Some(_) | None => {
                for progress in self.script.statuses.clone() {
                    self.put(Request::Status(progress), &self.call.status(self.line, progress));
                }
            }
        }
    }

    fn put(&mut self, request: Request, webhook: &Webhook) {
        self.waiting.extend((0..self.script.copies).map(|_| (request, webhook.clone())));
    }
}

fn action(heard: &Heard) -> Option<&str> {
    match heard {
        Heard::Ringing { action, .. } => action.as_deref(),
        Heard::Words(_) | Heard::Silence { .. } | Heard::HangUp | Heard::Rejection | Heard::Other { .. } => {
            None
        }
    }
}
