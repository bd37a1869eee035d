//! The clock, as a parameter: only the server's own start takes the system's.

use std::sync::Arc;

use crate::article::Timestamp;

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock. Where it is used, time is not a parameter any more: in the start of a program, and nowhere
    /// else.
    #[expect(clippy::disallowed_methods, reason = "the one place where time comes in")]
    pub fn system() -> Self {
        // A machine's clock is never outside the years 1 to 9999.
        Self(Arc::new(|| Timestamp::from_microsecond(jiff::Timestamp::now().as_microsecond()).unwrap_or_default()))
    }

    /// A clock that a caller drives, for tests.
    pub fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}
