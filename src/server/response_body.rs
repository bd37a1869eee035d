//! The body of an answer, watched to its end: that it has an end, and which.
//!
//! A stream whose producer panicked, or just stopped, must not look complete; a stream whose deadline passed ends with
//! DEADLINE_EXCEEDED.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as _, Frame};
use tokio::time::Sleep;
use tonic::body::Body;
use tonic::{Code, Status};

use super::call::Call;
use super::tonic_status_mapping;
use crate::rpc::status::{internal, overload_status};

pub struct ResponseBody {
    inner: Body,
    deadline: Option<Pin<Box<Sleep>>>,
    /// `None` once the body has ended.
    call: Option<Call>,
}

impl ResponseBody {
    pub fn new(inner: Body, deadline: Option<Sleep>, call: Call) -> Self {
        Self { inner, deadline: deadline.map(Box::pin), call: Some(call) }
    }

    /// The last frame, with this status.
    fn end_with(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut trailers = HeaderMap::new();
        tonic_status_mapping::write(status, &mut trailers);
        self.end(status);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn end(&mut self, status: &Status) {
        if let Some(call) = self.call.take() {
            call.end(status.code(), status.message(), None);
        }
    }

    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let inner = Pin::new(&mut self.inner);
        // The body is not looked at again after a panic.
        catch_unwind(AssertUnwindSafe(|| inner.poll_frame(cx))).unwrap_or_else(|_| Poll::Ready(Some(Err(internal()))))
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.call.is_none() {
            return Poll::Ready(None);
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
                Err(frame) => Poll::Ready(Some(Ok(frame))),
            },
            Poll::Ready(Some(Err(_)) | None) => self.end_with(&internal()),
            Poll::Pending => {
                let passed = self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready());
                if passed { self.end_with(&deadline_exceeded()) } else { Poll::Pending }
            }
        }
    }
}

pub fn deadline_exceeded() -> Status {
    overload_status(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed", None)
}
