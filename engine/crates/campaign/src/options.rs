//! What a run is played with: threads and an instruction set. None of it shows in any answer.
//! Law: PROTOCOL.md, section 6.6. Reads no environment: who starts a run says it.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use shared::isa::Isa;

/// A state of fewer rows is played sooner by the calling thread than it is handed to another.
const SHARED_ROWS_MIN: u64 = 10_000;

/// How a run is played. Runs may share their threads.
#[derive(Clone, Debug)]
pub struct Options {
    /// The run's own threads; nothing: those of whoever calls.
    pub threads: Option<Arc<ThreadPool>>,
    /// The instruction set of the kernels.
    pub isa: Isa,
    /// Rows of all tables from which on the threads are used; below, the caller's alone is.
    pub shared_rows_min: u64,
}

impl Options {
    /// Returns options for so many threads, at least one.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn new(threads: usize, isa: Isa) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads.max(1));
        Ok(Self {
            threads: Some(Arc::new(pool.build()?)),
            isa,
            ..Self::default()
        })
    }
}

impl Default for Options {
    /// The caller's threads, and the best set that the machine has.
    fn default() -> Self {
        Self {
            threads: None,
            isa: Isa::best(),
            shared_rows_min: SHARED_ROWS_MIN,
        }
    }
}
