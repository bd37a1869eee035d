//! The `articled` binary. `cli` has the commands, `telemetry` sets up logging.

mod cli;
mod telemetry;

use std::process::ExitCode;

/// mimalloc, because calls are short and allocate a lot; Cargo.toml has the measurement.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
