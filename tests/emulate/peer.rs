//! `emulate`, a Twilio that we did not write, as a process of its own. `npm ci` brings it, in the version of the lock file.
//!
//! What it does otherwise than Twilio, so that nobody looks for it in our server:
//! * It signs a URL with its `#fragment`, which Twilio leaves out. So its status URL has none here.
//! * A call comes in as `in-progress`, without `SequenceNumber`, places and STIR/SHAKEN; a status callback has no duration.
//! * It never executes TwiML, repeats nothing, and asks no fallback.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000000";

/// The peer, until the test ends.
pub(crate) struct Peer {
    process: Child,
    output: BufReader<ChildStdout>,
    address: String,
    token: String,
}

/// What our server answered to one of its webhooks.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) body: String,
}

impl Peer {
    /// Starts it with this token of its account, and with a number that has our webhooks.
    pub(crate) fn start(folder: &Path, token: &str, number: &str, server: &str) -> Self {
        let seed = folder.join(format!("{token}.json"));
        let settings = json!({ "twilio": {
            "account": { "sid": ACCOUNT, "auth_token": token },
            "phone_numbers": [{
                "phone_number": number,
                "voice_url": format!("{server}/twilio/voice"),
                "status_callback": format!("{server}/twilio/voice/status"),
            }],
        }});
        std::fs::write(&seed, settings.to_string()).unwrap();
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulate");
        let program = home.join("node_modules/emulate/dist/index.js");
        assert!(program.exists(), "the peer is not installed: `just peer` does it");
        let mut process = Command::new("node")
            .arg("--require")
            .arg(home.join("beside.cjs"))
            .arg(program)
            .args(["start", "--service", "twilio", "--seed"])
            .arg(seed)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut peer = Self { process, output, address: String::new(), token: token.to_owned() };
        peer.address = peer.told("listening").as_str().unwrap().to_owned();
        peer
    }

    /// Calls our server. The call's SID at the peer, and what it was answered.
    pub(crate) async fn place_call(&mut self, to: &str, from: &str) -> (String, Answer) {
        let call = self.ask("inbound-call", &[("To", to), ("From", from)]).await;
        (call["sid"].as_str().unwrap().to_owned(), self.answer())
    }

    /// Has the call go on, or end.
    pub(crate) async fn report(&mut self, call_sid: &str, status: &str) -> Answer {
        self.ask("call-status", &[("CallSid", call_sid), ("Status", status)]).await;
        self.answer()
    }

    async fn ask(&self, what: &str, form: &[(&str, &str)]) -> Value {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = reqwest::Client::new()
            .post(format!("{}/_twilio/simulate/{what}", self.address))
            .basic_auth(ACCOUNT, Some(&self.token))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    fn answer(&mut self) -> Answer {
        let status = self.told("answered");
        Answer {
            status: u16::try_from(status["answered"].as_u64().unwrap()).unwrap(),
            media_type: status["type"].as_str().unwrap_or_default().to_owned(),
            body: status["body"].as_str().unwrap().to_owned(),
        }
    }

    /// The next line that is about this; the peer's own words to people are passed over.
    fn told(&mut self, about: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the peer ended before it told `{about}`");
            let Ok(told) = serde_json::from_str::<Value>(&line) else { continue };
            match told.get(about) {
                Some(Value::String(_)) => return told[about].clone(),
                Some(_) => return told,
                None => {}
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
