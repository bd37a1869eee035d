//! The program: arguments, telemetry, exit code.

mod cli;
mod telemetry;

use std::process::ExitCode;

/// Calls are short and allocate much.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
