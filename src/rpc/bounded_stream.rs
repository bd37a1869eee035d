//! A stream of answers that is made by a task of its own, no faster than the client takes it.
//!
//! A client that takes nothing for too long is let go, so that it holds neither a place nor memory for ever. The task's
//! result is the end of the stream: if the task panics, the stream does not look complete.

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

/// How many answers are made ahead of the client. Answers may be as long as articles, so few.
const AHEAD: usize = 1;

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
    /// Waits until the client takes an answer. An error is what the stream is to end with.
    pub(crate) async fn send(&self, answer: T) -> Result<(), Status> {
        self.sender.send_timeout(answer, self.stall_timeout).await.map_err(|error| match error {
            SendTimeoutError::Timeout(_) => stalled(),
            // Nobody will read this.
            SendTimeoutError::Closed(_) => Status::cancelled("the client is gone"),
        })
    }
}

fn stalled() -> Status {
    let message = "nothing was read from the stream for too long";
    overload_status(Code::DeadlineExceeded, "STREAM_STALLED", message, None)
}

/// The answers that a task makes, then its error if it has one. Who drops them ends the task.
pub(crate) fn bounded_stream<T, F>(
    stall_timeout: Duration,
    make: impl FnOnce(ResponseSender<T>) -> F,
) -> impl Stream<Item = Result<T, Status>> + Send
where
    T: Send + 'static,
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let (sender, answers) = mpsc::channel(AHEAD);
    let task = tokio::spawn(make(ResponseSender { sender, stall_timeout }).in_current_span());
    let ends = EndsWhenDropped(task.abort_handle());
    let end = async move {
        let end = task.await.unwrap_or_else(|_| Err(internal()));
        drop(ends);
        end.err().map(Err)
    };
    ReceiverStream::new(answers).map(Ok).chain(stream::once(end).filter_map(ready))
}

struct EndsWhenDropped(AbortHandle);

impl Drop for EndsWhenDropped {
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
        let good = bounded_stream(STALL_TIMEOUT, |answers| async move {
            answers.send(1).await?;
            answers.send(2).await
        });
        assert_eq!(good.map(Result::ok).collect::<Vec<_>>().await, [Some(1), Some(2)]);
        let failed = bounded_stream(STALL_TIMEOUT, |answers| async move {
            answers.send(1).await?;
            Err(Status::aborted("so"))
        });
        let codes: Vec<_> = failed.map(|answer| answer.map_err(|status| status.code())).collect().await;
        assert_eq!(codes, [Ok(1), Err(Code::Aborted)]);
        let panicked = bounded_stream(STALL_TIMEOUT, |answers: ResponseSender<u8>| async move {
            let _held = answers;
            panic!("on purpose")
        });
        let codes: Vec<_> = panicked.map(|answer| answer.map_err(|status| status.code())).collect().await;
        assert_eq!(codes, [Err(Code::Internal)]);
    }

    #[tokio::test]
    async fn who_does_not_read_is_let_go() {
        let (holder, is_let_go) = tokio::sync::oneshot::channel::<()>();
        let stream = bounded_stream(Duration::from_millis(10), |answers| async move {
            let _holder = holder;
            loop {
                answers.send(1).await?;
            }
        });
        assert!(is_let_go.await.is_err());
        // What was made before is still there, and then the reason.
        let answers: Vec<_> = stream.collect().await;
        assert!(matches!(answers.as_slice(), [Ok(1), Err(_)]), "{answers:?}");
        let end = answers.into_iter().find_map(Result::err).expect("an end");
        assert_eq!(end.code(), Code::DeadlineExceeded);
        assert_eq!(end.get_details_error_info().map(|info| info.reason).as_deref(), Some("STREAM_STALLED"));
    }

    #[tokio::test]
    async fn who_leaves_ends_the_task() {
        let (sender, ended) = tokio::sync::oneshot::channel::<()>();
        let stream = bounded_stream(STALL_TIMEOUT, |answers: ResponseSender<u8>| async move {
            let _held = (answers, sender);
            std::future::pending().await
        });
        let mut stream = Box::pin(stream);
        assert!(stream.next().now_or_never().is_none());
        drop(stream);
        assert!(ended.await.is_err());
    }
}
