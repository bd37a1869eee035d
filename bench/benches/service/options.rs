//! The command line of this benchmark.

use std::path::PathBuf;
use std::time::Duration;

/// The default maximum number of articles for peers, because FTS5 builds slowly.
const MOST_PEERS: usize = 100_000;

#[derive(Clone)]
pub(crate) struct Options {
    pub articles: usize,
    pub text: Option<String>,
    pub seed: u64,
    pub folder: PathBuf,
    pub rounds: usize,
    pub round_time: Duration,
    pub only: Option<String>,
    pub reuse: bool,
    /// The file for the bar plot of the filter's query classes.
    pub plot: Option<PathBuf>,
    /// The number of articles of the peers. `None`: all, up to [`MOST_PEERS`].
    pub peers: Option<usize>,
    /// The connection string of a PostgreSQL server to compare with.
    pub postgres: Option<String>,
    /// The URL of a PostgreSQL server to run the service on, without `options`.
    pub on_postgres: Option<String>,
    /// Whether to keep what was made on that server, for `--reuse`.
    pub keep: bool,
    /// The sizes to measure one after the other. Empty: a single run.
    pub growth: Vec<usize>,
    /// The folder for the growth plots.
    pub plots: Option<PathBuf>,
    /// Whether to run only the import measurement, with the real command and a real server.
    pub import: bool,
}

impl Options {
    pub(crate) fn from_arguments() -> Self {
        let mut options = Self {
            articles: 10_000,
            text: None,
            seed: 1,
            folder: std::env::temp_dir(),
            rounds: 5,
            round_time: Duration::from_secs(2),
            only: None,
            reuse: false,
            plot: None,
            peers: None,
            postgres: None,
            on_postgres: None,
            keep: false,
            growth: Vec::new(),
            plots: None,
            import: false,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut text = || arguments.next().unwrap_or_else(|| panic!("{argument} of what?"));
            let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{text} is no number"));
            match argument.as_str() {
                "--articles" => options.articles = number(text()),
                "--seed" => options.seed = number(text()) as u64,
                "--rounds" => options.rounds = number(text()).max(1),
                "--seconds" => options.round_time = Duration::from_secs(number(text()) as u64),
                "--text" => options.text = Some(text()),
                "--folder" => options.folder = text().into(),
                "--only" => options.only = Some(text()),
                "--plot" => options.plot = Some(text().into()),
                "--reuse" => options.reuse = true,
                "--peers" => options.peers = Some(number(text())),
                "--postgres" => options.postgres = Some(text()),
                "--on-postgres" => options.on_postgres = Some(text()),
                "--keep" => options.keep = true,
                "--growth" => options.growth = text().split(',').map(|size| number(size.to_owned())).collect(),
                "--plots" => options.plots = Some(text().into()),
                "--import" => options.import = true,
                // Cargo itself passes this one.
                "--bench" => {}
                other => panic!("what is {other}?"),
            }
        }
        options
    }

    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|wanted| wanted == part))
    }

    #[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "only peers ask"))]
    pub(crate) fn peer_articles(&self) -> usize {
        self.peers.unwrap_or(MOST_PEERS).min(self.articles)
    }
}
