//! Starts of servers on a database that is not right yet.
//!
//! Promises: each server is asked for its health and called, signed as Twilio signs; a start tells what `migrate` would have
//! told.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;

use sqlx::Connection as _;
use switchboard::clock::Clock;
use switchboard::simulator::{Line, PlacedCall, Signer};
use switchboard::twilio::phone_number::E164PhoneNumber;
use switchboard::twilio::public_url::PublicBaseUrl;
use switchboard::twilio::sid::AccountSid;
use switchboard::twilio::signature::AuthToken;

use crate::cluster::Database;
use crate::program::{self, ACCOUNT_SID, AUTH_TOKEN, Ended, PUBLIC_URL, SETTINGS};
use crate::run::{elsewhere, runtime};
use crate::servers::Servers;

const AT_ONCE: usize = 6;
const CALLER: &str = "+19725550123";
/// Somebody's number, or nobody's: a caller is answered all the same.
const DIALLED: &str = "+18165550101";

/// One server, up to its first call.
pub(crate) fn one(database: &Database) -> Ended {
    elsewhere(|| alone(database))
}

fn alone(database: &Database) -> Ended {
    let mut servers = Servers::start(1, database);
    let mut faults = match servers.serve() {
        Ok(()) => call(&servers, database),
        Err(fault) => vec![fault],
    };
    faults.extend(servers.stop());
    ended(&faults)
}

/// A program whose first migration are six servers at once.
pub(crate) fn six() -> impl Fn(&Database, &[&str]) -> Ended {
    let is_first = Cell::new(true);
    move |database, arguments| {
        if arguments == ["--approve-all"] && is_first.replace(false) {
            elsewhere(|| at_once(database))
        } else {
            program::migrate(database, arguments)
        }
    }
}

/// One migrates, five say that they wait, all serve, and no log holds a warning or an error.
fn at_once(database: &Database) -> Ended {
    let said = database.log_length();
    let (mut servers, waited) = runtime().block_on(held_back(database));
    let mut faults = match waited.and_then(|()| servers.serve()) {
        Ok(()) => call(&servers, database),
        Err(fault) => vec![fault],
    };
    faults.extend(servers.stop());
    let turns = servers.turns();
    if turns != (1, AT_ONCE - 1) {
        faults.push(format!("{} servers migrated, and {} waited", turns.0, turns.1));
    }
    faults.extend(database.complaints_since(said));
    ended(&faults)
}

/// Starts them while nobody can make a schema, until five wait for the first: it might be done before the last one begins.
async fn held_back(database: &Database) -> (Servers, Result<(), String>) {
    const HOLD: &str = "BEGIN; LOCK TABLE pg_catalog.pg_namespace IN SHARE MODE";
    let mut holding = database.as_superuser().await;
    sqlx::raw_sql(HOLD).execute(&mut holding).await.unwrap();
    let mut servers = Servers::start(AT_ONCE, database);
    let waited = servers.wait_for_another(AT_ONCE - 1);
    holding.close().await.unwrap();
    (servers, waited)
}

fn call(servers: &Servers, database: &Database) -> Vec<String> {
    let each = |(address, data)| answer_at(address, data, database).err();
    servers.places().filter_map(each).collect()
}

/// Whether a server says that it is ready, and answers a call.
fn answer_at(address: SocketAddr, data: &Path, database: &Database) -> Result<(), String> {
    let health = program::run(program::command(database, data, &["healthcheck"]).envs(SETTINGS));
    if health.exit != Some(0) {
        return Err(format!("healthcheck: {}", health.told()));
    }
    let signer = Signer::Token(AuthToken::parse(AUTH_TOKEN).unwrap());
    let account = AccountSid::parse(ACCOUNT_SID).unwrap();
    let line = Line::new(address, PublicBaseUrl::parse(PUBLIC_URL).unwrap(), account, signer).unwrap();
    let dialled = E164PhoneNumber::parse(DIALLED).unwrap();
    let call = PlacedCall::new(&line, CALLER, &dialled, Clock::System.now()).unwrap();
    let reply = runtime().block_on(line.deliver(&call.incoming(&line))).map_err(|error| error.to_string())?;
    match reply.verbs() {
        Ok(verbs) if !verbs.is_empty() => Ok(()),
        Ok(_) => Err("a call was answered with nothing".to_owned()),
        Err(failure) => Err(format!("a call was answered with what Twilio can't use: {failure}")),
    }
}

/// As one program would end that did all this.
fn ended(faults: &[String]) -> Ended {
    let exit = Some(i32::from(!faults.is_empty()));
    Ended { exit, stdout: String::new(), stderr: faults.join("; ") }
}
