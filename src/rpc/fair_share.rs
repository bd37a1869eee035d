//! Budgets that all peers share and that no single peer can exhaust.
//!
//! A request is granted only if the peer then holds no more than what was free before (the "dynamic threshold" of
//! Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998). So a single peer gets half of a budget, `n` greedy
//! peers get 1/(n + 1) each, and the same amount stays free for the next peer.
//!
//! Owns the counting. The caller decides what is counted and how a refusal is reported.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A resource that is counted for each peer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resource {
    Calls,
    RequestBytes,
    ResponseBytes,
    Imports,
    Exports,
    WatchBytes,
}

const RESOURCES: usize = Resource::WatchBytes as usize + 1;

/// The amounts that one peer holds, by resource.
#[derive(Debug, Default)]
pub struct Peer {
    used: [AtomicUsize; RESOURCES],
}

/// The total of one resource, for all peers.
#[derive(Debug)]
pub(crate) struct Budget {
    resource: Resource,
    total: usize,
    /// The amount that a peer may always hold while it is free: the largest single request for the resource.
    floor: usize,
    used: AtomicUsize,
    refused: AtomicU64,
}

impl Budget {
    pub(crate) fn new(resource: Resource, total: usize, floor: usize) -> Arc<Self> {
        Arc::new(Self { resource, total, floor, used: AtomicUsize::new(0), refused: AtomicU64::new(0) })
    }

    /// How much is taken.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// How often a peer was refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Takes an amount for a peer, or nothing. Dropping the share returns it.
    pub(crate) fn try_take(self: &Arc<Self>, peer: &Arc<Peer>, amount: usize) -> Option<Share> {
        let mut share = Share { budget: Arc::clone(self), peer: Arc::clone(peer), amount: 0 };
        share.try_grow(amount).then_some(share)
    }
}

/// RAII permit for an amount of a budget.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<Budget>,
    peer: Arc<Peer>,
    amount: usize,
}

impl Share {
    fn used_by_peer(&self) -> &AtomicUsize {
        &self.peer.used[self.budget.resource as usize]
    }

    /// Adds to the share, or changes nothing and returns false.
    pub(crate) fn try_grow(&mut self, more: usize) -> bool {
        let used = self.budget.used.fetch_add(more, Ordering::Relaxed);
        let used_by_peer = self.used_by_peer().fetch_add(more, Ordering::Relaxed);
        let free = self.budget.total.saturating_sub(used);
        let is_granted = more <= free && used_by_peer + more <= free.max(self.budget.floor);
        if is_granted {
            self.amount += more;
        } else {
            self.give_back(more);
            self.budget.refused.fetch_add(1, Ordering::Relaxed);
        }
        is_granted
    }

    /// Splits an amount off into a share of its own.
    pub(crate) fn split(&mut self, amount: usize) -> Self {
        let amount = amount.min(self.amount);
        self.amount -= amount;
        Self { budget: Arc::clone(&self.budget), peer: Arc::clone(&self.peer), amount }
    }

    fn give_back(&self, amount: usize) {
        self.budget.used.fetch_sub(amount, Ordering::Relaxed);
        self.used_by_peer().fetch_sub(amount, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back(self.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes single units until the peer is refused.
    fn greedy(budget: &Arc<Budget>, peer: &Arc<Peer>) -> Vec<Share> {
        std::iter::from_fn(|| budget.try_take(peer, 1)).collect()
    }

    #[test]
    fn no_peer_takes_everything() {
        let budget = Budget::new(Resource::Calls, 100, 1);
        let peers: Vec<Arc<Peer>> = (0..3).map(|_| Arc::default()).collect();
        let first = greedy(&budget, &peers[0]);
        assert_eq!(first.len(), 50);
        let second = greedy(&budget, &peers[1]);
        assert_eq!(second.len(), 25);
        assert!(!greedy(&budget, &peers[2]).is_empty());
        drop((first, second));
        assert_eq!(greedy(&budget, &peers[2]).len(), 50, "what was given back can be taken again");
    }

    #[test]
    fn one_request_always_fits_an_empty_budget() {
        let budget = Budget::new(Resource::RequestBytes, 12, 12);
        let peer = Arc::default();
        let mut share = budget.try_take(&peer, 4).expect("room");
        assert!(share.try_grow(4) && share.try_grow(4));
        assert!(!share.try_grow(1));
        let part = share.split(5);
        drop(share);
        assert!(budget.try_take(&peer, 8).is_none());
        drop(part);
        assert!(budget.try_take(&peer, 12).is_some());
    }
}
