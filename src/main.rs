//! The program: hands over to the command line.

use std::process::ExitCode;

/// Most of a request's memory is made by one worker and given back by another, which costs the system's allocator dear:
/// docs/adr/0016-what-a-known-call-costs.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    switchboard::cli::run()
}
