//! How a person or a supervisor asks the process to end: Ctrl-C (SIGINT) or SIGTERM.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// What the shell reports of a process that Ctrl-C has killed.
const KILLED_BY_INTERRUPT: i32 = 130;

/// Ready when the process is asked to end. From this call on, such a request no longer kills the process; but a second
/// Ctrl-C does, as who presses it does not want to wait for what the first one lets finish.
pub fn signals() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::spawn(async move {
            if interrupt.recv().await.is_some() {
                std::process::exit(KILLED_BY_INTERRUPT);
            }
        });
    })
}
