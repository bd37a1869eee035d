//! Notices the commits of other instances: by LISTEN, and by asking once a second, because notifications are lost with a
//! connection.
//!
//! Nothing depends on it except how soon watchers are told: every read takes the state that it answers from the database.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::store::index::Index;
use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::feed::{FeedEnd, StoreVersion};
use crate::store::postgres::transaction::{self, Finish};

/// How often the state is asked for without a notification.
const POLL_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Listener {
    pub connector: Connector,
    pub index: Arc<Index>,
    pub feed: Arc<FeedEnd>,
    pub closing: CancellationToken,
}

impl Listener {
    pub(super) async fn run(self) {
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                Err(error) = self.follow() => tracing::debug!(%error, "following the other instances failed"),
            }
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = sleep(POLL_PAUSE) => {}
            }
        }
    }

    /// Follows the commits until something fails.
    async fn follow(&self) -> Result<(), PostgresError> {
        let mut connection = self.connector.connect(Purpose::Read).await?;
        let sql = "SELECT 'articled_' || current_schema() AS channel";
        let channel: String = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(self.connector.direct_options().clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        let is_standby: bool = sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut connection).await?;
        // A standby has no notifications.
        if !is_standby {
            listener.listen(&channel).await?;
        }
        loop {
            self.refresh(&mut connection).await?;
            if let Ok(notified) = timeout(POLL_PAUSE, listener.try_recv()).await {
                notified?;
            }
            // One refresh for all that have arrived.
            while listener.next_buffered().is_some() {}
        }
    }

    /// Loads what others have committed.
    async fn refresh(&self, connection: &mut PgConnection) -> Result<(), PostgresError> {
        // Before the database is asked: what this instance commits meanwhile would look like the past.
        let known = self.index.current().generation;
        let StoreVersion { generation, end, .. } = StoreVersion::read(connection).await?;
        if generation < known {
            // A promoted replica lacks the last commits. The first lock starts a new timeline, whose generations are later than
            // all that were seen; until then every read would have to load the index.
            let mut writer = self.connector.connect(Purpose::Write).await?;
            transaction::begin_write(&mut writer).await?;
            transaction::end(&mut writer, Finish::RollBack).await?;
            close(writer).await;
        }
        if generation != known {
            load_committed(&self.index, connection).await?;
        }
        self.feed.advance(end);
        Ok(())
    }
}

/// Loads the committed state of the index. In a transaction, because the directories of segments are read one by one.
pub(super) async fn load_committed(index: &Index, connection: &mut PgConnection) -> Result<(), PostgresError> {
    let generation = transaction::begin_read(connection).await?;
    index.at(connection, generation).await?;
    transaction::end(connection, Finish::RollBack).await
}
