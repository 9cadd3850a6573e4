//! Child processes that end with us.
//!
//! On Linux the kernel signals the child when we die, however we die. Elsewhere a server that outlived us is found
//! through its pid file and stopped at the next start (see `postmaster`). The only `unsafe` of the crate is here.

use std::{
    io,
    os::unix::process::CommandExt as _,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::account::Account;

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A command that runs as `account`, knows nothing of our environment (a `PGDATA` would mislead it, and our secrets
/// are none of its business), and does not hear the terminal's Ctrl-C: that has to reach us first.
pub(super) fn command(program: &Path, account: &Account) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").current_dir("/").process_group(0);
    account.apply(&mut command);
    command
}

/// Polls `condition` until it holds; `false` if it doesn't within `limit`.
pub(super) fn within(limit: Duration, condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !condition() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(POLL_INTERVAL);
    }
    true
}

/// Asks a postmaster to disconnect everybody and stop (SIGINT); if it doesn't, to stop at once and recover at the next
/// start (SIGQUIT). Neither loses a committed row. `false` if it goes on running.
pub(super) fn shut_down(postmaster: Pid, has_ended: impl Fn() -> bool) -> bool {
    for (signal, patience) in
        [(Signal::SIGINT, Duration::from_secs(20)), (Signal::SIGQUIT, Duration::from_secs(10))]
    {
        if has_ended() {
            return true;
        }
        // The only failure that matters, a process that is gone, is noticed by the wait.
        let _ = kill(postmaster, signal);
        if within(patience, &has_ended) {
            return true;
        }
        tracing::warn!(process_id = postmaster.as_raw(), %signal, "PostgreSQL did not stop in time");
    }
    false
}

/// Lets the kernel send `signal` to the child when the thread that spawns it ends.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the death signal must be set between fork and exec")]
pub(super) fn die_with_us(command: &mut Command, signal: Signal) {
    use nix::{errno::Errno, sys::prctl, unistd};

    let parent = unistd::getpid();
    let set_death_signal = move || {
        prctl::set_pdeathsig(signal)?;
        // We may have died before the line above: then nobody will send the signal.
        if unistd::getppid() == parent { Ok(()) } else { Err(io::Error::from(Errno::ESRCH)) }
    };

    // SAFETY: the closure runs in the forked child, where only async-signal-safe functions may be called. It makes two
    // plain system calls (prctl, getppid), allocates nothing and takes no lock. It runs after the change of user,
    // which would clear the death signal.
    unsafe {
        command.pre_exec(set_death_signal);
    }
}

/// Other systems have no death signal.
#[cfg(not(target_os = "linux"))]
pub(super) fn die_with_us(_command: &mut Command, _signal: Signal) {}

/// A running `postgres`; stopped when dropped.
#[derive(Debug)]
pub(super) struct Server {
    process_id: Pid,
    waiter: JoinHandle<()>,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Starts `command` on a thread of its own, which lives until the child ends: the death signal follows the thread
    /// that spawned it, and any other thread may end while the process lives on.
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        die_with_us(&mut command, Signal::SIGINT);
        let stopping = Arc::new(AtomicBool::new(false));
        let expected = Arc::clone(&stopping);
        let (report, started) = mpsc::channel();

        let waiter = thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    let _ = report.send(Err(error));
                    return;
                }
            };
            let _ = report.send(Ok(child.id()));
            let status = child.wait();
            if !expected.load(Ordering::Relaxed) {
                tracing::error!(?status, "the private PostgreSQL ended by itself; see its postgres.log");
            }
        })?;

        let process_id = started.recv().map_err(io::Error::other)??;
        let process_id = Pid::from_raw(i32::try_from(process_id).map_err(io::Error::other)?);
        Ok(Self { process_id, waiter, stopping })
    }

    pub(super) fn process_id(&self) -> Pid {
        self.process_id
    }

    pub(super) fn has_ended(&self) -> bool {
        self.waiter.is_finished()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if !shut_down(self.process_id, || self.has_ended()) {
            tracing::error!(
                process_id = self.process_id.as_raw(),
                "PostgreSQL goes on running; stop it by hand"
            );
        }
    }
}
