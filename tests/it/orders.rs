//! Twilio's requests come late, twice and out of order: the row is the same.

use chrono::TimeDelta;
use serde_json::{Value, json};

use switchboard::twilio::call_status::CallStatus;

use crate::support::{Call, Dice, Firm, Stage, TestApp, TestDatabase, Webhook};

/// Everything but what differs between two calls by nature.
const ROWS: &str =
    "SELECT to_jsonb(c) - ARRAY['id', 'call_sid', 'created_at', 'updated_at'] AS row FROM call_logs c";

/// The events of one call, each as Twilio sends it.
type Story = fn(&Stage, &Firm, &Call) -> Vec<Webhook>;

/// The voice webhook and four callbacks; two have no `SequenceNumber`, all have a `Timestamp`.
fn an_answered_call(stage: &Stage, _: &Firm, call: &Call) -> Vec<Webhook> {
    let twilio = &stage.agency;
    vec![
        twilio.voice(call).with("CallerName", "JENNY TUTONE"),
        twilio.status(call, "initiated", 0),
        twilio.status(call, "ringing", 1).without("SequenceNumber"),
        twilio.status(call, "in-progress", 2),
        twilio.status(call, "completed", 3).without("SequenceNumber").with("RecordingUrl", "https://api/RE1"),
    ]
}

/// Two ends, of which Twilio's numbering says which one is the last, and a forwarding.
fn a_forwarded_call(stage: &Stage, firm: &Firm, call: &Call) -> Vec<Webhook> {
    let twilio = &stage.agency;
    vec![
        twilio.voice(call),
        twilio.status(call, "in-progress", 1),
        twilio.dial_result(firm, call, "completed"),
        twilio.status(call, "completed", 4),
        twilio.status(call, "failed", 5),
    ]
}

/// Callbacks about one end that disagree in every detail, none of them numbered.
fn a_contradictory_call(stage: &Stage, _: &Firm, call: &Call) -> Vec<Webhook> {
    let status =
        |status: &str, second: u32| stage.agency.status(call, status, second).without("SequenceNumber");
    vec![
        status("completed", 3).with("CallerName", "B").with("From", "+19725550124"),
        status("completed", 2).with("CallDuration", "41").with("CallerName", "A"),
        status("busy", 5).with("CallDuration", "40"),
        status("teleported", 9).with("Direction", "sideways").with("CallDuration", "99999999999"),
        stage.agency.voice(call).with("ParentCallSid", &format!("CA{:032x}", 99)),
    ]
}

/// All orders of the numbers below `end`.
fn orders(end: usize) -> Vec<Vec<usize>> {
    if end == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(end - 1);
    let insert = |order: &Vec<usize>, place: usize| {
        let mut longer = order.clone();
        longer.insert(place, end - 1);
        longer
    };
    shorter.iter().flat_map(|order| (0..end).map(|place| insert(order, place))).collect()
}

/// Tells the story of the same call again and again, each time in another order. Returns the row after each.
async fn rows_after(story: Story, orders: &[Vec<usize>]) -> Vec<Value> {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let events = story(&stage, &acme, &Call::to(&acme.number, 1));
    let mut rows = Vec::new();
    for order in orders {
        for &event in order {
            deliver(&app, &events[event]).await;
        }
        app.settle().await;
        let heard = stage.database.count("switchboard.call_events WHERE kind <> 'decision'").await;
        assert_eq!(heard, 5, "a repetition is no second event: {order:?}");
        rows.push(stage.database.row(ROWS).await["row"].clone());
        stage.database.run("DELETE FROM switchboard.call_events; DELETE FROM call_logs").await;
    }
    rows
}

async fn deliver(app: &TestApp, webhook: &Webhook) {
    let answer = app.post(webhook).await;
    assert!(answer.status.is_success(), "{answer:?} to {webhook:?}");
}

#[track_caller]
fn all_alike(rows: &[Value], orders: &[Vec<usize>]) {
    for (row, order) in rows.iter().zip(orders) {
        assert_eq!(row, &rows[0], "in the order {order:?}");
    }
}

#[tokio::test]
async fn all_120_orders_of_five_events_end_in_the_same_row() {
    let all_orders = orders(5);
    assert_eq!(all_orders.len(), 120);

    for story in [an_answered_call as Story, a_forwarded_call, a_contradictory_call] {
        all_alike(&rows_after(story, &all_orders).await, &all_orders);
    }
}

#[tokio::test]
async fn repetitions_in_any_order_change_nothing() {
    let mut dice = Dice::new();
    let orders: Vec<Vec<usize>> = (0..40)
        .map(|_| {
            let mut order: Vec<usize> = (0..5).collect();
            order.extend((0..dice.below(12)).map(|_| dice.below(5)));
            dice.shuffle(&mut order);
            order
        })
        .collect();

    for story in [an_answered_call as Story, a_forwarded_call, a_contradictory_call] {
        all_alike(&rows_after(story, &orders).await, &orders);
    }
}

#[tokio::test]
async fn however_late_each_event_comes_twilios_own_times_count() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    for (sid, order) in (1..).zip(orders(5)) {
        for &event in &order {
            stage.clock.move_to(stage.now() + TimeDelta::milliseconds(700));
            deliver(&app, &an_answered_call(&stage, &acme, &Call::to(&acme.number, sid))[event]).await;
        }
    }

    app.finish().await;
    let distinct = format!("SELECT DISTINCT row FROM ({ROWS}) rows");
    let row = stage.database.row(&distinct).await["row"].clone();
    let expected = json!({
        "tenant_id": acme.id, "parent_call_sid": null, "from_number": "+19725550123", "to_number": acme.number,
        "caller_name": "JENNY TUTONE", "direction": "inbound", "status": "completed", "outcome": "missed",
        "duration": 42, "recording_url": "https://api/RE1", "transcript": null, "summary": null,
        "appointment_booked": false, "is_missed": true, "is_after_hours": false, "cost": null,
        "started_at": "2026-03-03T17:02:11+00:00", "answered_at": null, "answered_by": null,
        "alarmed_at": null, "ended_at": "2026-03-03T17:02:14+00:00",
    });
    assert_eq!(row, expected);
}

