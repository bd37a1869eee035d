//! Whether the store can be read.

use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::connection::ReadConnection;
use crate::store::sqlite::read::readers::Read;

/// Reads any row.
pub(crate) struct PingRead;

impl Read for PingRead {
    type Found = ();

    async fn run(self, connection: &mut ReadConnection) -> Result<(), SqliteError> {
        connection.integers("SELECT 1 FROM article LIMIT 1", []).map(|_| ())
    }
}
