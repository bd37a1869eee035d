//! Optimistic concurrency: read, change, write if unchanged, and retry when another writer was faster.

use super::status::RpcError;
use crate::article::ArticleName;

/// Attempts before a caller is told ABORTED. Each one loses only to a writer that succeeded, so more than a few mean that
/// the article is written all the time.
const MAX_ATTEMPTS: u32 = 8;

/// Calls `attempt` until it returns a value; `None` means that the article changed between its read and its write.
pub(crate) async fn retry_contended<T, F: Future<Output = Result<Option<T>, RpcError>>>(
    name: &ArticleName,
    attempt: impl Fn() -> F,
) -> Result<T, RpcError> {
    for _ in 0..MAX_ATTEMPTS {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
    }
    Err(RpcError::Contended(name.clone()))
}
