//! Connections: how many, from whom, and how long one may keep silent before it has said what it wants.
//!
//! Our own rather than tonic's stream, whose accept loop spins when file descriptors run out, and which knows no
//! deadline for the preface, so that a silent peer holds up a shutdown for ever.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::config::Limits;

/// How long to wait after an accept failed for want of descriptors or memory: others then give some back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n` (RFC 9113, section 3.4).
const PREFACE_BYTES: usize = 24;

/// The doors: how connections come in, and how they are sent away.
pub struct ConnectionLimiter {
    max_connections: u32,
    max_connections_per_peer: usize,
    preface_deadline: Duration,
    connections: Arc<Semaphore>,
    peers: Arc<Peers>,
    draining: CancellationToken,
    closing: CancellationToken,
    closed: Arc<AtomicBool>,
}

impl ConnectionLimiter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            // Within u32, as the range of the setting says.
            max_connections: limits.max_connections as u32,
            max_connections_per_peer: limits.max_connections_per_peer,
            preface_deadline: Duration::from_millis(limits.preface_deadline_ms),
            connections: Arc::new(Semaphore::new(limits.max_connections)),
            peers: Arc::default(),
            draining: CancellationToken::new(),
            closing: CancellationToken::new(),
            closed: Arc::new(AtomicBool::new(false)),
        }
    }

    /// The connections that are let in.
    pub fn incoming(self: Arc<Self>, listener: TcpListener) -> impl Stream<Item = io::Result<Connection>> {
        futures::stream::unfold((self, listener), |(gate, listener)| async move {
            let connection = gate.accept(&listener).await;
            Some((Ok(connection), (gate, listener)))
        })
    }

    /// Sends those away that have not said anything yet.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Resolves when draining began.
    pub async fn drained(&self) {
        self.draining.cancelled().await;
    }

    /// Breaks every connection that is left, and returns when they are gone.
    pub async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.closing.cancel();
        // The semaphore is never closed; all its permits are back when all connections are gone.
        _ = self.connections.acquire_many(self.max_connections).await;
    }

    async fn accept(&self, listener: &TcpListener) -> Connection {
        loop {
            // Who finds no room waits in the kernel's queue.
            let permit = Arc::clone(&self.connections).acquire_owned().await.ok();
            match listener.accept().await {
                Ok((stream, address)) => {
                    let Some(slot) = Peers::enter(&self.peers, address.ip(), self.max_connections_per_peer) else {
                        tracing::debug!(peer = %address.ip(), "too many connections of one peer; closed one");
                        continue;
                    };
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot set TCP_NODELAY");
                    }
                    return self.connection(stream, permit, slot);
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections; trying again soon");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn connection(&self, stream: TcpStream, permit: Option<OwnedSemaphorePermit>, slot: PeerSlot) -> Connection {
        Connection {
            stream,
            preface: Some(Preface {
                missing_bytes: PREFACE_BYTES,
                deadline: Box::pin(tokio::time::sleep(self.preface_deadline)),
                draining: Box::pin(self.draining.clone().cancelled_owned()),
            }),
            closing: Box::pin(self.closing.clone().cancelled_owned()),
            closed: Arc::clone(&self.closed),
            _permit: permit,
            _slot: slot,
        }
    }
}

/// Whether an accept failed because of the peer, so that the next may well succeed (accept(2)).
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many connections each peer has.
#[derive(Default)]
struct Peers {
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Peers {
    fn enter(peers: &Arc<Self>, address: IpAddr, max: usize) -> Option<PeerSlot> {
        let peer = peer_of(address);
        let mut open = peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(peer).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(PeerSlot { peers: Arc::clone(peers), peer })
    }
}

/// Who is behind an address: of IPv6 the first half, as a subscriber has all addresses below it (RFC 6177).
fn peer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

struct PeerSlot {
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Drop for PeerSlot {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

/// A connection that was let in.
pub struct Connection {
    stream: TcpStream,
    /// `None` once it is complete.
    preface: Option<Preface>,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    /// The same as `closing`, cheap to look at.
    closed: Arc<AtomicBool>,
    _permit: Option<OwnedSemaphorePermit>,
    _slot: PeerSlot,
}

/// What is awaited of a connection that is new.
struct Preface {
    missing_bytes: usize,
    deadline: Pin<Box<Sleep>>,
    draining: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    /// Whether the connection must end, while there is nothing to read or no room to write.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.closing.as_mut().poll(cx).is_ready() {
            return Poll::Ready(closed());
        }
        if let Some(preface) = &mut self.preface {
            if preface.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "no HTTP/2 preface came"));
            }
            if preface.draining.as_mut().poll(cx).is_ready() {
                return Poll::Ready(closed());
            }
        }
        Poll::Pending
    }

    fn note_read(&mut self, bytes: usize) {
        if let Some(preface) = &mut self.preface {
            preface.missing_bytes = preface.missing_bytes.saturating_sub(bytes);
            if preface.missing_bytes == 0 {
                self.preface = None;
            }
        }
    }

    /// The outcome of reading or writing, unless the connection must end.
    fn unless_ended<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            return outcome;
        }
        Poll::Ready(Err(ready!(self.poll_end(cx))))
    }

    fn check_open(&self) -> io::Result<()> {
        if self.closed.load(Ordering::Acquire) { Err(closed()) } else { Ok(()) }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the server is stopping")
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check_open()?;
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.note_read(buffer.filled().len() - before);
        self.unless_ended(cx, outcome)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check_open()?;
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_ended(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_open()?;
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.unless_ended(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.unless_ended(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.unless_ended(cx, outcome)
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_peer() {
        let peers = Arc::new(Peers::default());
        let enter = |address: &str| Peers::enter(&peers, address.parse().expect(address), 2);
        let first = enter("192.0.2.1");
        let second = enter("::ffff:192.0.2.1");
        assert!(first.is_some() && second.is_some());
        assert!(enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        drop(first);
        assert!(enter("192.0.2.1").is_some());

        let _held = (enter("2001:db8::1"), enter("2001:db8::2"));
        assert!(enter("2001:db8::3").is_none());
        assert!(enter("2001:db8:0:1::3").is_some());
    }
}
