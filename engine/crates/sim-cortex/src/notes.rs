//! What one part of a phase draws and tells while other parts do the same beside it.
//! Law: RULES.md, Parts II and III. Reads the world; `Turn::enter` takes the notes of all parts in
//! their order, so that nobody sees how many there were.

use observability::{EventLog, Ledger};
use shared::LedgerEntry;
use shared::event_bytes::EventParts;
use shared::ids::NONE;
use shared::stream::{Key, draw_many, stream_key};

use crate::tables::Table;
use crate::turn::Entity;
use crate::world::World;

/// Where in the run a phase stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The seed of all streams.
    pub seed: u64,
    /// The universe's id.
    pub universe: u32,
    /// The number of the turn being played.
    pub number: u64,
    /// The step's ordinal in the turn.
    pub step: u32,
    /// The phase's name.
    pub phase: &'static str,
    /// The phase's ordinal in its step.
    pub phase_ordinal: u32,
    /// The faction's slot, `NONE` in `open` and `close`.
    pub faction: u32,
}

impl Place {
    /// Returns the key of a stream of this phase.
    #[must_use]
    pub fn stream(&self, stream: &str, scope: &[u64]) -> Key {
        let (seed, universe, turn) = (self.seed, self.universe, self.number);
        stream_key(
            seed,
            universe,
            turn,
            self.phase,
            self.faction,
            stream,
            scope,
        )
    }

    /// Returns the entry of so many draws.
    #[must_use]
    pub fn entry(
        &self,
        stream: &'static str,
        site: &'static str,
        scope: &[u64],
        count: usize,
    ) -> LedgerEntry {
        let Ok(count) = u64::try_from(count) else {
            panic!("{count} draws do not fit the ledger's u64");
        };
        LedgerEntry {
            universe: self.universe,
            step: self.step,
            phase_ordinal: self.phase_ordinal,
            phase: self.phase.into(),
            stream: stream.into(),
            scope: scope.to_vec(),
            site: site.into(),
            count,
        }
    }

    /// Draws and counts in `ledger`; see `Turn::draw`.
    pub(crate) fn draw(
        &self,
        ledger: &mut Ledger,
        stream: &'static str,
        site: &'static str,
        scope: &[u64],
        count: usize,
    ) -> Vec<u64> {
        ledger.record(self.entry(stream, site, scope, count));
        draw_many(&self.stream(stream, scope), 0, count)
    }

    /// Appends an event about an entity of `world`; see `Turn::emit`.
    pub(crate) fn append(
        &self,
        events: &mut EventLog,
        world: &World,
        kind: &'static str,
        entity: Option<Entity>,
        (fields, cause, reason): (&[(&'static str, i64)], u32, &'static str),
    ) -> u32 {
        let (table, slot) = entity.unwrap_or(("", NONE));
        events.append_parts(&EventParts {
            universe: self.universe,
            step: self.step,
            phase: self.phase,
            kind,
            table,
            slot,
            generation: entity.map_or(0, |entity| generation(world, entity)),
            cause,
            fields,
            reason,
        })
    }
}

/// Draws and events of one part of a phase.
#[derive(Debug)]
pub struct Notes<'a> {
    place: Place,
    world: &'a World,
    pub(crate) ledger: Ledger,
    pub(crate) events: EventLog,
}

impl<'a> Notes<'a> {
    /// Returns empty notes.
    #[must_use]
    pub fn new(place: Place, world: &'a World) -> Self {
        let (ledger, events) = (Ledger::new(), EventLog::new());
        Self {
            place,
            world,
            ledger,
            events,
        }
    }

    /// As `Turn::draw`.
    #[must_use]
    pub fn draw(
        &mut self,
        stream: &'static str,
        site: &'static str,
        scope: &[u64],
        count: usize,
    ) -> Vec<u64> {
        self.place
            .draw(&mut self.ledger, stream, site, scope, count)
    }

    /// As `Turn::emit`; the number is one among these notes.
    pub fn emit(
        &mut self,
        kind: &'static str,
        entity: Option<Entity>,
        fields: &[(&'static str, i64)],
        cause: u32,
    ) -> u32 {
        let told = (fields, cause, "");
        self.place
            .append(&mut self.events, self.world, kind, entity, told)
    }

    /// The notes themselves, without the world.
    #[must_use]
    pub fn close(self) -> (Ledger, EventLog) {
        (self.ledger, self.events)
    }
}

/// An entity of an event is there, though it may be dead.
fn generation(world: &World, (table, slot): Entity) -> u32 {
    let slots = match table {
        "unit" => Some(world.unit.slots()),
        "fleet" => Some(world.fleet.slots()),
        other => world.table(other).map(Table::slots),
    };
    let Some(generation) = slots.and_then(|slots| slots.generation(slot)) else {
        panic!("{table} {slot} has an event but is not there");
    };
    generation
}
