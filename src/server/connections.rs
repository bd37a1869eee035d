//! Accepts and limits connections: their number, their number per peer, and the time for the TLS handshake and the HTTP/2
//! preface.
//!
//! Replaces tonic's incoming stream, whose accept loop spins when file descriptors run out, and which has no deadline for
//! the preface, so that a silent peer could delay a shutdown indefinitely.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::connection_activity::{Activity, ConnectionInfo};
use super::tls::{Encryption, Transport};
use crate::config::Limits;
use crate::rpc::fair_share::Peer;

/// The delay after an accept failed because descriptors or memory ran out, so that other connections can release some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n` (RFC 9113, section 3.4).
const PREFACE_BYTES: usize = 24;

/// How often stalled connections, and idle ones while draining, are closed.
const SWEEP_INTERVAL: Duration = Duration::from_millis(100);

/// How long a connection must be idle before it is closed while draining, so that calls that the peer sent before it
/// received the GOAWAY still arrive.
const DRAIN_IDLE: Duration = Duration::from_millis(500);

/// Connections that were closed to keep the server within its limits, by reason.
#[derive(Debug, Default)]
pub(crate) struct ShedConnections {
    /// One peer had too many, or the most when another peer needed a place.
    pub of_peer: AtomicU64,
    /// Another connection needed the place of an idle one.
    pub idle: AtomicU64,
    /// Its peer left a response unread.
    pub stalled: AtomicU64,
}

/// Accepts and limits connections, and closes them.
pub(crate) struct ConnectionLimiter {
    max_connections: u32,
    max_connections_per_peer: usize,
    preface_deadline: Duration,
    encryption: Option<Encryption>,
    connections: Arc<Semaphore>,
    peers: Arc<Peers>,
    open: Mutex<HashMap<u64, OpenConnection>>,
    /// How many connections were accepted: the next one's id.
    next_id: AtomicU64,
    shed: ShedConnections,
    draining: CancellationToken,
    closing: CancellationToken,
    closed: Arc<AtomicBool>,
}

impl ConnectionLimiter {
    pub(crate) fn new(limits: &Limits, encryption: Option<Encryption>) -> Self {
        Self {
            // Fits in a u32: the maximum of the setting is 65,536.
            max_connections: limits.max_connections as u32,
            max_connections_per_peer: limits.max_connections_per_peer,
            preface_deadline: Duration::from_millis(limits.preface_deadline_ms),
            encryption,
            connections: Arc::new(Semaphore::new(limits.max_connections)),
            peers: Arc::default(),
            open: Mutex::default(),
            next_id: AtomicU64::new(0),
            shed: ShedConnections::default(),
            draining: CancellationToken::new(),
            closing: CancellationToken::new(),
            closed: Arc::new(AtomicBool::new(false)),
        }
    }

    /// The stream of accepted connections.
    pub(crate) fn incoming(self: Arc<Self>, listener: TcpListener) -> impl Stream<Item = io::Result<Connection>> {
        futures::stream::unfold((self, listener), |(limiter, listener)| async move {
            let connection = limiter.accept(&listener).await;
            Some((Ok(connection), (limiter, listener)))
        })
    }

