//! Bounds the memory of requests that are being read or worked on, all together.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::rpc::status::overload_status;

/// A request up to this size costs less to hold than to count: the limit on calls bounds them.
const FREE_BYTES: usize = 16 << 10;

/// What a call holds of the common budget, given back when the last clone is dropped.
#[derive(Clone, Default)]
pub struct Held(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

/// The body of a request, counted as it is read.
pub struct CountedBody {
    inner: Body,
    budget: Arc<Semaphore>,
    held: Held,
    read_bytes: usize,
    held_bytes: usize,
}

impl CountedBody {
    pub fn new(inner: Body, budget: Arc<Semaphore>, held: Held) -> Self {
        Self { inner, budget, held, read_bytes: 0, held_bytes: 0 }
    }

    fn count(&mut self, bytes: usize) -> Result<(), Status> {
        self.read_bytes += bytes;
        if self.read_bytes <= FREE_BYTES {
            return Ok(());
        }
        let more = self.read_bytes - self.held_bytes;
        let permit =
            u32::try_from(more).ok().and_then(|more| Arc::clone(&self.budget).try_acquire_many_owned(more).ok());
        let Some(permit) = permit else {
            let wait = Some(Duration::from_millis(500));
            let message = "the server holds as many large requests as it can";
            return Err(overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", message, wait));
        };
        self.held_bytes = self.read_bytes;
        let mut held = self.held.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_mut() {
            Some(held) => held.merge(permit),
            None => *held = Some(permit),
        }
        Ok(())
    }
}

impl http_body::Body for CountedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(refusal) = self.count(data.len())
        {
            return Poll::Ready(Some(Err(refusal)));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}
