//! What Twilio does between a call and us: asks for documents, and tells of what has happened, in order or out of it.
//!
//! Promises: every request and every happening is kept with its time. In disorder any callback may come first, last and several
//! times; the same seed gives the same disorder. Doesn't: know what documents mean.

use std::time::Duration;

use super::dice::Dice;
use super::exchange::{Exchange, Failure, Request};
use super::line::{Line, Webhook};
use super::transcript::{Ear, Entry, Happening};
use super::twiml::Verb;

/// A call that asks for more goes in circles.
const MOST_DOCUMENTS: usize = 200;
/// In disorder, a callback comes so often at most.
const MOST_COPIES: usize = 3;

/// How Twilio's requests reach us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// In which order the callbacks come.
    pub order: Order,
    /// How often each request is sent, one after the other: 1, or more as when Twilio isn't sure that we got it.
    pub copies: usize,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { order: Order::AsItHappens, copies: 1 }
    }
}

/// In which order callbacks come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Each when it is due.
    AsItHappens,
    /// In any, each up to three times.
    Shuffled {
        /// The same again gives the same order.
        seed: u64,
    },
}

/// The answer to a question of Twilio's was of no use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Useless {
    /// Twilio's number for it; none if the simulator can't go on.
    pub(super) code: Option<u16>,
}

struct Callback {
    at: Duration,
    ear: Ear,
    request: Request,
    webhook: Webhook,
}

/// Twilio, during one call.
pub(super) struct Carrier<'l> {
    line: &'l Line,
    delivery: &'l Delivery,
    dice: Dice,
    entries: Vec<Entry>,
    callbacks: Vec<Callback>,
    /// The idempotency tokens of what was sent.
    sent: Vec<String>,
    documents: usize,
}

impl<'l> Carrier<'l> {
    pub(super) fn new(line: &'l Line, delivery: &'l Delivery) -> Self {
        let dice = Dice::new(match delivery.order {
            Order::AsItHappens => 0,
            Order::Shuffled { seed } => seed,
        });
        Self {
            line,
            delivery,
            dice,
            entries: Vec::new(),
            callbacks: Vec::new(),
            sent: Vec::new(),
            documents: 0,
        }
    }

    pub(super) fn line(&self) -> &'l Line {
        self.line
    }

    pub(super) fn note(&mut self, at: Duration, ear: &Ear, what: Happening) {
        self.entries.push(Entry { at, ear: ear.clone(), what });
    }

    /// What would have happened on a telephone after this moment has not.
    pub(super) fn cut(&mut self, ear: &Ear, at: Duration) {
        self.entries.retain(|entry| {
            entry.at <= at || entry.ear != *ear || matches!(entry.what, Happening::Request(_))
        });
    }

    /// Asks for a document.
    pub(super) async fn ask(
        &mut self,
        at: Duration,
        ear: &Ear,
        request: Request,
        webhook: Webhook,
    ) -> Result<Vec<Verb>, Useless> {
        self.documents += 1;
        if self.documents > MOST_DOCUMENTS {
            return Err(Useless { code: None });
        }
        self.deliver_due(at).await;
        let mut answer = Err(Useless { code: None });
        for _ in 0..self.delivery.copies.max(1) {
            let exchange = self.send(request.clone(), &webhook).await;
            answer = match &exchange.answer {
                Ok(verbs) => Ok(verbs.clone()),
                Err(failure) => Err(Useless { code: failure.code() }),
            };
            self.note(at, ear, Happening::Request(Box::new(exchange)));
        }
        answer
    }

    /// Tells of something that happens, sooner or later.
    pub(super) async fn tell(&mut self, at: Duration, ear: &Ear, request: Request, webhook: Webhook) {
        let callback = Callback { at, ear: ear.clone(), request, webhook };
        match self.delivery.order {
            Order::AsItHappens => self.callbacks.push(callback),
            Order::Shuffled { .. } => {
                // Half of them come once.
                let copies = 1 + self.dice.below(2) * self.dice.below(MOST_COPIES);
                for _ in 0..copies {
                    let again = Callback {
                        ear: ear.clone(),
                        request: callback.request.clone(),
                        webhook: callback.webhook.clone(),
                        at,
                    };
                    if self.dice.below(4) == 0 {
                        self.deliver(at, again).await;
                    } else {
                        self.callbacks.push(again);
                    }
                }
            }
        }
    }

    async fn deliver_due(&mut self, now: Duration) {
        match self.delivery.order {
            Order::AsItHappens => {
                self.callbacks.sort_by_key(|callback| callback.at);
                let due = self.callbacks.partition_point(|callback| callback.at < now);
                for callback in self.callbacks.drain(..due).collect::<Vec<_>>() {
                    self.deliver(callback.at, callback).await;
                }
            }
            Order::Shuffled { .. } => {}
        }
    }

    /// The end of the call: whatever has not been told is told now. Everything that happened, by time.
    pub(super) async fn end(mut self, at: Duration) -> Vec<Entry> {
        let mut rest = std::mem::take(&mut self.callbacks);
        match self.delivery.order {
            Order::AsItHappens => rest.sort_by_key(|callback| callback.at),
            Order::Shuffled { .. } => self.dice.shuffle(&mut rest),
        }
        for callback in rest {
            self.deliver(callback.at.max(at), callback).await;
        }
        self.entries.sort_by_key(|entry| entry.at);
        self.entries
    }

    async fn deliver(&mut self, at: Duration, callback: Callback) {
        for _ in 0..self.delivery.copies.max(1) {
            let exchange = self.send(callback.request.clone(), &callback.webhook).await;
            self.note(at, &callback.ear, Happening::Request(Box::new(exchange)));
        }
    }

    async fn send(&mut self, request: Request, webhook: &Webhook) -> Exchange {
        let url = webhook.url.split('#').next().unwrap_or_default();
        let path = self.line.path(url).unwrap_or(url).to_owned();
        let earlier = self.sent.iter().filter(|token| **token == webhook.idempotency_token).count();
        self.sent.push(webhook.idempotency_token.clone());
        let replied = self.line.deliver(webhook).await;
        let (status, took) =
            replied.as_ref().map_or((None, Duration::ZERO), |reply| (Some(reply.status), reply.took));
        let answer = match replied {
            Ok(reply) if request.wants_twiml() => reply.verbs(),
            Ok(reply) if (200..300).contains(&reply.status) => Ok(Vec::new()),
            Ok(reply) => Err(Failure::Status(reply.status)),
            Err(error) => Err(error.into()),
        };
        Exchange { request, path, earlier, status, took, answer }
    }
}
