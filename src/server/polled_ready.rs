//! What a layer may call of the service within it.

/// Takes the service that `poll_ready` said is ready, and leaves a clone to be polled for the next call: a clone need not be
/// ready itself (docs.rs/tower, `Service`).
pub(super) fn take_polled_ready<S: Clone>(service: &mut S) -> S {
    let fresh = service.clone();
    std::mem::replace(service, fresh)
}
