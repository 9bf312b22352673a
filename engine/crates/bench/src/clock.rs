//! The one clock of the workspace: how long a piece of work takes.
#![allow(
    clippy::disallowed_types,
    reason = "measuring is what this program is for; nothing of it reaches an engine"
)]

use std::hint::black_box;
use std::time::Instant;

/// Returns the nanoseconds that a piece of work takes; its result is not optimised away.
pub fn timed<T>(work: impl FnOnce() -> T) -> u64 {
    let started = Instant::now();
    let result = work();
    let nanoseconds = started.elapsed().as_nanos();
    black_box(result);
    u64::try_from(nanoseconds).unwrap_or(u64::MAX)
}
