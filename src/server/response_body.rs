//! The body of a response. Ensures that it ends with a status, and counts its bytes until they are written to the
//! connection.
//!
//! A stream whose producer panicked or stopped must not look complete. A stream whose deadline passed ends with
//! DEADLINE_EXCEEDED, and one whose caller's credentials are revoked with UNAUTHENTICATED.

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

/// How many bytes are passed to HTTP/2 at once: two frames of the default size. h2 keeps them until the peer reads them,
/// even after the stream has ended, when only closing the connection frees them.
const CHUNK_BYTES: usize = 32 << 10;

/// What a response keeps until it is read.
pub(crate) struct Holdings {
    pub budget: Arc<Budget>,
    pub peer: Arc<Peer>,
    /// The permit among the open calls; `None` for calls that are not limited.
    pub(crate) _place: Option<Share>,
    pub(crate) _open_call: OpenCall,
    /// Ready when the credentials of a stream's caller are revoked; `None` for unary calls, and without authentication.
    pub(crate) revoked: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// `None` if the peer may leave the response unread for any time.
    pub unread: Option<Arc<UnreadResponse>>,
}

type Polled = Option<Result<Frame<Bytes>, Status>>;

pub(crate) struct ResponseBody {
    inner: Body,
    deadline: Option<Pin<Box<Sleep>>>,
    /// `None` once the body has ended.
    call: Option<Call>,
    holdings: Option<Holdings>,
    /// A frame that was already polled.
    next: Option<Polled>,
    /// Data that is counted but not yet passed to HTTP/2.
    data: Option<(Bytes, Share)>,
}

impl ResponseBody {
    pub(crate) fn new(inner: Body, deadline: Option<Sleep>, call: Call, holdings: Holdings) -> Self {
        let deadline = deadline.map(Box::pin);
        Self { inner, deadline, call: Some(call), holdings: Some(holdings), next: None, data: None }
    }

    /// Encodes and counts the message of a unary response now. Otherwise it would stay in memory uncounted until the peer
    /// reads and HTTP/2 polls the body.
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

    /// Ends the call with a status in the headers. Headers are not flow-controlled, so that a peer that reads nothing
    /// receives it too.
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
            // The message is dropped with its body.
            self.inner = Body::empty();
            let message = "too many bytes of responses are left unread by this peer";
            overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", message, Some(Duration::from_millis(500)))
        })?;
        self.data = Some((data, share));
        Ok(())
    }

    /// The next chunk of the counted data.
    fn take_chunk(&mut self) -> Option<Frame<Bytes>> {
        let (mut data, mut share) = self.data.take()?;
        let unread = self.holdings.as_ref().and_then(|holdings| holdings.unread.clone());
        if let Some(unread) = &unread {
            unread.note_taken();
        }
        let chunk = if data.len() <= CHUNK_BYTES {
            Chunk { bytes: data, _share: share, unread }
        } else {
            // Copied, so that a chunk that is never read does not keep the whole message in memory.
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
        self.stamp(&mut trailers);
        self.end(status);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    /// Puts the request's id into the details of an error.
    fn stamp(&self, trailers: &mut HeaderMap) {
        if let Some(call) = &self.call {
            call.request_id().stamp_error(trailers);
        }
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
        // Unwind safe: the body is not polled again after a panic.
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
                    self.stamp(&mut trailers);
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

/// A chunk of a response that waits to be written.
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
