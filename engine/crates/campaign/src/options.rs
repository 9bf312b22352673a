//! What a run is played with: threads and an instruction set. None of it shows in any answer.
//! Law: PROTOCOL.md, section 6.6. Reads no environment: who starts a run says it.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use shared::isa::Isa;

/// Turns that have written fewer leaves (4096 are 1 MiB) are hashed before the next one is
/// played: to hand them over would take longer.
const OVERLAP_LEAVES_MIN: usize = 4096;

/// How a run is played. Runs may share their threads.
#[derive(Clone, Debug)]
pub struct Options {
    /// The run's own threads; nothing: those of whoever calls.
    pub threads: Option<Arc<ThreadPool>>,
    /// The instruction set of the kernels.
    pub isa: Isa,
    /// Leaves that `advance` hashes beside the next turn; fewer are hashed in between.
    pub overlap_leaves_min: usize,
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
            overlap_leaves_min: OVERLAP_LEAVES_MIN,
        }
    }
}
