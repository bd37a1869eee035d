//! The program itself, as a process of its own that is killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::sync::mpsc;

/// The program, serving on a free port; killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    log: mpsc::UnboundedReceiver<String>,
    said: Vec<String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it is gone");
    }
}

impl Program {
    pub(crate) async fn start(database: &Path) -> (Self, SocketAddr) {
        Self::start_with(database, "info", &["--metrics-listen", ""]).await
    }

    /// Starts the program with a log level, and settings of its own.
    pub(crate) async fn start_with(database: &Path, level: &str, settings: &[&str]) -> (Self, SocketAddr) {
        let database = format!("sqlite:{}", database.display());
        let child = Command::new(env!("CARGO_BIN_EXE_articled"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", &database])
            .args(settings)
            .env("ARTICLED_LOG", level)
            // A collector of traces is told soon, in milliseconds.
            .env("OTEL_BSP_SCHEDULE_DELAY", "50")
            .env("OTEL_BLRP_SCHEDULE_DELAY", "50")
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("piped"));
        let (sender, log) = mpsc::unbounded_channel();
        // Reads to the end, so that the program never waits for a reader of its log.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                _ = sender.send(line);
            }
        });
        let mut program = Self { child, log, said: Vec::new() };
        let line = program.says(" listen=").await;
        let address = line.split_once(" listen=").and_then(|(_, rest)| rest.split_whitespace().next());
        (program, address.expect("an address").parse().expect("an address"))
    }

    /// The next line of the log that has this text.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        loop {
            let line =
                self.log.recv().await.unwrap_or_else(|| panic!("it ended without saying {text}: {:?}", self.said));
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Ends it in order, and returns all that it said.
    pub(crate) async fn stop(mut self) -> Vec<String> {
        self.signal("TERM");
        while let Some(line) = self.log.recv().await {
            self.said.push(line);
        }
        std::mem::take(&mut self.said)
    }
}

/// Runs `articled check`, which must find nothing.
pub(crate) fn check(database: &Path) {
    let checked = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["check", "--database", &format!("sqlite:{}", database.display())])
        .output()
        .expect("the program starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
