//! `articled healthcheck`: reports by its exit code, for containers and scripts.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::client::{ServerArguments, explain};

/// How long the server may take to respond.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Checks the health of a server. Exit status 0 if it is serving, 1 if not.
#[derive(Args, Debug)]
pub(super) struct Healthcheck {
    #[command(flatten)]
    server: ServerArguments,
}

impl Healthcheck {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        tokio::time::timeout(TIMEOUT, self.check()).await.context("the server did not respond within 3 s")?
    }

    async fn check(&self) -> anyhow::Result<()> {
        let mut client = HealthClient::new(self.server.connect().await?.transport());
        // The empty name means the server as a whole.
        let response = client
            .check(HealthCheckRequest { service: String::new() })
            .await
            .map_err(|status| explain(status.into()))?;
        match response.into_inner().status() {
            ServingStatus::Serving => Ok(()),
            status => bail!("the server at {} is {}", self.server.url(), status.as_str_name()),
        }
    }
}
