//! Optimistic concurrency: read, modify, write if unchanged; retry if another write came in between.

use super::status::RpcError;
use crate::article::ArticleName;

/// Attempts before the call fails with ABORTED. Each attempt fails only if another write succeeded, so more than a few
/// failures mean that the article is written continuously.
const MAX_ATTEMPTS: u32 = 8;

/// Calls `attempt` until it returns a value. `None` means that the article changed between the read and the write.
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
