//! The program itself, as a process of its own that is killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::sync::oneshot;

/// The program, serving on a free port; killed when it is dropped.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().expect("SIGKILL");
        self.0.wait().expect("it is gone");
    }
}

impl Program {
    pub async fn start(database: &Path) -> (Self, SocketAddr) {
        let database = format!("sqlite:{}", database.display());
        let child = Command::new(env!("CARGO_BIN_EXE_articled"))
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "", "--database", &database])
            .env("ARTICLED_LOG", "info")
            .stderr(Stdio::piped())
            .spawn();
        let mut program = Self(child.expect("the program starts"));
        let log = BufReader::new(program.0.stderr.take().expect("piped"));
        let (sender, address) = oneshot::channel();
        // Reads to the end, so that the program never waits for a reader of its log.
        std::thread::spawn(move || {
            let mut sender = Some(sender);
            for line in log.lines().map_while(Result::ok) {
                let address = line.split_once(" listen=").and_then(|(_, rest)| rest.split_whitespace().next());
                if let (Some(address), Some(sender)) = (address, sender.take_if(|_| address.is_some())) {
                    _ = sender.send(address.parse().expect("an address"));
                }
            }
        });
        let address = address.await.expect("it says where it listens");
        (program, address)
    }
}

/// Runs `articled check`, which must find nothing.
pub fn check(database: &Path) {
    let checked = Command::new(env!("CARGO_BIN_EXE_articled"))
        .args(["check", "--database", &format!("sqlite:{}", database.display())])
        .output()
        .expect("the program starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
