//! Whole turns in a row: what turn t has written is hashed beside the play of turn t + 1.
//! Law: PROTOCOL.md, section 6.3. The rule it is held against: `Engine::step`, one by one.

use std::ops::ControlFlow;

use observability::{EventLog, Ledger};
use shared::Json;
use shared::digest::Digest;
use shared::isa::Isa;
use sim_cortex::Forest;
use sim_cortex::forest::Loans;

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
    fn told(mut self, tell: impl FnOnce(Stepped) -> Flow) -> (Forest, Flow) {
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
        (self.forest, tell(self.stepped))
    }
}

impl Engine {
    /// Plays whole turns, and tells for each the answer of its last step as soon as it is known:
    /// a halt is the last. It ends early if `tell` breaks; the run may be a turn ahead then.
    ///
    /// # Errors
    /// A turn is running, the run has ended, or a turn has not as many steps as the run; the
    /// turns before that one have been played and told.
    pub fn advance<F>(&mut self, turns: &[TurnCommands], mut tell: F) -> Result<(), StepError>
    where
        F: FnMut(Stepped) -> Flow + Send,
    {
        self.check_at_turn_end()?;
        let sound = turns
            .iter()
            .take_while(|turn| self.check_turn(turn).is_ok());
        let sound = sound.count();
        let (playable, rest) = turns.split_at(sound);
        let flow = self.on_threads(|run| run.advance_all(playable, &mut tell))?;
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
        F: FnMut(Stepped) -> Flow + Send,
    {
        let mut waiting: Option<Ended> = None;
        for (ordinal, turn) in turns.iter().enumerate() {
            let is_last = ordinal + 1 == turns.len();
            let mut flow = ON;
            let stepped = match waiting.take() {
                None => self.play_turn(turn)?,
                Some(ended) => {
                    let (played, told) =
                        rayon::join(|| self.play_turn(turn), || ended.told(&mut *tell));
                    (self.forest, flow) = told;
                    played?
                }
            };
            if flow.is_continue() && stepped.halt.is_some() {
                let _ = tell(stepped);
                flow = OVER;
            } else if flow.is_continue() {
                (waiting, flow) = self.wait_or_tell(stepped, is_last, tell);
            }
            if flow.is_break() {
                return Ok(OVER);
            }
        }
        Ok(ON)
    }

    /// Tells a turn that has ended at once, unless another thread can do it beside the next one.
    fn wait_or_tell<F>(
        &mut self,
        mut stepped: Stepped,
        is_last: bool,
        tell: &mut F,
    ) -> (Option<Ended>, Flow)
    where
        F: FnMut(Stepped) -> Flow + Send,
    {
        let is_alone = rayon::current_thread_index().is_none() || rayon::current_num_threads() == 1;
        if is_last || is_alone {
            stepped.ended = Some(self.standing());
            return (None, tell(stepped));
        }
        let isa = self.options.isa;
        let loans = self.forest.update_or_lend(&mut self.state, isa);
        let ended = Ended {
            stepped,
            turn: self.state.turn,
            forest: std::mem::take(&mut self.forest),
            loans,
            ledger: std::mem::replace(&mut self.ledger, Ledger::new()),
            events: std::mem::replace(&mut self.events, EventLog::new()),
            run: (self.schema, self.scenario),
            isa,
        };
        (Some(ended), ON)
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