    /// How many connections are open, and how many were accepted.
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.open().len(), self.next_id.load(Ordering::Relaxed))
    }

    pub(crate) fn shed(&self) -> &ShedConnections {
        &self.shed
    }

    /// Starts draining: connections without a preface are closed.
    pub(crate) fn drain(&self) {
        self.draining.cancel();
    }

    /// Resolves when draining starts.
    pub(crate) async fn drained(&self) {
        self.draining.cancelled().await;
    }

    /// Closes all remaining connections, and returns when they are dropped.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.closing.cancel();
        // The semaphore is never closed. All its permits are available when all connections are dropped.
        _ = self.connections.acquire_many(self.max_connections).await;
    }

    /// Periodically closes stalled connections, and idle ones while draining. Never returns.
    pub(crate) async fn sweep(&self) {
        let mut interval = tokio::time::interval(SWEEP_INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut draining_from = None;
        loop {
            let now = interval.tick().await;
            if self.draining.is_cancelled() {
                draining_from.get_or_insert(now);
            }
            let drained_for = draining_from.map(|from| now.duration_since(from));
            for connection in self.open().values() {
                let quiet_for = connection.activity.quiet_for();
                let is_drained = drained_for.is_some_and(|drained| drained.min(quiet_for) >= DRAIN_IDLE);
                if is_drained && connection.activity.is_idle() {
                    connection.activity.close.cancel();
                } else if connection.activity.is_stalled() && !connection.activity.close.is_cancelled() {
                    self.shed.stalled.fetch_add(1, Ordering::Relaxed);
                    tracing::debug!(peer = %connection.address, "closed a connection with a response left unread");
                    connection.activity.close.cancel();
                }
            }
        }
    }

    /// Closes a connection, so that a new one gets its place: the one that has been idle longest, among those of the peers
    /// with the most connections; without idle ones, that of such a peer which has finished no call for the longest time.
    /// The last connection of a peer is closed only if it is idle.
    fn make_room(&self) {
        let open = self.open();
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        for connection in open.values() {
            *counts.entry(connection.address).or_default() += 1;
        }
        let count = |connection: &OpenConnection| counts.get(&connection.address).copied().unwrap_or_default();
        let closable = || open.values().filter(|connection| !connection.activity.close.is_cancelled());
        let idle = closable().filter(|connection| connection.activity.is_idle());
        let busy = closable().filter(|connection| count(connection) > 1);
        let order = |connection: &&OpenConnection| (count(connection), connection.activity.quiet_for());
        let (chosen, shed) = match idle.max_by_key(order) {
            Some(connection) => (connection, &self.shed.idle),
            None => match busy.max_by_key(order) {
                Some(connection) => (connection, &self.shed.of_peer),
                None => return,
            },
        };
        shed.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(peer = %chosen.address, "closed a connection to make room");
        chosen.activity.close.cancel();
    }

    /// The open connections. Removes dropped ones.
    fn open(&self) -> MutexGuard<'_, HashMap<u64, OpenConnection>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, connection| !connection.is_gone.load(Ordering::Acquire));
        open
    }

    async fn accept(&self, listener: &TcpListener) -> Connection {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    // A peer may have at most as many connections as are free, so that it leaves room for others; if none is
                    // free, fewer than the peer with the most, which loses one to it.
                    let free = self.connections.available_permits();
                    let share = if free > 0 { free } else { self.peers.most().saturating_sub(1).max(1) };
                    let max = self.max_connections_per_peer.min(share);
                    let Some(slot) = Peers::enter(&self.peers, address.ip(), max) else {
                        self.shed.of_peer.fetch_add(1, Ordering::Relaxed);
                        tracing::debug!(peer = %address.ip(), "closed a connection: too many from this peer");
                        continue;
                    };
                    if free == 0 {
                        self.make_room();
                    }
                    // Further connections wait in the kernel's accept queue.
                    let permit = Arc::clone(&self.connections).acquire_owned().await.ok();
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot set TCP_NODELAY");
                    }
                    return self.connection(stream, address.ip().to_canonical(), permit, slot);
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections; retrying");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn connection(
        &self,
        stream: TcpStream,
        address: IpAddr,
        permit: Option<OwnedSemaphorePermit>,
        slot: PeerSlot,
    ) -> Connection {
        let activity = Activity::new(self.closing.child_token());
        let is_gone = Arc::new(AtomicBool::new(false));
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let open =
            OpenConnection { address: slot.address, activity: Arc::clone(&activity), is_gone: Arc::clone(&is_gone) };
        self.open().insert(id, open);
        Connection {
            stream: Transport::new(stream, self.encryption.as_ref()),
            preface: Some(Preface {
                missing_bytes: PREFACE_BYTES,
                deadline: Box::pin(tokio::time::sleep(self.preface_deadline)),
                draining: Box::pin(self.draining.clone().cancelled_owned()),
            }),
            closing: Box::pin(activity.close.clone().cancelled_owned()),
            activity,
            is_gone,
            closed: Arc::clone(&self.closed),
            _permit: permit,
            address,
            slot,
        }
    }
}

/// Whether an accept failed because of its peer, so that the next accept can succeed (accept(2)).
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// What the limiter knows of an open connection.
struct OpenConnection {
    address: IpAddr,
    activity: Arc<Activity>,
    is_gone: Arc<AtomicBool>,
}

/// The peers with open connections.
#[derive(Default)]
struct Peers {
    known: Mutex<HashMap<IpAddr, KnownPeer>>,
}

#[derive(Default)]
struct KnownPeer {
    connections: usize,
    peer: Arc<Peer>,
}

impl Peers {
    /// The number of connections of the peer that has the most.
    fn most(&self) -> usize {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().map(|known| known.connections).max().unwrap_or_default()
    }

    fn enter(peers: &Arc<Self>, address: IpAddr, max: usize) -> Option<PeerSlot> {
        let address = peer_address(address);
        let mut known = peers.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(&address).is_some_and(|known| known.connections >= max) {
            return None;
        }
        let known = known.entry(address).or_default();
        known.connections += 1;
        Some(PeerSlot { peers: Arc::clone(peers), address, peer: Arc::clone(&known.peer) })
    }
}

/// The address that identifies a peer. Of IPv6 only the /64 prefix counts, because one subscriber has all addresses in it
/// (RFC 6177).
fn peer_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

struct PeerSlot {
    peers: Arc<Peers>,
    address: IpAddr,
    peer: Arc<Peer>,
}

impl Drop for PeerSlot {
    fn drop(&mut self) {
        let mut known = self.peers.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(peer) = known.get_mut(&self.address) {
            peer.connections -= 1;
            // Calls that are still open keep the `Peer` alive, and return their shares to the budgets.
            if peer.connections == 0 {
                known.remove(&self.address);
            }
        }
    }
}

/// An accepted connection.
pub(crate) struct Connection {
    stream: Transport,
    /// `None` once it is complete.
    preface: Option<Preface>,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    /// The same as `closing`, as a cheap flag.
    closed: Arc<AtomicBool>,
    activity: Arc<Activity>,
    is_gone: Arc<AtomicBool>,
    _permit: Option<OwnedSemaphorePermit>,
    address: IpAddr,
    slot: PeerSlot,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.is_gone.store(true, Ordering::Release);
    }
}

/// The missing part of a new connection's HTTP/2 preface, and its deadline.
struct Preface {
    missing_bytes: usize,
    deadline: Pin<Box<Sleep>>,
    draining: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    /// Polls whether the connection must end. Called while a read or a write is pending.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.closing.as_mut().poll(cx).is_ready() {
            return Poll::Ready(closed());
        }
        if let Some(preface) = &mut self.preface {
            if preface.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "no HTTP/2 preface within the deadline"));
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

    /// The outcome of a read or write; if it is pending, an error once the connection must end.
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
    type ConnectInfo = ConnectionInfo;

    fn connect_info(&self) -> ConnectionInfo {
        ConnectionInfo {
            peer: Arc::clone(&self.slot.peer),
            address: Some(self.address),
            activity: Arc::clone(&self.activity),
            identity: self.stream.identity().clone(),
        }
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
