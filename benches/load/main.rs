//! The load generator: sends webhooks as Twilio would, signed, and prints as one line of JSON how they were answered.
//!
//! Promises: every request is made by the program's own simulator and signature. In the open loop a latency counts from
//! the moment at which the request was due, so that a server that stalls can't hide it. Errors count from the first
//! request on, latencies after the warm-up only.
//! Doesn't: start servers, look into databases or compare; `benches/run.py` does.
//!
//! It is a bench target and no package of its own: it needs nothing that the program doesn't depend on already.

mod arguments;
mod calls;
mod connection;
mod load;
mod pace;
mod tally;

use std::error::Error;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use clap::Parser as _;
use switchboard::clock::Clock;
use tokio::task::JoinSet;

use arguments::Arguments;
use calls::Calls;
use load::Load;
use pace::Pace;
use tally::Tally;

/// Whatever goes wrong ends the measurement: half a result is none.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let calls = Calls::prepare(&arguments, Clock::System.now())?;
    if arguments.sample {
        return print(&calls.sample()?);
    }
    let began = Instant::now();
    let load = Arc::new(Load::new(&arguments, calls, Pace::new(&arguments, began), began));
    let clockwork = {
        let load = Arc::clone(&load);
        thread::spawn(move || load.release())
    };
    // One thread: the generator shares its machine with what it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = runtime.block_on(everybody_calls(&load, arguments.connections))?;
    clockwork.join().map_err(|_| "the clockwork panicked")?;
    print(&tally.report(&arguments))
}

async fn everybody_calls(load: &Arc<Load>, connections: usize) -> Result<Tally, Failure> {
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        callers.spawn(load::call_until_the_end(Arc::clone(load)));
    }
    let mut tally = Tally::default();
    while let Some(one) = callers.join_next().await {
        tally.add(one??);
    }
    Ok(tally)
}

fn print(json: &serde_json::Value) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{json}")?)
}
