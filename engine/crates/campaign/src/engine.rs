//! A run: from a scenario step by step, each turn all or nothing.
//! Law: PROTOCOL.md, section 6; RULES.md, Part III ("Ranges"). Decides no rule: it walks along
//! the schedule, checks ranges, and undoes a turn that halts.

use global_auditor::{Audit, audit};
use observability::{Coverage, EventLog, Ledger};
use shared::Json;
use shared::archive::{ArchiveBytes, ArchiveError};
use shared::digest::Digest;
use sim_cortex::scenario::{check_restored, parse, scenario_digest};
use sim_cortex::schema::schema_digest;
use sim_cortex::universes::{RestoreError, TableArchive};
use sim_cortex::{Forest, RuleData, ScenarioError, Turn, Universes};

use crate::answer::{Halt, Standing, StepError, Stepped};
use crate::options::Options;
use crate::schedule::{ORDERS, Phase, RULES, Scope, Step};

pub mod advance;
mod reading;

/// What may be asked of a run next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    /// The step of this ordinal comes next.
    Ready(usize),
    /// It was stopped inside a step: only reading and restoring.
    Stopped,
    /// A halt has ended it: only reading and restoring.
    Halted,
}

/// One run.
pub struct Engine {
    data: RuleData,
    schema: Digest,
    scenario: Digest,
    steps: Vec<Step>,
    options: Options,
    state: Universes,
    /// The digest trees of the state, as of when it was hashed last.
    forest: Forest,
    ledger: Ledger,
    events: EventLog,
    coverage: Coverage,
    mode: Mode,
}

impl Engine {
    /// Starts a run from the text of a canonical scenario, on the threads of the caller.
    ///
    /// # Errors
    /// The scenario is not one, or its first state breaks an invariant.
    pub fn new(scenario: &[u8]) -> Result<Self, ScenarioError> {
        Self::with_options(scenario, Options::default())
    }

    /// Starts a run from the text of a canonical scenario.
    ///
    /// # Errors
    /// The scenario is not one, or its first state breaks an invariant.
    pub fn with_options(scenario: &[u8], options: Options) -> Result<Self, ScenarioError> {
        let (data, state) = parse(scenario)?;
        check_invariants(&state)?;
        Ok(Self {
            data,
            schema: schema_digest(),
            scenario: scenario_digest(scenario),
            steps: Step::of_run(&state),
            options,
            forest: Forest::of(&state),
            state,
            ledger: Ledger::new(),
            events: EventLog::new(),
            coverage: Coverage::new(&RULES),
            mode: Mode::Ready(0),
        })
    }

    /// Names of the steps of every turn and of their phases.
    pub fn steps(&self) -> impl Iterator<Item = (&str, Vec<&'static str>)> {
        let phases = |step: &Step| step.phases.iter().map(|phase| phase.name).collect();
        self.steps
            .iter()
            .map(move |step| (step.name.as_str(), phases(step)))
    }

    /// The state as it is now.
    #[must_use]
    pub fn state(&self) -> &Universes {
        &self.state
    }

    /// Where the run stands at a turn's end, with the digests of that turn.
    #[must_use]
    pub fn standing(&mut self) -> Standing {
        let turn = self.state.turn;
        let state_digest = self.state_digest(turn);
        Standing {
            turn,
            rows: self.rows(),
            state_digest,
            ledger_digest: self.ledger.digest(turn),
            events_digest: self.events.digest(turn),
        }
    }

    /// Row counts of all tables, by universe.
    #[must_use]
    pub fn rows(&self) -> Vec<(u32, Vec<u32>)> {
        let worlds = self.state.worlds.iter();
        worlds.map(|world| (world.id, world.rows())).collect()
    }

    /// Runs the next step, up to and with phase `stop_after` if that is given; with `phases` it
    /// tells the state digest after each phase.
    ///
    /// # Errors
    /// The run has ended or was stopped, or the step has no such phase; nothing is changed then.
    pub fn step(
        &mut self,
        commands: &[Json],
        stop_after: Option<usize>,
        phases: bool,
    ) -> Result<Stepped, StepError> {
        self.on_threads(|run| {
            let mut stepped = run.run_step(commands, stop_after, phases)?;
            let is_over = run.mode == Mode::Ready(0);
            stepped.ended = is_over.then(|| run.standing());
            Ok(stepped)
        })
    }