/// The status of a call after two callbacks, in the order given.
async fn status_after(app: &TestApp, database: &TestDatabase, first: &Webhook, second: &Webhook) -> String {
    deliver(app, first).await;
    deliver(app, second).await;
    let query = format!("SELECT status FROM call_logs WHERE call_sid = '{}'", first.value("CallSid"));
    database.row(&query).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_end_of_a_call_wins_by_its_number_then_by_its_rank() {
    let by_rank = ["completed", "busy", "no-answer", "failed", "canceled"];
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let mut sids = 1..;

    for (rank, stronger) in by_rank.iter().enumerate() {
        for weaker in &by_rank[rank..] {
            // The numbers of the two, and which of them wins.
            for (numbers, winner) in [
                ((None, None), stronger),
                ((Some(4), Some(3)), stronger),
                ((Some(3), Some(4)), weaker),
                ((None, Some(0)), weaker),
            ] {
                let call = Call::to(&acme.number, sids.next().unwrap());
                let other = Call::to(&acme.number, sids.next().unwrap());
                let callback = |call: &Call, status: &str, number: Option<u32>| match number {
                    Some(number) => stage.agency.status(call, status, number),
                    None => stage.agency.status(call, status, 0).without("SequenceNumber"),
                };

                let one = (callback(&call, stronger, numbers.0), callback(&call, weaker, numbers.1));
                let turned = (callback(&other, weaker, numbers.1), callback(&other, stronger, numbers.0));

                let context = format!("{stronger} {:?} and {weaker} {:?}", numbers.0, numbers.1);
                assert_eq!(status_after(&app, &stage.database, &one.0, &one.1).await, **winner, "{context}");
                assert_eq!(
                    status_after(&app, &stage.database, &turned.0, &turned.1).await,
                    **winner,
                    "{context}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_late_ringing_callback_does_not_reopen_a_completed_call() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    for (sid, late) in (1..).zip(["queued", "initiated", "ringing", "in-progress"]) {
        let call = Call::to(&acme.number, sid);
        let (end, late) = (stage.agency.status(&call, "canceled", 1), stage.agency.status(&call, late, 9));
        assert_eq!(status_after(&app, &stage.database, &end, &late).await, "canceled");
    }
}

#[tokio::test]
async fn a_status_that_comes_before_its_call_makes_the_row() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);

    deliver(&app, &stage.agency.status(&call, "completed", 3)).await;
    let early = stage.database.row("SELECT id, status, from_number, to_number FROM call_logs").await;
    deliver(&app, &stage.agency.voice(&call)).await;
    let later = stage.database.row("SELECT id, status, from_number, to_number FROM call_logs").await;

    assert_eq!(early["status"], "completed");
    assert_eq!(later, early);
}

#[tokio::test]
async fn words_that_twilio_adds_later_do_no_harm() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    deliver(&app, &stage.agency.voice(&call)).await;
    let before = stage.database.row(ROWS).await;

    let strange = [
        ("CallStatus", "teleported"),
        ("CallStatus", ""),
        ("Direction", "sideways"),
        ("SequenceNumber", "-1"),
        ("SequenceNumber", "99999999999999"),
        ("SequenceNumber", "one"),
        ("CallDuration", "-5"),
        ("CallDuration", "99999999999999"),
        ("CallbackSource", "a/b"),
        ("ParentCallSid", ""),
        ("CallerName", "Łódź \u{1F600} \u{FFFE}"),
    ];
    for (name, value) in strange {
        deliver(&app, &stage.agency.status(&call, "ringing", 0).with(name, value)).await;
    }
    for time in ["yesterday", "", "Tue, 31 Feb 2026 17:02:11 +0000"] {
        deliver(&app, &stage.agency.status(&call, "ringing", 0).with("Timestamp", time)).await;
    }

    let row = stage.database.row(ROWS).await;
    for column in ["status", "direction", "duration", "started_at", "from_number"] {
        assert_eq!(row["row"][column], before["row"][column], "{column}");
    }
}

#[tokio::test]
async fn a_blank_says_less_than_any_value() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    let blank = stage.agency.status(&call, "ringing", 0).with("From", "").with("ParentCallSid", "");
    let telling = stage.agency.status(&call, "in-progress", 1).with("ParentCallSid", &format!("CA{:032}", 7));

    deliver(&app, &blank).await;
    deliver(&app, &stage.agency.dial_result(&acme, &call, "completed").with("From", "")).await;
    deliver(&app, &telling).await;
    deliver(&app, &stage.agency.voice(&call)).await;

    let row = stage.database.row("SELECT from_number, parent_call_sid FROM call_logs").await;
    assert_eq!(row["from_number"], stage.agency.voice(&call).value("From"));
    assert_eq!(row["parent_call_sid"], format!("CA{:032}", 7));
}

#[tokio::test]
async fn the_fold_weighs_every_status_that_the_program_knows() {
    let stage = Stage::new().await;

    for status in CallStatus::ALL {
        let weight = format!("SELECT switchboard.call_status_weight('{}', NULL) AS weight", status.as_str());
        let row = stage.database.row(&weight).await;
        assert_eq!(row["weight"][0], i32::from(status.is_terminal()), "{status}");
    }
}
