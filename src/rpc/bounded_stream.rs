//! A response stream produced by a task of its own, with back-pressure from the client.
//!
//! A client that reads nothing for too long is disconnected, so that it does not hold its slot and memory indefinitely. The
//! task's result ends the stream: if the task panics, the stream ends with an error instead of looking complete.

use std::future::{Future, ready};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::task::AbortHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tracing::Instrument;

use super::status::{internal, overload_status};

/// How many responses are buffered ahead of the client. A response can be as large as an article, so few.
const BUFFERED_RESPONSES: usize = 1;

/// The task's end of the stream. Clones share it.
pub(crate) struct ResponseSender<T> {
    sender: mpsc::Sender<T>,
    stall_timeout: Duration,
}

impl<T> Clone for ResponseSender<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), stall_timeout: self.stall_timeout }
    }
}

impl<T> ResponseSender<T> {
    /// Waits until the client takes the response. The stream must end with the error, if there is one.
    pub(crate) async fn send(&self, response: T) -> Result<(), Status> {
        self.sender.send_timeout(response, self.stall_timeout).await.map_err(|error| match error {
            SendTimeoutError::Timeout(_) => stalled(),
            // The client will not receive this.
            SendTimeoutError::Closed(_) => Status::cancelled("the client is gone"),
        })
    }
}

fn stalled() -> Status {
    let message = "the client read nothing from the stream for too long";
    overload_status(Code::DeadlineExceeded, "STREAM_STALLED", message, None)
}

/// Spawns a task that sends responses. The stream yields them, then the task's error if it fails. Dropping the stream
/// aborts the task.
pub(crate) fn bounded_stream<T, F>(
    stall_timeout: Duration,
    make: impl FnOnce(ResponseSender<T>) -> F,
) -> impl Stream<Item = Result<T, Status>> + Send
where
    T: Send + 'static,
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let (sender, responses) = mpsc::channel(BUFFERED_RESPONSES);
    let task = tokio::spawn(make(ResponseSender { sender, stall_timeout }).in_current_span());
    let abort_on_drop = AbortOnDrop(task.abort_handle());
    let end = async move {
        let end = task.await.unwrap_or_else(|_| Err(internal()));
        drop(abort_on_drop);
        end.err().map(Err)
    };
    ReceiverStream::new(responses).map(Ok).chain(stream::once(end).filter_map(ready))
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tonic_types::StatusExt;

    use super::*;

    const STALL_TIMEOUT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn the_end_of_the_task_is_the_end_of_the_stream() {
        let good = bounded_stream(STALL_TIMEOUT, |responses| async move {
            responses.send(1).await?;
            responses.send(2).await
        });
        assert_eq!(good.map(Result::ok).collect::<Vec<_>>().await, [Some(1), Some(2)]);
        let failed = bounded_stream(STALL_TIMEOUT, |responses| async move {
            responses.send(1).await?;
            Err(Status::aborted("so"))
        });
        let codes: Vec<_> = failed.map(|response| response.map_err(|status| status.code())).collect().await;
        assert_eq!(codes, [Ok(1), Err(Code::Aborted)]);
        let panicked = bounded_stream(STALL_TIMEOUT, |responses: ResponseSender<u8>| async move {
            let _held = responses;
            panic!("on purpose")
        });
        let codes: Vec<_> = panicked.map(|response| response.map_err(|status| status.code())).collect().await;
        assert_eq!(codes, [Err(Code::Internal)]);
    }

    #[tokio::test]
    async fn a_stalled_client_is_disconnected() {
        let (holder, is_dropped) = tokio::sync::oneshot::channel::<()>();
        let stream = bounded_stream(Duration::from_millis(10), |responses| async move {
            let _holder = holder;
            loop {
                responses.send(1).await?;
            }
        });
        assert!(is_dropped.await.is_err());
        // The buffered response is still delivered, then the reason.
        let responses: Vec<_> = stream.collect().await;
        assert!(matches!(responses.as_slice(), [Ok(1), Err(_)]), "{responses:?}");
        let end = responses.into_iter().find_map(Result::err).expect("an end");
        assert_eq!(end.code(), Code::DeadlineExceeded);
        assert_eq!(end.get_details_error_info().map(|info| info.reason).as_deref(), Some("STREAM_STALLED"));
    }

    #[tokio::test]
    async fn dropping_the_stream_aborts_the_task() {
        let (sender, ended) = tokio::sync::oneshot::channel::<()>();
        let stream = bounded_stream(STALL_TIMEOUT, |responses: ResponseSender<u8>| async move {
            let _held = (responses, sender);
            std::future::pending().await
        });
        let mut stream = Box::pin(stream);
        assert!(stream.next().now_or_never().is_none());
        drop(stream);
        assert!(ended.await.is_err());
    }
}
