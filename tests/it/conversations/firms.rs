//! Two firms as they are set up in earnest.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::Stage;

/// A heating firm, whose calls are recorded and whose emergencies can't wait.
pub(super) const ACME: &str = "Acme Heating & Cooling";
/// A clinic with a menu and a few desks that ring together.
pub(super) const LAKESIDE: &str = "Lakeside Dental";

pub(super) const ANN: &str = "+12145550199";
pub(super) const BOB: &str = "+12145550198";
const CARLA: &str = "+12145550197";
const DESK: &str = "+17205550161";
const OFFICE: &str = "+17205550163";

/// Their numbers, and the names of their people.
pub(super) struct Firms {
    numbers: BTreeMap<&'static str, &'static str>,
    names: BTreeMap<&'static str, &'static str>,
}

impl Firms {
    /// The line of a firm.
    pub(super) fn number(&self, firm: &str) -> &str {
        self.numbers[firm]
    }

    /// Whose telephone this is.
    pub(super) fn name(&self, number: &str) -> String {
        self.names.get(number).copied().unwrap_or(number).to_owned()
    }
}

pub(super) async fn all(stage: &Stage) -> Firms {
    let numbers = BTreeMap::from([(ACME, "+12145550100"), (LAKESIDE, "+17205550162")]);
    for (slug, name, zone) in [("acme", ACME, "America/Chicago"), ("lakeside", LAKESIDE, "America/Denver")] {
        let firm = stage.firm_without_forwarding(slug, numbers[name]).await;
        let named = format!("UPDATE tenants SET company_name = '{name}' WHERE id = '{}'", firm.id);
        stage.database.run(&named).await;
        let mut settings = if name == ACME { acme() } else { lakeside() };
        settings["timezone"] = json!(zone);
        stage.handle(&firm, &settings).await;
    }
    let names = [(ANN, "Ann"), (BOB, "Bob"), (CARLA, "Carla"), (DESK, "front desk"), (OFFICE, "back office")];
    Firms { numbers, names: names.into() }
}

fn weekdays(from: &str, to: &str) -> serde_json::Value {
    let day = json!([{ "from": from, "to": to }]);
    json!({ "week": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day } })
}

fn acme() -> serde_json::Value {
    json!({
        "hours": weekdays("08:00", "17:00"),
        "greeting": "Thank you for calling Acme Heating and Cooling.",
        "after_hours_message": "Thank you for calling Acme Heating and Cooling. Our office is closed until eight in the morning.",
        "recording": { "enabled": true, "notice": "This call may be recorded." },
        "ring": { "manner": "in_order", "acceptance": "press_one", "phones": [
            { "name": "Ann", "number": ANN, "seconds": 20 }, { "name": "Bob", "number": BOB, "seconds": 20 } ] },
        "emergency": { "key": "9", "words": ["gas leak", "no heat", "smell gas"],
            "offer": "If you smell gas or have no heat, press 9 now, or say what is wrong.",
            "safety": "If you smell gas, leave the building now and call 911 from outside. Please stay on the line while we reach the technician on duty.",
            "ladder": [ { "name": "Bob", "number": BOB, "seconds": 25 }, { "name": "Carla", "number": CARLA, "seconds": 25 } ] },
        "blocked": [ "+12145550666" ]
    })
}

fn lakeside() -> serde_json::Value {
    json!({
        "hours": weekdays("09:00", "18:00"),
        "greeting": "Hello, this is Lakeside Dental.",
        "after_hours_message": "Hello, this is Lakeside Dental. We are closed at the moment, and open on weekdays from nine to six.",
        "menu": {
            "prompt": "For an appointment, press 1. To leave a message for the dentist, press 2. For our address, press 3.",
            "choices": [
                { "key": "1", "words": ["appointment"], "to": "people" },
                { "key": "2", "words": ["message"], "to": "message" },
                { "key": "3", "words": ["address"], "to": "information",
                  "text": "We are at 40 Lake Street, on the second floor. There is parking behind the house." } ] },
        "ring": { "manner": "together", "acceptance": "press_one", "phones": [
            { "name": "front desk", "number": DESK, "seconds": 20 }, { "name": "back office", "number": OFFICE, "seconds": 20 } ] },
        "voicemail": { "enabled": true,
            "prompt": "Please tell us your name, your number and what it is about after the tone. We call back on the next working day." }
    })
}
