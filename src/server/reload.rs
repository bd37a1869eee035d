//! Reloads the files that can change without a restart: certificates and tokens.
//!
//! Compares contents, not times: Kubernetes swaps a link, and copies may keep their source's time. New contents are used once
//! two checks have found the same, because a file may be read while it is being written; SIGHUP uses them immediately.
//! Invalid contents are reported once, and the previous ones stay in use.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The maximum size of a file, against devices such as `/dev/zero`.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Why contents are invalid.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The contents are invalid.
    #[error("{setting}: {why}")]
    Unusable {
        /// The setting that names the files.
        setting: &'static str,
        /// What is wrong with them.
        why: String,
    },
}

type Contents = Vec<Vec<u8>>;

/// Applies contents, or returns why they are invalid.
type Adopt = Box<dyn FnMut(&[Vec<u8>]) -> Result<(), String> + Send>;

/// Files that are used together, such as a certificate and its key.
pub(crate) struct Source {
    setting: &'static str,
    paths: Vec<PathBuf>,
    adopt: Adopt,
    adopted: Contents,
    /// The contents that the last check found, if they differ from those in use.
    seen: Option<Contents>,
    /// The last reported error.
    reported: Option<String>,
    is_stale: Arc<AtomicBool>,
}

impl Source {
    /// Reads files for the first time.
    pub(crate) fn new(setting: &'static str, paths: Vec<PathBuf>, adopted: Contents, adopt: Adopt) -> Self {
        Self { setting, paths, adopt, adopted, seen: None, reported: None, is_stale: Arc::default() }
    }

    /// Set while the current contents are invalid.
    pub(crate) fn is_stale(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_stale)
    }

    async fn look(&mut self, at_once: bool) {
        let paths = self.paths.clone();
        let contents = match tokio::task::spawn_blocking(move || read_all(&paths)).await {
            Ok(Ok(contents)) => contents,
            Ok(Err(error)) => return self.keep(error.to_string(), at_once),
            Err(_) => return,
        };
        if contents == self.adopted && self.reported.is_none() && !at_once {
            self.seen = None;
            return;
        }
        if !at_once && self.seen.as_ref() != Some(&contents) {
            self.seen = Some(contents);
            return;
        }
        match (self.adopt)(&contents) {
            Ok(()) => {
                tracing::info!(setting = self.setting, "reloaded");
                self.adopted = contents;
                self.seen = None;
                self.reported = None;
                self.is_stale.store(false, Ordering::Relaxed);
            }
            Err(why) => self.keep(why, at_once),
        }
    }

    fn keep(&mut self, why: String, at_once: bool) {
        self.is_stale.store(true, Ordering::Relaxed);
        if at_once || self.reported.as_ref() != Some(&why) {
            tracing::error!(
                setting = self.setting,
                why,
                "the new files cannot be used; what was read before stays in use"
            );
        }
        self.reported = Some(why);
    }
}

/// Checks files for changes. Once it exists, SIGHUP does not end the process, even without files.
pub(crate) struct Reloader {
    sources: Vec<Source>,
    interval: Duration,
    hangups: Signal,
}

impl Reloader {
    pub(crate) fn new(sources: Vec<Source>, interval: Duration) -> io::Result<Self> {
        Ok(Self { sources, interval, hangups: signal(SignalKind::hangup())? })
    }

    /// Never returns.
    pub(crate) async fn follow(mut self) {
        let mut interval = tokio::time::interval(self.interval);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let at_once = tokio::select! {
                _ = interval.tick() => false,
                _ = self.hangups.recv() => true,
            };
            for source in &mut self.sources {
                source.look(at_once).await;
            }
        }
    }
}

/// Reads files that are small.
pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Contents, SourceError> {
    paths.iter().map(|path| read(path).map_err(|error| SourceError::Read { path: path.clone(), error })).collect()
}

fn read(path: &PathBuf) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut contents = Vec::new();
    std::fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A source of one file that takes over what begins with "good".
    struct Followed {
        folder: tempfile::TempDir,
        source: Source,
        adopted: Arc<Mutex<Vec<String>>>,
    }

    impl Followed {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("file");
            std::fs::write(&path, "good 0").expect("written");
            let adopted: Arc<Mutex<Vec<String>>> = Arc::default();
            let kept = Arc::clone(&adopted);
            let adopt = move |contents: &[Vec<u8>]| {
                let text = String::from_utf8(contents[0].clone()).map_err(|error| error.to_string())?;
                if !text.starts_with("good") {
                    return Err(format!("{text} is bad"));
                }
                kept.lock().expect("no panic").push(text);
                Ok(())
            };
            let source = Source::new("tokens", vec![path], vec![b"good 0".to_vec()], Box::new(adopt));
            Self { folder, source, adopted }
        }

        fn write(&self, text: &str) {
            std::fs::write(self.folder.path().join("file"), text).expect("written");
        }

        fn is_stale(&self) -> bool {
            self.source.is_stale.load(Ordering::Relaxed)
        }

        fn adopted(&self) -> Vec<String> {
            self.adopted.lock().expect("no panic").clone()
        }
    }

    #[tokio::test]
    async fn takes_over_what_two_looks_find() {
        let mut followed = Followed::new();
        followed.source.look(false).await;
        followed.write("good 1");
        followed.source.look(false).await;
        followed.write("good 2");
        followed.source.look(false).await;
        assert!(followed.adopted().is_empty(), "it may still be being written");
        followed.source.look(false).await;
        followed.source.look(false).await;
        assert_eq!(followed.adopted(), ["good 2"]);
        followed.write("good 3");
        followed.source.look(true).await;
        assert_eq!(followed.adopted(), ["good 2", "good 3"]);
    }

    #[tokio::test]
    async fn what_is_bad_changes_nothing_until_it_is_mended() {
        let mut followed = Followed::new();
        followed.write("bad");
        for at_once in [false, false, true] {
            followed.source.look(at_once).await;
        }
        assert!(followed.is_stale() && followed.adopted().is_empty());
        std::fs::remove_file(followed.folder.path().join("file")).expect("removed");
        followed.source.look(false).await;
        assert!(followed.is_stale());
        followed.write("good 0");
        followed.source.look(false).await;
        followed.source.look(false).await;
        assert!(!followed.is_stale(), "it says again what is in use");
    }
}
