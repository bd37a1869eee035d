// Included in the documentation's examples, so that each runs on a server.

/// Runs an example with the URL of a server of its own: in memory, on a free port, until the example ends.
fn on_server(example: impl AsyncFnOnce(String) -> Result<(), Box<dyn std::error::Error>>) {
    use std::sync::Arc;

    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let served = articled::server::serve(
            articled::config::Config::default(),
            articled::server::Listeners { grpc: listener, metrics: None },
            Arc::new(articled::store::memory::MemoryStore::new()),
            articled::clock::Clock::system(),
            articled::metrics::Registry::off(),
            std::future::pending(),
        );
        tokio::select! {
            ended = served => panic!("the server ended: {ended:?}"),
            done = example(url) => done.expect("the example succeeds"),
        }
    });
}
