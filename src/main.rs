//! The program: arguments, telemetry, exit code.

mod cli;
mod telemetry;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
