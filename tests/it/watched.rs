//! The watch over every line that the stories of this binary log: what it finds, and what becomes of the run then.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use switchboard::config::Environment;

use crate::secrets;
use crate::support::watch_the_log;

/// Set for the run that is to find something.
const LEAK: &str = "SWITCHBOARD_TEST_LEAK";

/// Every story of this binary is watched; this shows that the watch ends the run, which no story can show from inside.
#[test]
fn a_secret_in_any_line_of_any_story_ends_the_run() {
    const NAME: &str = "watched::a_secret_in_any_line_of_any_story_ends_the_run";
    if let Some(leaked) = Environment::of_process().get(LEAK) {
        watch_the_log();
        let leaked = leaked.to_owned();
        // On a thread that nobody waits for, by a crate that is not ours.
        let _ = std::thread::spawn(move || tracing::trace!(target: "hyper::proto", "to {leaked}")).join();
        return;
    }
    let runs = [("+1 (214) 555-0100", Some("a phone number")), ("nobody", None)];

    for (leaked, kind) in runs {
        let mut run = Command::new(std::env::current_exe().unwrap());
        let ended = run.args(["--exact", NAME]).env(LEAK, leaked).output().unwrap();

        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.success(), kind.is_none(), "{said}");
        assert_eq!(ended.status.signal().is_some(), kind.is_some(), "{said}");
        let told =
            kind.is_none_or(|kind| said.contains(&format!("{kind} in a line of hyper::proto at TRACE")));
        assert!(told, "{said}");
    }
}

#[test]
fn a_secret_is_known_in_whatever_shape_and_an_id_is_none() {
    let key = format!("sbt_0123456789ab_{}", "aB3_-".repeat(8));
    let table: [(&str, &[&str]); 5] = [
        (
            "a phone number",
            &[
                "from=+12145550100",
                "from=%2B12145550100&limit=1",
                "12145550100",
                "2145550100",
                "0012145550100",
                "(214) 555-0100",
                "1-214-555-0100",
                "From=%28214%29%20555-0100",
                "sip:+19725550123@example.com",
                "+442079460958",
            ],
        ),
        ("a token", &[&secrets::token(1), &secrets::token(77)]),
        ("a key", &[&key]),
        ("a signature", &["x-twilio-signature: RSOYDt4T1cUTdK1PDd93/VVr8B8="]),
        (
            "a person, a place or what was said",
            &["JENNY TUTONE", "client:jenny", "Thank you for calling acme."],
        ),
    ];

    for (kind, texts) in table {
        for text in texts {
            assert_eq!(secrets::found_in(&format!("answered {text} status=200")), Some(kind), "{text}");
        }
    }
    for text in [
        "id=01a2145c-2c6d-775e-b40e-ac028d3210c5",
        "call=CA00000000000000000000000000000001",
        "elapsed=2.145550100ms",
        "/tmp/switchboard-test-214-01a214f053927661beadbca249c72af6/data",
        "+1•••0100",
    ] {
        assert_eq!(secrets::found_in(text), None, "{text}");
    }
}
