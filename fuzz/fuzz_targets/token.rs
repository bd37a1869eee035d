//! Any text as a page token or a resume token is refused by name, or continues: it never fails inside.

#![no_main]

use articled::rpc::proto::article_service_server::ArticleService;
use articled::rpc::proto::{ListArticlesRequest, WatchArticlesRequest};
use articled_fuzz::{RPC, RUNTIME};
use libfuzzer_sys::fuzz_target;
use tonic::{Code, Request, Status};

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
