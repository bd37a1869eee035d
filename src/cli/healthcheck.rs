//! `articled healthcheck`: for containers and scripts, which look at the exit code alone.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::client::{ServerArguments, explain};

/// How long a server may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks a server whether it serves: exit status 0 if it does, 1 if not.
#[derive(Args, Debug)]
pub struct Healthcheck {
    #[command(flatten)]
    server: ServerArguments,
}

impl Healthcheck {
    pub async fn run(self) -> anyhow::Result<()> {
        tokio::time::timeout(PATIENCE, self.ask()).await.context("the server did not answer within 3 s")?
    }

    async fn ask(&self) -> anyhow::Result<()> {
        let mut client = HealthClient::new(self.server.channel().await?);
        // The empty name asks for the server as a whole.
        let answer = client.check(HealthCheckRequest { service: String::new() }).await.map_err(explain)?;
        match answer.into_inner().status() {
            ServingStatus::Serving => Ok(()),
            status => bail!("the server at {} is {}", self.server.url(), status.as_str_name()),
        }
    }
}
