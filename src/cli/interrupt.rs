//! Termination signals: SIGINT (Ctrl-C) and SIGTERM.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// The exit status that shells report for a process killed by SIGINT.
const KILLED_BY_INTERRUPT: i32 = 130;

/// A future that is ready at the first SIGINT or SIGTERM. From this call on, that signal no longer kills the process. A
/// second SIGINT does, for users who do not want to wait for a graceful end.
pub(super) fn signals() -> io::Result<impl Future<Output = ()> + Send> {
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
