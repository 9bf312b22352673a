//! A run that plays on a thread of its own, and whoever takes its answers one by one.
//! Law: PROTOCOL.md, section 6.3. Knows no turn: what is played is the caller's. The run always
//! comes back, whatever happens to the play.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle, spawn};

use crate::answer::{StepError, Stepped};

/// Answers that may wait to be taken: the run is never further ahead than these, the one that
/// waits to be put beside them, and the turn that is played while that one is hashed.
pub const WAITING_MAX: usize = 4;

/// How a play ended: its own result, or what it panicked with.
pub type Outcome = thread::Result<Result<(), StepError>>;

/// A run of type `R` while it plays.
pub struct Ahead<R> {
    told: Mutex<Receiver<Stepped>>,
    thread: JoinHandle<(R, Outcome)>,
}

impl<R: Send + 'static> Ahead<R> {
    /// Begins to play on another thread. `play` is given the run and whom to tell its answers,
    /// who may make it wait and breaks when nobody takes them any more.
    pub fn begin<P>(mut run: R, play: P) -> Self
    where
        P: FnOnce(&mut R, &mut dyn FnMut(Stepped) -> ControlFlow<()>) -> Result<(), StepError>,
        P: Send + 'static,
    {
        let (tell, told) = sync_channel(WAITING_MAX);
        let thread = spawn(move || {
            let mut tell = move |answer| match tell.send(answer) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            // A run that a panic has left amid a turn knows it, and can only be restored.
            let outcome = catch_unwind(AssertUnwindSafe(|| play(&mut run, &mut tell)));
            (run, outcome)
        });
        Self {
            told: Mutex::new(told),
            thread,
        }
    }

    /// Waits for the next answer; nothing when the play is over.
    pub fn next_answer(&self) -> Option<Stepped> {
        self.told.lock().ok()?.recv().ok()
    }

    /// Tells the play that nobody listens any more, waits for its end, and returns the run and how
    /// the play ended. Never panics itself; without the thread's answer there is no run.
    pub fn end(self) -> (Option<R>, Outcome) {
        drop(self.told);
        match self.thread.join() {
            Ok((run, outcome)) => (Some(run), outcome),
            Err(panic) => (None, Err(panic)),
        }
    }
}
