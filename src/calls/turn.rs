//! A turn of a call: something has happened, and Twilio asks what comes next.
//!
//! Promises: the same decision with and without the database, from the settings as they are or as last known; what was
//! decided goes into the ledger behind the answer.

use std::sync::Arc;

use super::addresses::CallAddress;
use super::after::After;
use super::answer::Answer;
use super::listening::{CallDesk, NotHeard};
use super::noted::{self, Note};
use crate::routing::{self, Call, Decision, Mark, Pressed};
use crate::tenancy::decisions::Decided;
use crate::tenancy::ingest::{
    Acknowledged, CallSettings, Ingested, News, QuarantineReason, RoutedCall, Told,
};
use crate::tenancy::{TenantScope, VerifiedTwilioRequest};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

impl From<Acknowledged> for Pressed {
    fn from(acknowledged: Acknowledged) -> Self {
        match acknowledged {
            Acknowledged::Yes => Self::One,
            Acknowledged::No => Self::Nothing,
        }
    }
}

impl CallDesk {
    /// Hears what has happened, and answers.
    pub(super) async fn take_turn(&self, told: Arc<Told>, after: After) -> Answer {
        let answer = match self.hear(&told).await {
            Ok(Ingested::Routed(routed)) => {
                let answer = self.answer_routed(&told, after, &routed);
                self.backlog.keep_pace().await;
                answer
            }
            Ok(Ingested::Quarantined(reason)) => self.answer_quarantined(&told.request, after, reason),
            Err(error) => self.answer_without_database(told, after, &error),
        };
        tracing::Span::current().record("decision", answer.as_str());
        self.figures.decided(answer.as_str());
        answer
    }

    fn answer_routed(&self, told: &Told, after: After, routed: &RoutedCall) -> Answer {
        tracing::Span::current().record("tenant", routed.settings.slug.as_str());
        let settings = match told.request.called_number() {
            Some(number) => self.last_known.note(number, routed),
            None => Arc::clone(&routed.settings),
        };
        let pressed = routed.acknowledged.into();
        let (decision, note) = self.decide(&settings, &told.request, after, pressed);
        if routed.news == News::First {
            self.tell_alarm(&decision);
        }
        match (routed.news, note) {
            (News::First, Some(note)) => self.backlog.decided(Decided {
                scope: routed.scope,
                call_sid: told.event.call_sid.clone(),
                after: note.after,
                noted: note.noted,
                at: self.clock.now(),
            }),
            (News::First, None) | (News::Repeated, _) => {}
        }
        Answer::Decided(decision, address(routed.scope, told))
    }

    fn answer_quarantined(
        &self,
        request: &VerifiedTwilioRequest,
        after: After,
        reason: QuarantineReason,
    ) -> Answer {
        tracing::Span::current().record("reason", reason.as_str());
        match (reason, request.called_number()) {
            (QuarantineReason::UnknownNumber | QuarantineReason::InactiveTenant, Some(number)) => {
                self.last_known.forget(number);
            }
            // The number is somebody's, only not this account's.
            (QuarantineReason::WrongAccount, _) | (_, None) => {}
        }
        match after {
            After::Incoming => Answer::NotInService,
            After::Step(_) => Answer::SwitchedOff,
        }
    }

    /// The caller must not hear that our database is ill; whom the account may call still counts.
    fn answer_without_database(&self, told: Arc<Told>, after: After, error: &NotHeard) -> Answer {
        tracing::error!(%error, "a call is answered from memory");
        let (answer, note) = self.answer_from_memory(&told, after);
        self.hold(told, note, error);
        answer
    }

    /// From the settings last known.
    pub(super) fn answer_from_memory(&self, told: &Told, after: After) -> (Answer, Option<Note>) {
        let Some((scope, settings)) = self.last_known.of_call(&told.request) else {
            return (Answer::Apology, Some(noted::apology(after)));
        };
        tracing::Span::current().record("tenant", settings.slug.as_str());
        let (decision, note) = self.decide(&settings, &told.request, after, Pressed::Unknown);
        self.tell_alarm(&decision);
        (Answer::Decided(decision, address(scope, told)), note)
    }

    /// With the database and without it, an emergency that nobody took up is for people to act on.
    fn tell_alarm(&self, decision: &Decision) {
        if decision.mark == Some(Mark::Alarm) {
            self.figures.alarmed();
            tracing::error!("a caller reported an emergency, and nobody of the firm has taken it up");
        }
    }

    fn decide(
        &self,
        settings: &CallSettings,
        request: &VerifiedTwilioRequest,
        after: After,
        pressed: Pressed,
    ) -> (Decision, Option<Note>) {
        let call = call_of(request);
        let handling = settings.row.handling(call.dialled.as_ref());
        let standing = handling.hours.at(self.clock.now());
        let event = after.event(request.parameters(), pressed);
        let decision = routing::next(&handling.settings, &standing.state, &call, &event);
        let note = noted::of(after, &event, &standing.state, &handling, &decision);
        (decision, note)
    }
}

/// The call as routing sees it.
fn call_of(request: &VerifiedTwilioRequest) -> Call {
    Call {
        caller: CallerId::parse(request.parameters().get("From").unwrap_or_default()),
        dialled: request.called_number().and_then(|number| E164PhoneNumber::parse(number).ok()),
    }
}

fn address(scope: TenantScope, told: &Told) -> CallAddress {
    CallAddress { tenant: scope.tenant_id(), call_sid: told.event.call_sid.clone() }
}
