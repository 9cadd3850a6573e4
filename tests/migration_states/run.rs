//! Tries many states: three workers, each with a cluster of its own, take them from one queue.
//!
//! Promises: states that make roles come last, because roles stay in a cluster. Whatever goes wrong with one state is its
//! verdict, and the others go on.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tokio::runtime::{Builder, Runtime};

use crate::families::breakages;
use crate::judge::objects::Ours;
use crate::kills;
use crate::making::{Unmade, Workshop};
use crate::program;
use crate::starts;
use crate::state::{Base, State, Trial};
use crate::verdict::{self, Verdict};

const WORKERS: usize = 3;

/// A state and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    pub(crate) state: State,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    /// Whether the program was killed at work.
    pub(crate) was_killed: bool,
}

/// Tries them all. `heard` is told of each as it ends.
pub(crate) fn all(mut states: Vec<State>, ours: &Ours, heard: impl Fn(&Tried) + Sync) -> Vec<Tried> {
    states.sort_by_key(State::makes_roles);
    let queue = Mutex::new(VecDeque::from(states));
    let next = || queue.lock().unwrap().pop_front();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| work(&next, ours, &heard))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

fn work(next: &dyn Fn() -> Option<State>, ours: &Ours, heard: &dyn Fn(&Tried)) -> Vec<Tried> {
    let runtime = runtime();
    let mut workshop = runtime.block_on(Workshop::open());
    let mut tried = Vec::new();
    while let Some(state) = next() {
        let began = Instant::now();
        let was_killed = Cell::new(false);
        let attempt =
            AssertUnwindSafe(|| runtime.block_on(verdict_on(&mut workshop, &state, ours, &was_killed)));
        let verdict =
            catch_unwind(attempt).unwrap_or_else(|panic| Verdict::Failed { faults: vec![told(&*panic)] });
        let one = Tried { state, verdict, took: began.elapsed(), was_killed: was_killed.get() };
        heard(&one);
        tried.push(one);
    }
    tried
}

async fn verdict_on(workshop: &mut Workshop, state: &State, ours: &Ours, was_killed: &Cell<bool>) -> Verdict {
    let database = match workshop.make(state).await {
        Ok(database) => database,
        Err(Unmade::Refused { sentence }) => return Verdict::Refused { sentence },
        Err(Unmade::Failed { fault }) => return Verdict::Failed { faults: vec![fault] },
    };
    let verdict = match state.trial {
        Trial::Alone => verdict::of(&database, ours, &program::migrate).await,
        Trial::SixServers => verdict::of(&database, ours, &starts::six()).await,
        Trial::Killed(killing) => {
            let copy = workshop.copy(&database).await;
            let unharmed = kills::unharmed(killing.of, &copy);
            workshop.drop(&copy).await;
            match unharmed {
                Ok(unharmed) => {
                    verdict::of(&database, ours, &kills::killed(killing, unharmed, was_killed)).await
                }
                Err(fault) => Verdict::Failed { faults: vec![format!("unharmed: {fault}")] },
            }
        }
    };
    workshop.drop(&database).await;
    verdict
}

/// On a thread of its own, while whoever judges waits for it: a runtime can't run within another.
pub(crate) fn elsewhere<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(act).join().unwrap())
}

fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("the harness itself stumbled: {}", text.unwrap_or("without a word"))
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// What is ours, and the ways to break it: read from a fresh and from a finished database.
pub(crate) async fn read_target() -> Result<(Ours, Vec<State>), Unmade> {
    let mut workshop = Workshop::open().await;
    let fresh = workshop.begin(&Base::EMPTY).await?;
    let ended = program::migrate(&fresh, &["--approve-all"]);
    if ended.exit != Some(0) {
        return Err(Unmade::Failed { fault: format!("a fresh install: {}", ended.told()) });
    }
    let mut superuser = fresh.as_superuser().await;
    let ours = Ours::of_fresh(&mut superuser).await;
    superuser.close().await.unwrap();
    let finished = workshop.begin(&Base::finished()).await?;
    let mut superuser = finished.as_superuser().await;
    let broken = breakages::states(&mut superuser, &ours.tables).await;
    superuser.close().await.unwrap();
    Ok((ours, broken))
}
