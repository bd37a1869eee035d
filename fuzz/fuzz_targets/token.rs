//! Any text as a page token or a resume token is refused by name, or continues: it never fails inside.

#![no_main]

use std::sync::{Arc, LazyLock};

use articled::config::Config;
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::rpc::proto::article_service_server::ArticleService;
use articled::rpc::proto::{ListArticlesRequest, WatchArticlesRequest};
use articled::server::article_rpc;
use articled::store::SharedStore;
use articled::store::memory::MemoryStore;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;
use tonic::{Code, Request, Status};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads"));
static RPC: LazyLock<ArticleRpc> = LazyLock::new(|| {
    let store: SharedStore = Arc::new(MemoryStore::new());
    article_rpc(&store, articled::clock::Clock::system(), &Config::default(), &Registry::off()).expect("threads")
});

fuzz_target!(|token: &str| {
    RUNTIME.block_on(async {
        let list = ListArticlesRequest { page_token: token.to_owned(), ..Default::default() };
        blames_the_caller(RPC.list_articles(Request::new(list)).await.map(drop));
        let watch = WatchArticlesRequest { resume_token: token.to_owned(), ..Default::default() };
        blames_the_caller(RPC.watch_articles(Request::new(watch)).await.map(drop));
    });
});

fn blames_the_caller(answer: Result<(), Status>) {
    if let Err(status) = answer {
        assert!(
            matches!(status.code(), Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition),
            "{status:?}"
        );
    }
}
