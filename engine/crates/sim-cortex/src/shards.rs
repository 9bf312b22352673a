//! Work in pieces of a fixed size, beside each other where there are threads, answers in order.
//! Law: the contract, section 6: pieces depend on the work alone, never on the number of threads.
//! Threads are those that the caller is one of: work never starts any, nor takes another's.

use rayon::prelude::*;

/// Returns what `work` answers for each piece of `size` items (the last may be shorter), in order.
/// A single piece, or any outside a pool of threads, is done where the caller stands.
pub fn in_shards<T: Sync, R: Send>(
    items: &[T],
    size: usize,
    work: impl Fn(&[T]) -> R + Send + Sync,
) -> Vec<R> {
    if items.len() <= size || !has_threads() {
        return items.chunks(size).map(work).collect();
    }
    items.par_chunks(size).map(work).collect()
}

/// Tells whether the caller is one of the threads that a run was given.
#[must_use]
pub fn has_threads() -> bool {
    rayon::current_thread_index().is_some()
}
