//! Calls that the simulator places with servers of a stage.

use std::net::SocketAddr;

use serde_json::{Value, json};
use switchboard::app::RunningServer;
use switchboard::simulator::{Line, PlacedCall, Signer};
use switchboard::twilio::phone_number::E164PhoneNumber;

use super::{Firm, Stage};

impl Stage {
    /// The line from the agency's account to these servers; each request goes to the next one.
    pub(crate) fn line(&self, servers: &[&RunningServer]) -> Line {
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        let signer = Signer::Token(self.agency.token().clone());
        let line = Line::new(addresses[0], self.public_urls[0].clone(), self.agency.sid().clone(), signer);
        line.unwrap().shared_with(&addresses[1..])
    }

    /// A call that begins now.
    pub(crate) fn placed(&self, line: &Line, from: &str, to: &str) -> PlacedCall {
        PlacedCall::new(line, from, &E164PhoneNumber::parse(to).unwrap(), self.now()).unwrap()
    }

    /// Has the firm's calls handled like this: a document of settings, as far as it says something.
    pub(crate) async fn handle(&self, firm: &Firm, settings: &Value) {
        let mut kept = settings.as_object().unwrap().clone();
        let mut columns = Vec::new();
        for (name, column) in [
            ("timezone", "timezone"),
            ("greeting", "greeting_message"),
            ("after_hours_message", "after_hours_message"),
            ("hours", "business_hours"),
        ] {
            match kept.remove(name) {
                Some(Value::String(text)) => columns.push(format!("{column} = {}", literal(&text))),
                Some(other) => columns.push(format!("{column} = {}", literal(&other.to_string()))),
                None => {}
            }
        }
        if let Some(recording) = kept.get("recording") {
            columns.push(format!("enable_recording = {}", recording["enabled"] == json!(true)));
        }
        columns.push(format!("call_handling = {}", literal(&Value::Object(kept).to_string())));
        self.database
            .run(&format!("UPDATE tenants SET {} WHERE id = '{}'", columns.join(", "), firm.id))
            .await;
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
