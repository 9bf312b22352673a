//! Whole turns in a row: what turn t has written is hashed beside the play of turn t + 1.
//! Law: PROTOCOL.md, section 6.3. The rule it is held against: `Engine::step`, one by one.

use std::ops::ControlFlow;

use observability::{EventLog, Ledger};
use shared::Json;
use shared::digest::Digest;
use shared::isa::Isa;
use sim_cortex::Forest;
use sim_cortex::forest::Loans;
use sim_cortex::shards::has_threads;

use crate::answer::{Standing, StepError, Stepped};
use crate::engine::Engine;

/// The commands of one turn, by step.
pub type TurnCommands = Vec<Vec<Json>>;

/// Whether to go on.
type Flow = ControlFlow<()>;

const ON: Flow = ControlFlow::Continue(());
const OVER: Flow = ControlFlow::Break(());

/// A turn that has ended and whose digests nobody has worked out. It holds all that they need, so
/// that the run can play on.
struct Ended {
    stepped: Stepped,
    turn: u64,
    forest: Forest,
    loans: Loans,
    ledger: Ledger,
    events: EventLog,
    run: (Digest, Digest),
    isa: Isa,
}

impl Ended {
    /// Works out the digests, and gives the forest back.
    fn hashed(mut self) -> (Forest, Stepped) {
        self.forest.settle(&self.loans, self.isa);
        let (schema, scenario) = &self.run;
        self.stepped.ended = Some(Standing {
            turn: self.turn,
            rows: self.stepped.rows.clone(),
            state_digest: self.forest.digest(schema, scenario, self.turn),
            ledger_digest: self.ledger.digest(self.turn),
            events_digest: self.events.digest(self.turn),
        });
        // The loans end here, before the run writes again where it can.
        drop(self.loans);
        (self.forest, self.stepped)
    }
}

impl Engine {
    /// Plays whole turns, and tells for each the answer of its last step as soon as it is known:
    /// a halt is the last. It ends early if `tell` breaks; the run may be a turn ahead then.
    /// `tell` is called where the caller stands: it may wait, and no thread of the run's waits.
    ///
    /// # Errors
    /// A turn is running, the run has ended, or a turn has not as many steps as the run; the
    /// turns before that one have been played and told.
    pub fn advance<F>(&mut self, turns: &[TurnCommands], mut tell: F) -> Result<(), StepError>
    where
        F: FnMut(Stepped) -> Flow,
    {
        self.check_at_turn_end()?;
        let sound = turns
            .iter()
            .take_while(|turn| self.check_turn(turn).is_ok());
        let sound = sound.count();
        let (playable, rest) = turns.split_at(sound);
        let flow = self.advance_all(playable, &mut tell)?;
        match rest.first().filter(|_| flow.is_continue()) {
            Some(turn) => self.check_turn(turn),
            None => Ok(()),
        }
    }

    /// Plays whole turns and works out no digest; returns how many have ended. A halt is the last.
    ///
    /// # Errors
    /// As `advance`.
    pub fn play(&mut self, turns: &[TurnCommands]) -> Result<usize, StepError> {
        self.check_at_turn_end()?;
        self.on_threads(|run| {
            for (ended, turn) in turns.iter().enumerate() {
                run.check_turn(turn)?;
                if run.play_turn(turn)?.halt.is_some() {
                    return Ok(ended);
                }
            }
            Ok(turns.len())
        })
    }

    fn advance_all<F>(&mut self, turns: &[TurnCommands], tell: &mut F) -> Result<Flow, StepError>
    where
        F: FnMut(Stepped) -> Flow,
    {
        // Only on threads of its own: elsewhere another thread than the caller's would be taken.
        let is_overlapped = self.on_threads(|_| has_threads() && rayon::current_num_threads() > 1);
        let mut waiting = None;
        for (ordinal, turn) in turns.iter().enumerate() {
            let before = waiting.take();
            let (told, played) = self.on_threads(|run| run.play_beside(before, turn));
            if told.is_some_and(|told| tell(told).is_break()) {
                return Ok(OVER);
            }
            let stepped = played?;
            if stepped.halt.is_some() {
                let _ = tell(stepped);
                return Ok(OVER);
            }
            if is_overlapped && ordinal + 1 < turns.len() {
                waiting = Some(stepped);
            } else if self.tell_now(stepped, tell).is_break() {
                return Ok(OVER);
            }
        }
        Ok(ON)
    }

    /// Plays a turn, and beside it works out the digests of the one before, if that waits for it.
    fn play_beside(
        &mut self,
        before: Option<Stepped>,
        turn: &TurnCommands,
    ) -> (Option<Stepped>, Result<Stepped, StepError>) {
        let Some(before) = before else {
            return (None, self.play_turn(turn));
        };
        let ended = self.lend_ended(before);
        let (played, (forest, told)) = rayon::join(|| self.play_turn(turn), || ended.hashed());
        self.forest = forest;
        (Some(told), played)
    }

    fn lend_ended(&mut self, stepped: Stepped) -> Ended {
        let isa = self.options.isa;
        let loans = self.forest.update_or_lend(&mut self.state, isa);
        Ended {
            stepped,
            turn: self.state.turn,
            forest: std::mem::take(&mut self.forest),
            loans,
            ledger: std::mem::replace(&mut self.ledger, Ledger::new()),
            events: std::mem::replace(&mut self.events, EventLog::new()),
            run: (self.schema, self.scenario),
            isa,
        }
    }

    fn tell_now<F>(&mut self, mut stepped: Stepped, tell: &mut F) -> Flow
    where
        F: FnMut(Stepped) -> Flow,
    {
        stepped.ended = Some(self.standing());
        tell(stepped)
    }

    fn play_turn(&mut self, turn: &TurnCommands) -> Result<Stepped, StepError> {
        let mut stepped = Err(StepError::InTurn);
        for commands in turn {
            stepped = self.run_step(commands, None, false);
            if stepped.as_ref().is_ok_and(|stepped| stepped.halt.is_some()) {
                break;
            }
        }
        stepped
    }

    fn check_turn(&self, turn: &TurnCommands) -> Result<(), StepError> {
        let (expected, found) = (self.steps.len(), turn.len());
        if expected == found {
            return Ok(());
        }
        Err(StepError::NotATurn { expected, found })
    }
}
