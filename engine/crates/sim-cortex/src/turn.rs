//! The running turn, as each phase function is given it: one phase in one universe.
//! Law: RULES.md, Parts II and III. Collects draws, events and fired rules; decides nothing.

use observability::{Coverage, EventLog, Ledger};
use shared::Json;
use shared::ids::NONE;
use shared::isa::Isa;
use shared::stream::Key;

use crate::notes::Place;
use crate::rules::{FactionMind, RuleData};
use crate::tables::Table;
use crate::world::World;

/// An entity as rules name it: (table, slot).
pub type Entity = (&'static str, u32);

/// What a phase reads and writes.
pub struct Turn<'a> {
    /// The universe that the phase acts in; its id is `world.id`.
    pub world: &'a mut World,
    /// What the scenario fixes: rules, designs, planet classes, minds, seed.
    pub data: &'a RuleData,
    /// The number of the turn being played; `turn` of RULES.md.
    pub number: u64,
    /// The step's ordinal in the turn.
    pub step: u32,
    /// The phase's name.
    pub phase: &'static str,
    /// The phase's ordinal in its step.
    pub phase_ordinal: u32,
    /// The faction's slot; nothing in `open` and `close`.
    pub faction: Option<u32>,
    /// The commands of the step. In `open` and `close` the campaign calls `orders` without a
    /// faction before the first phase, so that each is rejected with `wrong_step`.
    pub commands: &'a [Json],
    /// The instruction set of the kernels that the phase calls; it shows in no answer.
    pub isa: Isa,
    /// Draws of the turn.
    pub ledger: &'a mut Ledger,
    /// Events of the turn.
    pub events: &'a mut EventLog,
    /// Rules fired since init.
    pub coverage: &'a mut Coverage,
}

impl Turn<'_> {
    /// Returns the slot of the faction whose step it is. Precondition: it is one's.
    #[must_use]
    pub fn acting(&self) -> u32 {
        let Some(faction) = self.faction else {
            panic!("phase {} belongs to a faction's step", self.phase);
        };
        faction
    }

    /// Returns the built-in mind's weights of the acting faction.
    #[must_use]
    pub fn mind(&self) -> &FactionMind {
        &self.data.minds[self.acting()]
    }

    /// Tells whether a faction has been eliminated, or its slot is dead.
    #[must_use]
    pub fn out_of_play(&self, faction: u32) -> bool {
        let factions = &self.world.faction;
        !factions.is_alive(faction) || factions.eliminated_turn[faction] != 0
    }

    /// Returns where in the run the phase stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            seed: self.data.seed,
            universe: self.world.id,
            number: self.number,
            step: self.step,
            phase: self.phase,
            phase_ordinal: self.phase_ordinal,
            faction: self.faction.unwrap_or(NONE),
        }
    }

    /// Returns the key of a stream of this phase.
    #[must_use]
    pub fn stream(&self, stream: &str, scope: &[u64]) -> Key {
        self.place().stream(stream, scope)
    }

    /// Takes over the draws and events of one part of the phase.
    pub fn enter(&mut self, (ledger, events): (Ledger, EventLog)) {
        self.ledger.absorb(ledger);
        self.events.absorb(&events);
    }

    /// Returns the first `count` numbers of a stream that has one site, and counts them.
    #[must_use]
    pub fn draw(
        &mut self,
        stream: &'static str,
        site: &'static str,
        scope: &[u64],
        count: usize,
    ) -> Vec<u64> {
        let place = self.place();
        place.draw(self.ledger, stream, site, scope, count)
    }

    /// Counts draws that the rule prescribes and that are made another way.
    pub fn count_draws(
        &mut self,
        stream: &'static str,
        site: &'static str,
        scope: &[u64],
        count: usize,
    ) {
        let entry = self.place().entry(stream, site, scope, count);
        self.ledger.record(entry);
    }

    /// Appends an event and returns its sequence number. `entity` is nothing if it is about none;
    /// `cause` is an earlier event's number or `NONE`. Fields stand in the rule's order.
    pub fn emit(
        &mut self,
        kind: &'static str,
        entity: Option<Entity>,
        fields: &[(&'static str, i64)],
        cause: u32,
        reason: &'static str,
    ) -> u32 {
        let (place, told) = (self.place(), (fields, cause, reason));
        place.append(self.events, self.world, kind, entity, told)
    }

    /// Counts a rule that has fired so many times. Precondition: RULES.md lists it.
    pub fn fire(&mut self, rule: &str, times: u64) {
        self.coverage.fire(rule, times);
    }
}
