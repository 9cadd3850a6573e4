//! The files of a deployment hold what they promise each other: `Dockerfile`, `fly.toml`, `docker-compose.yml`.
//!
//! Commands, ports, paths, signals and settings are judged against the real program and against each other. That the image
//! builds and runs is shown by `scripts/image`.

#![cfg(test)]

use std::{fs, path::Path, process::Command, time::Duration};

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The instructions of the Dockerfile's last stage, in one line each.
struct Image(Vec<(String, String)>);

impl Image {
    fn read() -> Self {
        let text = read("Dockerfile").replace("\\\n", " ");
        let mut stage = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (instruction, rest) = line.split_once(' ').unwrap();
            if instruction == "FROM" {
                stage.clear();
            }
            stage.push((instruction.to_owned(), rest.trim().to_owned()));
        }
        Self(stage)
    }

    fn instruction(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(instruction, _)| instruction == name);
        &found.unwrap_or_else(|| panic!("the image has no {name}")).1
    }

    /// The words of an instruction in its form without a shell.
    fn words(&self, name: &str) -> Vec<String> {
        let text = self.instruction(name);
        let (_, array) = text.split_once('[').unwrap_or_else(|| panic!("{name} needs a shell"));
        serde_json::from_str(&format!("[{array}")).unwrap()
    }

    fn setting(&self, name: &str) -> &str {
        let pairs = self.instruction("ENV").split(' ');
        let found = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
        found.unwrap_or_else(|| panic!("the image does not set {name}")).1
    }
}

fn fly() -> Value {
    toml::from_str(&read("fly.toml")).unwrap()
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(&read("docker-compose.yml")).unwrap().remove(0)
}

fn help_of(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    let output = command.args(arguments).arg("--help").env_clear().output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Words that follow the ENTRYPOINT are a command of ours, with arguments that it knows.
#[track_caller]
fn assert_is_a_command<S: AsRef<str>>(words: &[S]) {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    assert!(!words.is_empty());
    let (code, help) = help_of(&words);
    assert_eq!(code, Some(0), "{words:?} is no command of ours");
    // With nothing but options, clap shows the help of the whole program.
    assert!(help.contains(&format!("Usage: switchboard {}", words[0])), "{words:?}: {help}");
}

/// `30s` or `5m`.
fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.len() - 1);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        other => panic!("{other} is no unit"),
    };
    Duration::from_secs(number.parse::<u64>().unwrap() * seconds)
}

#[test]
fn every_command_of_a_deployment_is_a_command_of_ours() {
    let image = Image::read();
    let entrypoint = image.words("ENTRYPOINT");
    let health = image.words("HEALTHCHECK");
    let fly = fly();
    let compose = compose();
    let server = &compose["services"]["switchboard"];

    assert_eq!(entrypoint.len(), 1, "{entrypoint:?}");
    assert!(entrypoint[0].starts_with('/') && entrypoint[0].ends_with("/switchboard"), "{entrypoint:?}");
    assert!(
        image.0.contains(&("COPY".to_owned(), format!("--from=build /image/switchboard {}", entrypoint[0])))
    );
    assert_is_a_command(&image.words("CMD"));
    assert_eq!(health[0], entrypoint[0]);
    assert_is_a_command(&health[1..]);
    // Fly replaces CMD alone: a release command that named the program would be its own argument.
    let release = fly["deploy"]["release_command"].as_str().unwrap();
    assert_is_a_command(&release.split(' ').collect::<Vec<_>>());
    let command = server["command"].as_vec().unwrap().iter().map(|word| word.as_str().unwrap());
    assert_is_a_command(&command.collect::<Vec<_>>());
    assert!(server["entrypoint"].is_badvalue());
}

#[test]
fn every_port_of_a_deployment_is_the_one_that_the_server_listens_on() {
    let image = Image::read();
    let port = image.setting("PORT");
    let fly = fly();
    let compose = compose();
    let server = &compose["services"]["switchboard"];

    assert_eq!(image.instruction("EXPOSE"), port);
    assert_eq!(fly["http_service"]["internal_port"].to_string(), port);
    assert_eq!(fly["env"]["PORT"], port);
    assert_eq!(fly["env"]["METRICS_PORT"], fly["metrics"][0]["port"].to_string());
    assert_eq!(server["environment"]["PORT"].as_str(), Some(port));
    for published in server["ports"].as_vec().unwrap() {
        assert_eq!(published.as_str().unwrap().rsplit(':').next(), Some(port));
    }
}

