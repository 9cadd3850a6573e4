//! People who do whatever they like.

use std::time::Duration;

use switchboard::simulator::{
    AfterMessage, Answer, Callee, Caller, Delivery, Dice, Leaves, Message, NumberSettings, Order, Patience,
    People, Phone, Script,
};

use super::firms::{BLOCKED, Kind};

const CALLEES: [Callee; 9] = [
    Callee::Accepts,
    Callee::Accepts,
    Callee::Accepts,
    Callee::Declines,
    Callee::HangsUp,
    Callee::Ignores,
    Callee::Voicemail,
    Callee::Busy,
    Callee::Unreachable,
];
const WORDS: [&str; 5] =
    ["I smell a gas leak", "a repair please", "let me leave a message", "your address?", "hm"];
const KEYS: [&str; 7] = ["1", "2", "3", "9", "5", "*", "12"];

/// Who calls: mostly somebody with a number.
pub(super) fn caller(dice: &mut Dice, kind: &Kind) -> String {
    match dice.below(20) {
        0 => BLOCKED.to_owned(),
        1 => "anonymous".to_owned(),
        2 => "client:jenny".to_owned(),
        3 => "sip:desk@example.com".to_owned(),
        4 => kind.firm.number.clone(),
        _ => format!("+1972555{:04}", dice.below(10_000)),
    }
}

pub(super) fn script(dice: &mut Dice) -> Script {
    let answers = (0..dice.below(5)).map(|_| answer(dice)).collect();
    let message = Message {
        length: Duration::from_millis(dice.below(40_000) as u64),
        words: "It drips.".to_owned(),
        then: pick(dice, &[AfterMessage::HangsUp, AfterMessage::Waits, AfterMessage::Presses('#')]),
    };
    let leaves = match dice.below(5) {
        0 => Leaves::After(Duration::from_millis(dice.below(15_000) as u64)),
        1 => Leaves::After(Duration::from_millis(dice.below(120_000) as u64)),
        2 => Leaves::AtVerb(1 + dice.below(8)),
        _ => Leaves::AtTheEnd,
    };
    let patience = pick(dice, &[Patience::HearsItOut, Patience::Interrupts]);
    let caller = Caller { answers, patience, message, leaves };
    let phones = (0..=dice.below(4)).map(|_| phone(dice)).collect();
    Script {
        people: People { caller, phones, ..People::default() },
        delivery: Delivery { order: Order::Shuffled { seed: dice.throw() }, copies: 1 + dice.below(8) / 7 },
        number: NumberSettings::Complete,
    }
}

fn answer(dice: &mut Dice) -> Answer {
    match dice.below(3) {
        0 => Answer::Nothing,
        1 => Answer::Words(pick(dice, &WORDS).to_owned()),
        _ => Answer::Keys(pick(dice, &KEYS).to_owned()),
    }
}

fn phone(dice: &mut Dice) -> Phone {
    Phone {
        callee: pick(dice, &CALLEES),
        after: Duration::from_millis(500 + dice.below(25_000) as u64),
        talk: Duration::from_millis(dice.below(90_000) as u64),
    }
}

fn pick<T: Copy>(dice: &mut Dice, items: &[T]) -> T {
    items[dice.below(items.len())]
}
