//! When requests are due.
//!
//! Promises: in the open loop the due times are drawn before the first request (a Poisson process), and no answer, early
//! or late, moves one.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::arguments::Arguments;
use crate::calls::mix;

/// How requests follow each other.
#[derive(Debug)]
pub(crate) enum Pace {
    /// Each connection sends when it has the answer to its last request, up to this moment.
    Closed { until: Instant },
    /// At these moments. A caller takes a permit for each.
    Open { due: Vec<Instant>, released: Semaphore, connections: usize },
}

impl Pace {
    pub(crate) fn new(arguments: &Arguments, began: Instant) -> Self {
        let length = arguments.warm_up + arguments.duration;
        match arguments.rate {
            None => Self::Closed { until: began + length },
            Some(rate) => Self::Open {
                due: poisson(rate, length, arguments.seed).into_iter().map(|offset| began + offset).collect(),
                released: Semaphore::new(0),
                connections: arguments.connections,
            },
        }
    }

    /// Lets each request go when it is due. Blocks its thread: the runtime's own timer ticks in whole milliseconds.
    pub(crate) fn release(&self) {
        let Self::Open { due, released, connections } = self else { return };
        for moment in due {
            thread::sleep(moment.saturating_duration_since(Instant::now()));
            released.add_permits(1);
        }
        // One more for each caller, who finds that nothing is due any more.
        released.add_permits(*connections);
    }
}

/// The moments of `rate` events a second: the gaps between them are exponential.
fn poisson(rate: f64, length: Duration, seed: u64) -> Vec<Duration> {
    let mut moments = Vec::new();
    let mut seconds = 0.0;
    for n in 0.. {
        seconds -= (1.0 - fraction(mix(seed ^ n))).ln() / rate;
        match Duration::try_from_secs_f64(seconds) {
            Ok(moment) if moment < length => moments.push(moment),
            Ok(_) | Err(_) => break,
        }
    }
    moments
}

/// From 0 up to, and without, 1.
fn fraction(random: u64) -> f64 {
    // The upper bits as the digits of a number between 1 and 2.
    f64::from_bits((random >> 12) | 1.0_f64.to_bits()) - 1.0
}
