//! A connection's bytes, encrypted or not.
//!
//! The handshake is part of the first read or write, in the connection's own task: a peer that never finishes it blocks no
//! other, and the deadline for the HTTP/2 preface and the connection limits apply to it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

use super::super::auth::Subject;
use super::Encryption;

/// The names in a peer's certificate, once the handshake is done.
#[derive(Clone, Default)]
pub(crate) struct Identity(Arc<OnceLock<Vec<Subject>>>);

impl Identity {
    pub(crate) fn subjects(&self) -> &[Subject] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

pub(crate) struct Transport {
    state: TlsState,
    identity: Identity,
}

enum TlsState {
    Plain(TcpStream),
    Handshake { accept: Box<Accept<TcpStream>>, failed: Arc<AtomicU64> },
    Encrypted(Box<TlsStream<TcpStream>>),
    Failed,
}

impl Transport {
    /// Without `encryption` the bytes are sent unencrypted.
    pub(crate) fn new(stream: TcpStream, encryption: Option<&Encryption>) -> Self {
        let state = match encryption {
            None => TlsState::Plain(stream),
            Some(Encryption { config, failed_handshakes }) => {
                let config = Arc::clone(&config.borrow());
                let accept = Box::new(TlsAcceptor::from(config).accept(stream));
                TlsState::Handshake { accept, failed: Arc::clone(failed_handshakes) }
            }
        };
        Self { state, identity: Identity::default() }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Finishes the handshake, if there is one.
    fn poll_stream(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Pin<&mut dyn Stream>>> {
        if let TlsState::Handshake { accept, failed } = &mut self.state {
            match ready!(Pin::new(accept).poll(cx)) {
                Ok(stream) => {
                    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
                    let subjects = certificates.first().map(|certificate| Subject::all_of(certificate));
                    // Set only here, once.
                    _ = self.identity.0.set(subjects.unwrap_or_default());
                    self.state = TlsState::Encrypted(Box::new(stream));
                }
                Err(error) => {
                    failed.fetch_add(1, Ordering::Relaxed);
                    self.state = TlsState::Failed;
                    tracing::debug!(%error, "the TLS handshake failed");
                    return Poll::Ready(Err(error));
                }
            }
        }
        match &mut self.state {
            TlsState::Plain(stream) => Poll::Ready(Ok(Pin::new(stream))),
            TlsState::Encrypted(stream) => Poll::Ready(Ok(Pin::new(stream))),
            TlsState::Handshake { .. } | TlsState::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl AsyncRead for Transport {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_stream(cx))?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_stream(cx))?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_stream(cx))?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        // Also for TLS, which then puts several slices into one record.
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_stream(cx))?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            TlsState::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            TlsState::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
            // Without a TLS session there is no close message to send; the connection is closed when it is dropped.
            TlsState::Handshake { .. } | TlsState::Failed => Poll::Ready(Ok(())),
        }
    }
}
