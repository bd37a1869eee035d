//! The clock as a parameter. Only the start of a process uses the system clock.

use std::sync::Arc;

use crate::article::Timestamp;

/// A source of the current time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system clock. Use it only at the start of a program; everywhere else the clock is a parameter.
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    pub fn system() -> Self {
        // The system clock is always within the years 1 to 9999.
        Self(Arc::new(|| Timestamp::from_microsecond(jiff::Timestamp::now().as_microsecond()).unwrap_or_default()))
    }

    /// A clock that the caller controls, for tests.
    pub fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}
