//! How requests reach the product: again, several times, and in any order.

use switchboard::simulator::{Callee, Delivery, Exchange, Order, Request, Script};

use super::product::{Asked, Product, Said};
use super::telephones::firm;
use super::{ANN, phones};

#[tokio::test]
async fn a_status_that_could_not_be_written_comes_again_with_the_same_token() {
    let product = Product::answering(&[
        ("/twilio/voice", Said::twiml("<Hangup/>")),
        ("/twilio/voice/status", Said::status(503)),
        ("/twilio/voice/status", Said { status: 204, content_type: None, body: String::new() }),
    ])
    .await;

    let conversation = product.called(&Script::default()).await;

    let statuses: Vec<Asked> =
        product.asked().into_iter().filter(|asked| asked.path == "/twilio/voice/status").collect();
    assert_eq!(statuses.len(), 4, "three, and one of them twice");
    assert_eq!(statuses[0].idempotency_token, statuses[1].idempotency_token);
    assert_ne!(statuses[1].idempotency_token, statuses[2].idempotency_token);
    assert!(conversation.exchanges().all(Exchange::is_accepted));
}

#[tokio::test]
async fn repetitions_are_the_same_request_again() {
    let product = Product::saying("<Hangup/>").await;
    let delivery = Delivery { copies: 3, ..Delivery::default() };

    let conversation = product.called(&Script { delivery, ..Script::default() }).await;

    assert_eq!(product.asked().len(), 4 * 3);
    let first: Vec<_> = conversation.exchanges().filter(|exchange| exchange.earlier == 0).collect();
    assert_eq!(first.len(), 4);
    for asked in product.asked().chunks(3) {
        assert_eq!(
            (asked[0].idempotency_token.as_str(), &asked[0].form),
            (asked[2].idempotency_token.as_str(), &asked[1].form)
        );
    }
}

#[tokio::test]
async fn disorder_is_the_same_for_the_same_seed_and_loses_nothing() {
    let arrived = async |seed| {
        let product = firm(&[ANN]).await;
        let delivery = Delivery { order: Order::Shuffled { seed }, copies: 1 };
        let conversation = product.called(&Script { delivery, ..phones(&[Callee::Accepts]) }).await;
        let told = |exchange: &Exchange| {
            exchange.earlier == 0 && matches!(exchange.request, Request::Status(_) | Request::Leg(_))
        };
        assert_eq!(conversation.exchanges().filter(|exchange| told(exchange)).count(), 3 + 4);
        let asked = product.asked().into_iter();
        asked.map(|asked| (asked.path.clone(), asked.get("CallStatus").to_owned())).collect::<Vec<_>>()
    };

    let orders = [arrived(1).await, arrived(1).await, arrived(2).await];

    assert_eq!(orders[0], orders[1]);
    assert_ne!(orders[0], orders[2]);
}
