//! What several fuzz targets share: the RPCs on an empty store in memory.

use std::sync::{Arc, LazyLock};

use articled::clock::Clock;
use articled::config::Config;
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::server::article_rpc;
use articled::store::SharedStore;
use articled::store::memory::MemoryStore;
use tokio::runtime::Runtime;

/// The runtime of all calls of a target.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads"));

/// The service, called without a connection.
pub static RPC: LazyLock<ArticleRpc> = LazyLock::new(|| {
    let store: SharedStore = Arc::new(MemoryStore::new());
    article_rpc(&store, Clock::system(), &Config::default(), &Registry::off()).expect("threads")
});