#[test]
fn whoever_stops_the_server_waits_longer_than_it_takes_and_says_so_by_a_signal_that_it_heeds() {
    let image = Image::read();
    let fly = fly();
    let compose = compose();
    let server = &compose["services"]["switchboard"];
    // After the requests under way come the work that outlives them and the connections.
    let limits = switchboard::http::server::Limits::default();
    let least = limits.drain + limits.finish + Duration::from_secs(2);

    assert_eq!(image.instruction("STOPSIGNAL"), "SIGTERM");
    assert_eq!(fly["kill_signal"], "SIGTERM");
    assert_eq!(server["stop_signal"].as_str(), Some("SIGTERM"));
    assert!(Duration::from_secs(fly["kill_timeout"].as_u64().unwrap()) >= least);
    assert!(duration(server["stop_grace_period"].as_str().unwrap()) >= least);
}

#[test]
fn the_image_needs_neither_root_nor_a_shell_nor_a_writable_root() {
    let image = Image::read();
    let data = image.setting("SWITCHBOARD_DATA_DIR");
    let user = image.instruction("USER");
    let fly = fly();
    let compose = compose();
    let server = &compose["services"]["switchboard"];
    let volumes: Vec<&str> =
        server["volumes"].as_vec().unwrap().iter().map(|volume| volume.as_str().unwrap()).collect();

    assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{user}");
    assert!(image.0.iter().all(|(instruction, _)| instruction != "RUN"), "RUN needs a shell");
    assert!(
        image.0.iter().any(|(_, rest)| rest.starts_with(&format!("--from=build --chown={user} "))
            && rest.ends_with(&format!(" {data}"))),
        "nobody gives {data} to {user}"
    );
    assert_eq!(fly["mounts"][0]["destination"], data);
    assert_eq!(fly["env"]["SWITCHBOARD_DATA_DIR"], data);
    assert_eq!(server["environment"]["SWITCHBOARD_DATA_DIR"].as_str(), Some(data));
    assert_eq!(volumes, [format!("data:{data}")]);
    assert_eq!(server["read_only"].as_bool(), Some(true));
}

#[test]
fn calls_are_sent_only_to_a_server_that_says_that_it_is_ready() {
    let fly = fly();
    let service = &fly["http_service"];
    let checks = service["checks"].as_array().unwrap();
    let compose = compose();

    assert!(fly.get("checks").is_none(), "checks at the top level don't decide where calls go");
    assert_eq!(checks.iter().map(|check| &check["path"]).collect::<Vec<_>>(), ["/readyz"]);
    assert_eq!(service["auto_stop_machines"], "off");
    assert!(service["min_machines_running"].as_u64().unwrap() >= 2);
    let waits_for = &compose["services"]["switchboard"]["depends_on"]["database"]["condition"];
    assert_eq!(waits_for.as_str(), Some("service_healthy"));
    assert!(compose["services"]["database"]["healthcheck"]["test"].as_vec().is_some());
}

#[test]
fn every_setting_of_a_deployment_is_one_that_the_program_knows_and_no_secret_stands_there() {
    let (_, help) = help_of(&[]);
    let known: Vec<&str> = help.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_').collect();
    let fly = fly();
    let compose = compose();
    let given = compose["services"]["switchboard"]["environment"].as_hash().unwrap();

    let of_fly = fly["env"].as_object().unwrap().keys().map(String::as_str);
    for name in of_fly.chain(given.keys().map(|name| name.as_str().unwrap())) {
        assert!(known.contains(&name), "{name} is no setting of ours");
    }
    for secret in
        ["DATABASE_URL", "MIGRATION_DATABASE_URL", "TWILIO_AUTH_TOKEN", "SWITCHBOARD_ENCRYPTION_KEYS"]
    {
        assert!(fly["env"].get(secret).is_none(), "{secret} belongs to `fly secrets`");
        let value = given.get(&Yaml::String(secret.to_owned())).and_then(Yaml::as_str);
        assert!(value.is_none_or(|value| value.contains("${")), "{secret} belongs to .env");
    }
}

#[test]
fn the_image_is_built_by_our_compiler_on_the_debian_that_it_runs_on() {
    let cargo: Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let dockerfile = read("Dockerfile");
    let bases: Vec<&str> = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let compiler = format!("docker.io/library/rust:{}-", cargo["package"]["rust-version"].as_str().unwrap());

    let release = bases[0].strip_prefix(&compiler).expect("another compiler than Cargo.toml's");
    let release = release.split(' ').next().unwrap();
    let number = ["bookworm", "trixie"].iter().position(|name| *name == release).unwrap() + 12;
    assert!(bases.last().unwrap().contains(&format!("cc-debian{number}:nonroot")), "{bases:?}");
    assert!(read("scripts/image").contains(&format!(" {release} ")), "the stand-ins are another Debian");
}
