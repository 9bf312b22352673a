//! What a phase does through its `Turn`: draws with their ledger, events with their place.

use observability::{Coverage, EventLog, Ledger};
use shared::isa::Isa;
use shared::stream::{draw_at, stream_key};
use shared::{Event, LedgerEntry};
use sim_cortex::scenario::read;
use sim_cortex::{Table, Turn};

use crate::two_factions::two_factions;

#[test]
fn draws_and_events_say_where_they_were_made() {
    let (data, mut state) = read(&two_factions()).unwrap();
    let mut ledger = Ledger::new();
    let mut events = EventLog::new();
    let mut coverage = Coverage::new(&["hit"]);
    state.worlds[0].unit.free(4);
    let mut turn = Turn {
        world: &mut state.worlds[0],
        data: &data,
        number: 7,
        step: 2,
        phase: "combat",
        phase_ordinal: 5,
        faction: Some(1),
        commands: &[],
        isa: Isa::best(),
        ledger: &mut ledger,
        events: &mut events,
        coverage: &mut coverage,
    };
    let drawn = turn.draw("combat.damage", "combat.damage.roll", &[1, 3], 2);
    let key = stream_key(42, 0, 7, "combat", 1, "combat.damage", &[1, 3]);
    assert_eq!(drawn, [draw_at(&key, 0), draw_at(&key, 1)]);
    let entity = Some(("unit", 4));
    assert_eq!(
        turn.emit("unit.destroyed", entity, &[("round", 3)], 4_294_967_295, ""),
        0
    );
    assert_eq!(turn.emit("order.rejected", None, &[], 0, "malformed"), 1);
    turn.fire("hit", 2);
    assert!(!turn.out_of_play(1) && turn.mind().aggression.0 == 2 << 32);
    let mut expected = Ledger::new();
    expected.record(LedgerEntry {
        universe: 0,
        step: 2,
        phase_ordinal: 5,
        phase: "combat".into(),
        stream: "combat.damage".into(),
        scope: vec![1, 3],
        site: "combat.damage.roll".into(),
        count: 2,
    });
    assert_eq!(ledger, expected);
    assert_eq!(coverage.counts().collect::<Vec<_>>(), [("hit", 2)]);
    let destroyed = Event {
        universe: 0,
        step: 2,
        phase: "combat".into(),
        kind: "unit.destroyed".into(),
        table: "unit".into(),
        slot: 4,
        generation: 1,
        cause: 4_294_967_295,
        fields: vec![("round".into(), 3)],
        reason: "".into(),
    };
    assert_eq!(events.events()[0], destroyed);
    let rejected = &events.events()[1];
    let place = (rejected.slot, rejected.generation, rejected.cause);
    assert_eq!((place, &*rejected.table), ((4_294_967_295, 0, 0), ""));
}
