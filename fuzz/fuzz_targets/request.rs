//! Any bytes that decode as a request get an answer or a status that blames the caller, never INTERNAL or UNKNOWN.

#![no_main]

use articled::rpc::proto::article_service_server::ArticleService;
use articled_fuzz::{RPC, RUNTIME};
use libfuzzer_sys::fuzz_target;
use prost::Message;
use tonic::{Code, Request, Status};

fuzz_target!(|input: (u8, &[u8])| {
    let (rpc, bytes) = input;
    RUNTIME.block_on(async {
        match rpc % 12 {
            0 => answered(bytes, async |request| RPC.get_article(request).await.map(drop)).await,
            1 => answered(bytes, async |request| RPC.batch_get_articles(request).await.map(drop)).await,
            2 => answered(bytes, async |request| RPC.list_articles(request).await.map(drop)).await,
            3 => answered(bytes, async |request| RPC.filter_articles(request).await.map(drop)).await,
            4 => answered(bytes, async |request| RPC.create_article(request).await.map(drop)).await,
            5 => answered(bytes, async |request| RPC.update_article(request).await.map(drop)).await,
            6 => answered(bytes, async |request| RPC.delete_article(request).await.map(drop)).await,
            7 => answered(bytes, async |request| RPC.ingest_article(request).await.map(drop)).await,
            8 => answered(bytes, async |request| RPC.reparse_article(request).await.map(drop)).await,
            9 => answered(bytes, async |request| RPC.parse_article(request).await.map(drop)).await,
            10 => answered(bytes, async |request| RPC.export_articles(request).await.map(drop)).await,
            _ => answered(bytes, async |request| RPC.watch_articles(request).await.map(drop)).await,
        }
    });
});

async fn answered<M: Message + Default>(bytes: &[u8], call: impl AsyncFnOnce(Request<M>) -> Result<(), Status>) {
    let Ok(message) = M::decode(bytes) else { return };
    if let Err(status) = call(Request::new(message)).await {
        assert!(!matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss), "{status:?}");
    }
}
