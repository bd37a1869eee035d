//! What a command works on: a server, or a store that it opens itself. The same client in either case.

use std::sync::Arc;

use articled::config::Config;
use articled::metrics::Registry;
use articled::rpc::proto::article_service_server::ArticleServiceServer;
use articled::store::{Access, DATABASE_FORM, SharedStore};
use articled_client::Client;
use clap::Args;

use super::client::ServerArguments;
use super::store;

#[derive(Args, Clone, Debug)]
pub(super) struct ServiceArguments {
    /// Opens this store directly, instead of using a server.
    #[arg(long, value_name = DATABASE_FORM)]
    database: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

impl ServiceArguments {
    /// Connects to the server, or opens the store.
    pub(super) async fn open(&self, access: Access) -> anyhow::Result<Service> {
        match &self.database {
            None => Ok(Service { client: self.server.connect().await?, opened: None }),
            Some(database) => Service::of_store(database, access).await,
        }
    }
}

pub(super) struct Service {
    pub client: Client,
    opened: Option<SharedStore>,
}

impl Service {
    pub(super) async fn of_store(database: &str, access: Access) -> anyhow::Result<Self> {
        let opened = store::open(database, access, Registry::off()).await?;
        let client = client_of_store(&opened, &Config::default())?;
        Ok(Self { client, opened: Some(opened) })
    }

    /// Closes the store, if one was opened.
    pub(super) async fn close(self) {
        if let Some(store) = self.opened {
            store.close().await;
        }
    }
}

/// A client whose requests are answered in this process.
pub(super) fn client_of_store(opened: &SharedStore, config: &Config) -> anyhow::Result<Client> {
    let rpc = Arc::new(store::rpc(opened, config)?);
    // Nothing is read from a network, so no size needs a limit beyond those of the fields.
    let service = ArticleServiceServer::from_arc(rpc).max_decoding_message_size(usize::MAX);
    Ok(Client::of_service(service))
}
