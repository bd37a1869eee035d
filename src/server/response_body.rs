//! The body of a response, watched to its end: that it has an end, and which; and its bytes, counted until they are
//! written to the connection.
//!
//! A stream whose producer panicked, or just stopped, must not look complete; a stream whose deadline passed ends with
//! DEADLINE_EXCEEDED, and one whose caller's credentials are taken away with UNAUTHENTICATED.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body as _, Frame};
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::body::Body;
use tonic::{Code, Status};

use super::call::Call;
use super::connection_activity::{OpenCall, UnreadResponse};
use super::tonic_status_mapping;
use crate::rpc::fair_share::{Budget, Peer, Share};
use crate::rpc::status::{internal, overload_status, unauthenticated_status};

/// What is handed to HTTP/2 at once. It keeps what it was handed until the peer takes it, also after the stream's own end,
/// when only closing the connection frees it; two frames of HTTP/2's default size.
const CHUNK_BYTES: usize = 32 << 10;

/// What a response holds until it is read.
pub(crate) struct Holdings {
    pub budget: Arc<Budget>,
    pub peer: Arc<Peer>,
    /// The place among the calls; `None` for what is not counted there.
    pub(crate) _place: Option<Share>,
    pub(crate) _open_call: OpenCall,
    /// Ready when a stream's caller may no longer read; `None` for what is short, or open to every caller.
    pub(crate) revoked: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// `None` if the peer may pause as long as it likes.
    pub unread: Option<Arc<UnreadResponse>>,
}

type Polled = Option<Result<Frame<Bytes>, Status>>;

pub(crate) struct ResponseBody {
    inner: Body,
    deadline: Option<Pin<Box<Sleep>>>,
    /// `None` once the body has ended.
    call: Option<Call>,
    holdings: Option<Holdings>,
    /// Polled already.
    next: Option<Polled>,
    /// Counted, and not handed on yet.
    data: Option<(Bytes, Share)>,
}

impl ResponseBody {
    pub(crate) fn new(inner: Body, deadline: Option<Sleep>, call: Call, holdings: Holdings) -> Self {
        let deadline = deadline.map(Box::pin);
        Self { inner, deadline, call: Some(call), holdings: Some(holdings), next: None, data: None }
    }

    /// Encodes and counts the message of a unary response at once. HTTP/2 asks for it only when the peer takes something,
    /// and until then the message would be held uncounted.
    pub(crate) fn encode_now(&mut self) -> Result<(), Status> {
        match self.poll_inner(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(frame))) if frame.is_data() => match frame.into_data() {
                Ok(data) => self.count(data)?,
                Err(frame) => self.next = Some(Some(Ok(frame))),
            },
            Poll::Ready(polled) => self.next = Some(polled),
            Poll::Pending => {}
        }
        Ok(())
    }

    /// Ends the call with a status alone. Its headers need no window, so that a peer that reads nothing gets it too.
    pub(crate) fn refuse<T>(mut self, status: &Status) -> http::Response<T>
    where
        T: Default,
    {
        self.end(status);
        status.clone().into_http()
    }

    fn count(&mut self, data: Bytes) -> Result<(), Status> {
        let Some(Holdings { budget, peer, .. }) = &self.holdings else { return Ok(()) };
        let share = budget.try_take(peer, data.len()).ok_or_else(|| {
            // The message is dropped with the body that made it.
            self.inner = Body::empty();
            let message = "too much of the responses to this peer is unread";
            overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", message, Some(Duration::from_millis(500)))
        })?;
        self.data = Some((data, share));
        Ok(())
    }

    /// The next part of what is counted.
    fn take_chunk(&mut self) -> Option<Frame<Bytes>> {
        let (mut data, mut share) = self.data.take()?;
        let unread = self.holdings.as_ref().and_then(|holdings| holdings.unread.clone());
        if let Some(unread) = &unread {
            unread.note_taken();
        }
        let chunk = if data.len() <= CHUNK_BYTES {
            Chunk { bytes: data, _share: share, unread }
        } else {
            // Copied, so that a chunk that is never taken does not keep the whole message.
            let bytes = Bytes::copy_from_slice(&data[..CHUNK_BYTES]);
            data.advance(CHUNK_BYTES);
            let chunk = Chunk { bytes, _share: share.split(CHUNK_BYTES), unread };
            self.data = Some((data, share));
            chunk
        };
        Some(Frame::data(Bytes::from_owner(chunk)))
    }

    /// The last frame, with this status.
    fn end_with(&mut self, status: &Status) -> Poll<Polled> {
        let mut trailers = HeaderMap::new();
        tonic_status_mapping::write(status, &mut trailers);
        self.end(status);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn end(&mut self, status: &Status) {
        self.holdings = None;
        if let Some(call) = self.call.take() {
            call.end(status.code(), status.message(), None);
        }
    }

    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Poll<Polled> {
        if let Some(polled) = self.next.take() {
            return Poll::Ready(polled);
        }
        let inner = Pin::new(&mut self.inner);
        // The body is not looked at again after a panic.
        catch_unwind(AssertUnwindSafe(|| inner.poll_frame(cx))).unwrap_or_else(|_| Poll::Ready(Some(Err(internal()))))
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Polled> {
        if self.call.is_none() {
            return Poll::Ready(None);
        }
        // Before anything is read: a stream that always has more to send would otherwise go on.
        let revoked = self.holdings.as_mut().and_then(|holdings| holdings.revoked.as_mut());
        if revoked.is_some_and(|revoked| revoked.as_mut().poll(cx).is_ready()) {
            self.data = None;
            return self.end_with(&revoked_status());
        }
        if let Some(chunk) = self.take_chunk() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        match self.poll_inner(cx) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_trailers() {
                Ok(trailers) if tonic_status_mapping::is_ok(&trailers) => {
                    self.end(&Status::ok(""));
                    Poll::Ready(Some(Ok(Frame::trailers(trailers))))
                }
                Ok(mut trailers) => {
                    tonic_status_mapping::map_status(&mut trailers);
                    let status = Status::from_header_map(&trailers).unwrap_or_else(internal);
                    self.end(&status);
                    Poll::Ready(Some(Ok(Frame::trailers(trailers))))
                }
                Err(frame) => match frame.into_data().map(|data| self.count(data)) {
                    Ok(Ok(())) => Poll::Ready(self.take_chunk().map(Ok)),
                    Ok(Err(status)) => self.end_with(&status),
                    Err(_) => self.end_with(&internal()),
                },
            },
            Poll::Ready(Some(Err(_)) | None) => self.end_with(&internal()),
            Poll::Pending => {
                if let Some(unread) = self.holdings.as_ref().and_then(|holdings| holdings.unread.as_ref()) {
                    unread.note_waiting();
                }
                let passed = self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready());
                if passed { self.end_with(&deadline_exceeded()) } else { Poll::Pending }
            }
        }
    }
}

/// A part of a response that waits to be written.
struct Chunk {
    bytes: Bytes,
    _share: Share,
    unread: Option<Arc<UnreadResponse>>,
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Some(unread) = &self.unread {
            unread.note_taken();
        }
    }
}

fn revoked_status() -> Status {
    unauthenticated_status("CREDENTIALS_REVOKED", "the credentials of this call were taken away")
}

pub(crate) fn deadline_exceeded() -> Status {
    overload_status(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed", None)
}
