//! What a run answers: where it stands, how a step went, why it halted, what it refuses.
//! Law: PROTOCOL.md, section 6. Plain values.

use shared::digest::Digest;
use shared::sketch::SketchError;

/// Where a run stands at the end of a turn.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The turn that has ended.
    pub turn: u64,
    /// Row counts of all tables in schema order, by universe.
    pub rows: Vec<(u32, Vec<u32>)>,
    /// Digest of the state.
    pub state_digest: Digest,
    /// Digest of the turn's draws; of none after a start or a restore.
    pub ledger_digest: Digest,
    /// Digest of the turn's events; of none after a start or a restore.
    pub events_digest: Digest,
}

/// How a step went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stepped {
    /// Its ordinal.
    pub step: usize,
    /// The turn that it belongs to.
    pub turn: u64,
    /// Row counts of all tables in schema order, by universe.
    pub rows: Vec<(u32, Vec<u32>)>,
    /// Why the turn was undone, if it was.
    pub halt: Option<Halt>,
    /// The state digest after each phase, if asked for.
    pub phase_digests: Vec<Digest>,
    /// Where the run stands, if the step ended the turn.
    pub ended: Option<Standing>,
}

/// The named error that ended a run, and its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Halt {
    /// Its name.
    pub error: &'static str,
    /// The step's ordinal.
    pub step: u32,
    /// The phase's name.
    pub phase: &'static str,
    /// The universe's id.
    pub universe: u32,
    /// The table's name.
    pub table: &'static str,
    /// The row.
    pub slot: u32,
    /// The column's name.
    pub column: &'static str,
}

/// Why a step was not run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StepError {
    /// It was stopped inside a step.
    #[error("the run was stopped inside a step: it can be read and restored")]
    Stopped,
    /// It has halted.
    #[error("the run has ended with a halt: it can be read and restored")]
    Halted,
    /// Whole turns were asked for, or what a turn has changed, within a turn.
    #[error("a turn has begun: expected the call where the first step of a turn is next")]
    InTurn,
    /// A turn's commands are not those of a turn of this run.
    #[error("a turn: expected a list of commands for each of {expected} steps, found {found}")]
    NotATurn {
        /// Steps of a turn.
        expected: usize,
        /// Lists given.
        found: usize,
    },
    /// No sketch can be made as asked for.
    #[error("sketch: {0}")]
    Sketch(SketchError),
    /// `stop_after` names no phase of the step.
    #[error("stop_after: expected at most {last}")]
    NoPhase {
        /// Ordinal of the step's last phase.
        last: usize,
    },
}