    /// Runs the next step and leaves it to the caller to say where the run stands then.
    fn run_step(
        &mut self,
        commands: &[Json],
        stop_after: Option<usize>,
        phases: bool,
    ) -> Result<Stepped, StepError> {
        let step = match self.mode {
            Mode::Ready(step) => step,
            Mode::Stopped => return Err(StepError::Stopped),
            Mode::Halted => return Err(StepError::Halted),
        };
        let Some(Step {
            scope, phases: all, ..
        }) = self.steps.get(step)
        else {
            unreachable!("the turn has no step {step}");
        };
        let (scope, all): (Scope, &'static [Phase]) = (*scope, all);
        let last = all.len() - 1;
        if stop_after.is_some_and(|phase| phase > last) {
            return Err(StepError::NoPhase { last });
        }
        if step == 0 {
            self.begin_turn();
        }
        // A panic in a phase leaves a run that can only be restored.
        self.mode = Mode::Halted;
        let turn = self.state.turn + 1;
        let mut phase_digests = Vec::new();
        for (ordinal, phase) in all.iter().enumerate().take(stop_after.unwrap_or(last) + 1) {
            self.run_phase((step, scope), (ordinal, phase), commands);
            if let Some(halt) = self.out_of_range(scope, step, phase) {
                return Ok(self.halt(step, turn, halt));
            }
            if phases {
                phase_digests.push(self.state_digest(turn));
            }
        }
        Ok(self.end_step(step, turn, stop_after.is_some(), phase_digests))
    }

    /// Returns the state as archives, in canonical order.
    ///
    /// # Errors
    /// A table is too large for an archive.
    pub fn snapshot(&self) -> Result<Vec<TableArchive<ArchiveBytes>>, ArchiveError> {
        self.state.snapshot(&self.schema)
    }

    /// Puts the state of the end of `turn` in place of the present one.
    ///
    /// # Errors
    /// The archives are not those of such a state, or the rules cannot play on it; nothing is
    /// changed then.
    pub fn restore<B: AsRef<[u8]>>(
        &mut self,
        turn: u64,
        archives: &[TableArchive<B>],
    ) -> Result<Standing, RestoreError> {
        let state = self.state.restored(&self.schema, turn, archives)?;
        check_restored(&self.data, &state)?;
        self.forest = Forest::of(&state);
        self.state = state;
        self.ledger.clear();
        self.events.clear();
        self.mode = Mode::Ready(0);
        Ok(self.standing())
    }

    /// Draws of the turn so far, until the next turn begins.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Events of the turn so far, until the next turn begins.
    #[must_use]
    pub fn events(&self) -> &EventLog {
        &self.events
    }

    /// Rules fired since the run began, those of an undone turn included.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Checks the invariants of the state as it is now.
    #[must_use]
    pub fn audit(&self) -> Audit {
        audit(&self.state)
    }

    fn begin_turn(&mut self) {
        self.state.begin_turn();
        self.ledger.clear();
        self.events.clear();
    }

    fn run_phase(
        &mut self,
        (step, scope): (usize, Scope),
        (ordinal, phase): (usize, &'static Phase),
        commands: &[Json],
    ) {
        let place = (ordinal_u32(step), ordinal_u32(ordinal), phase.name);
        match scope {
            Scope::Faction(world, slot) => {
                let mut turn = self.turn(world, place, Some(slot), commands);
                if !turn.out_of_play(slot) || phase.name == ORDERS.name {
                    (phase.run)(&mut turn);
                }
            }
            Scope::All => {
                if ordinal == 0 && !commands.is_empty() {
                    (ORDERS.run)(&mut self.turn(0, place, None, commands));
                }
                for world in 0..self.state.worlds.len() {
                    (phase.run)(&mut self.turn(world, place, None, commands));
                }
            }
        }
    }

    fn turn<'a>(
        &'a mut self,
        world: usize,
        (step, phase_ordinal, phase): (u32, u32, &'static str),
        faction: Option<u32>,
        commands: &'a [Json],
    ) -> Turn<'a> {
        let number = self.state.turn + 1;
        let Some(world) = self.state.worlds.get_mut(world) else {
            unreachable!("the state has no world {world}");
        };
        Turn {
            world,
            data: &self.data,
            number,
            step,
            phase,
            phase_ordinal,
            faction,
            commands,
            isa: self.options.isa,
            ledger: &mut self.ledger,
            events: &mut self.events,
            coverage: &mut self.coverage,
        }
    }

    fn out_of_range(&mut self, scope: Scope, step: usize, phase: &Phase) -> Option<Halt> {
        let mut worlds =
            self.state
                .worlds
                .iter_mut()
                .enumerate()
                .filter(|(position, _)| match scope {
                    Scope::All => true,
                    Scope::Faction(world, _) => *position == world,
                });
        worlds.find_map(|(_, world)| {
            let found = world.newly_out_of_range(phase.written)?;
            Some(Halt {
                error: "range",
                step: ordinal_u32(step),
                phase: phase.name,
                universe: world.id,
                table: found.table,
                slot: found.slot,
                column: found.column.name,
            })
        })
    }

    /// Undoes the turn.
    fn halt(&mut self, step: usize, turn: u64, halt: Halt) -> Stepped {
        self.state.undo_turn();
        self.ledger.clear();
        self.events.clear();
        self.mode = Mode::Halted;
        Stepped {
            step,
            turn,
            rows: self.rows(),
            halt: Some(halt),
            phase_digests: Vec::new(),
            ended: None,
        }
    }

    fn end_step(
        &mut self,
        step: usize,
        turn: u64,
        stopped: bool,
        phase_digests: Vec<Digest>,
    ) -> Stepped {
        let turn_ended = !stopped && step == self.steps.len() - 1;
        if turn_ended {
            self.state.turn = turn;
        }
        self.mode = match (stopped, turn_ended) {
            (true, _) => Mode::Stopped,
            (false, true) => Mode::Ready(0),
            (false, false) => Mode::Ready(step + 1),
        };
        Stepped {
            step,
            turn,
            rows: self.rows(),
            halt: None,
            phase_digests,
            ended: None,
        }
    }

    /// Plays or hashes on the threads that the run has been given, if it has rows enough.
    fn on_threads<R: Send>(&mut self, play: impl FnOnce(&mut Self) -> R + Send) -> R {
        let rows = self.rows().into_iter().flat_map(|(_, rows)| rows);
        let is_shared = rows.map(u64::from).sum::<u64>() >= self.options.shared_rows_min;
        match self.options.threads.clone().filter(|_| is_shared) {
            Some(threads) => threads.install(|| play(self)),
            None => play(self),
        }
    }

    fn state_digest(&mut self, turn: u64) -> Digest {
        self.update_forest();
        self.forest.digest(&self.schema, &self.scenario, turn)
    }

    fn update_forest(&mut self) {
        let isa = self.options.isa;
        self.on_threads(|run| run.forest.update(&mut run.state, isa));
    }
}

fn check_invariants(state: &Universes) -> Result<(), ScenarioError> {
    let mut findings = audit(state).findings.into_iter();
    let Some(finding) = findings.next() else {
        return Ok(());
    };
    let worlds = state.worlds.iter();
    let before = worlds.take_while(|world| world.id != finding.universe);
    let (table, slot) = finding.row.unwrap_or(("account", 0));
    let path = format!("state.universes[{}].tables.{table}[{slot}]", before.count());
    let fault = format!("{}: {}", finding.rule, finding.message);
    Err(ScenarioError::new(path, fault))
}

fn ordinal_u32(ordinal: usize) -> u32 {
    let Ok(ordinal) = u32::try_from(ordinal) else {
        unreachable!("steps and phases are far fewer than 2^32");
    };
    ordinal
}
