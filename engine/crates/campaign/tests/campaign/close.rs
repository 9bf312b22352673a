//! Cleanup and victory on a world made for them.

use campaign::cleanup::cleanup;
use campaign::schedule::RULES;
use campaign::victory::victory;
use observability::{Coverage, EventLog, Ledger};
use shared::fx::Fx;
use shared::ids::NONE;
use shared::isa::Isa;
use sim_cortex::scenario::read;
use sim_cortex::{RuleData, Table, Turn, World};

use crate::two_factions::two_factions;

/// What a phase left behind: the world, fired rules, events as (kind, slot, fields).
struct Left {
    world: World,
    fired: Vec<(&'static str, u64)>,
    events: Vec<(String, u32, Vec<i64>)>,
}

fn after(phase: fn(&mut Turn), number: u64, prepare: impl Fn(&mut World, &mut RuleData)) -> Left {
    let (mut data, mut state) = read(&two_factions()).unwrap();
    let mut world = state.worlds.remove(0);
    prepare(&mut world, &mut data);
    let (mut ledger, mut events) = (Ledger::new(), EventLog::new());
    let mut coverage = Coverage::new(&RULES);
    phase(&mut Turn {
        world: &mut world,
        data: &data,
        number,
        step: 3,
        phase: "close",
        phase_ordinal: 0,
        faction: None,
        commands: &[],
        isa: Isa::best(),
        ledger: &mut ledger,
        events: &mut events,
        coverage: &mut coverage,
    });
    assert_eq!(ledger.draws(), 0);
    let told = events.events().into_iter().map(|event| {
        let fields = event.fields.iter().map(|(_, value)| *value);
        (event.kind.to_string(), event.slot, fields.collect())
    });
    let told = told.collect();
    let fired = coverage.counts().filter(|(_, times)| *times > 0).collect();
    Left {
        world,
        fired,
        events: told,
    }
}

fn live(table: &dyn Table) -> Vec<u32> {
    table.slots().live().collect()
}

#[test]
fn cleanup_frees_units_then_their_fleets_and_builds() {
    let left = after(cleanup, 5, |world, _| {
        world.unit.hp[0] = Fx(0);
        world.unit.hp[4] = Fx(0);
        world.build.turns_left[0] = 0;
    });
    let world = &left.world;
    assert_eq!(live(&world.unit), [1, 3]);
    assert_eq!(live(&world.fleet), [1, 2]);
    assert_eq!(live(&world.build), [0; 0]);
    assert_eq!(world.fleet.slots().generation(0), Some(1));
    assert_eq!((world.fleet.next[0], world.unit.fleet[4]), (0, 0));
    assert_eq!((left.fired, left.events), (vec![("cleanup", 4)], vec![]));
}

#[test]
fn cleanup_leaves_what_lives() {
    let left = after(cleanup, 5, |_, _| ());
    assert_eq!(live(&left.world.unit), [0, 1, 3, 4]);
    assert_eq!(
        (live(&left.world.fleet).len(), live(&left.world.build).len()),
        (3, 1)
    );
    assert_eq!(left.fired, []);
}

/// Takes everything from a faction but what `keep` says.
fn strip(world: &mut World, faction: u32, planets: bool, units: bool) {
    for planet in 0..world.planet.rows() {
        if planets && world.planet.owner[planet] == faction {
            world.planet.owner[planet] = NONE;
        }
    }
    for unit in live(&world.unit) {
        if units && world.unit.owner[unit] == faction {
            world.unit.free(unit);
        }
    }
}

#[test]
fn the_last_faction_in_play_wins() {
    let left = after(victory, 9, |world, _| strip(world, 1, true, true));
    let world = &left.world;
    assert_eq!(world.faction.eliminated_turn.as_slice(), [0, 9]);
    assert_eq!(
        (world.campaign.winner[0], world.campaign.won_turn[0]),
        (0, 9)
    );
    let events = [
        ("faction.eliminated".to_owned(), 1, vec![]),
        ("campaign.won".to_owned(), 0, vec![1]),
    ];
    assert_eq!(left.events, events);
    assert_eq!(left.fired, [("elimination", 1), ("victory", 1)]);
}

#[test]
fn planets_or_units_keep_a_faction_in_play() {
    for (planets, units) in [(true, false), (false, true)] {
        let left = after(victory, 9, |world, _| strip(world, 1, planets, units));
        assert_eq!((left.world.campaign.winner[0], left.fired), (NONE, vec![]));
        assert_eq!(left.events, []);
    }
}

#[test]
fn a_dead_slot_is_neither_eliminated_nor_the_winner() {
    let left = after(victory, 9, |world, _| {
        strip(world, 1, true, true);
        world.faction.free(1);
    });
    assert_eq!(left.world.faction.eliminated_turn[1], 0);
    assert_eq!(left.fired, [("victory", 1)]);
    assert_eq!(left.world.campaign.winner[0], 0);
}

#[test]
fn nobody_wins_an_empty_field_and_nobody_wins_twice() {
    let left = after(victory, 9, |world, data| {
        strip(world, 0, true, true);
        strip(world, 1, true, true);
        data.rules.turns_max = 1;
    });
    assert_eq!(
        (left.world.campaign.winner[0], left.fired),
        (NONE, vec![("elimination", 2)])
    );
    let left = after(victory, 9, |world, _| {
        strip(world, 1, true, true);
        world.campaign.winner[0] = 1;
        world.campaign.won_turn[0] = 3;
    });
    assert_eq!(
        (
            left.world.campaign.winner[0],
            left.world.campaign.won_turn[0]
        ),
        (1, 3)
    );
    assert_eq!(left.fired, [("elimination", 1)]);
}

#[test]
fn points_decide_at_the_last_turn() {
    let winner = |number, prepare: &dyn Fn(&mut World)| {
        let left = after(victory, number, |world, data| {
            data.rules.turns_max = 20;
            prepare(world);
        });
        left.world.campaign.winner[0]
    };
    assert_eq!(winner(19, &|_| ()), NONE);
    // One planet each, two units each: the lowest slot.
    assert_eq!(winner(20, &|_| ()), 0);
    assert_eq!(winner(21, &|world| world.planet.owner[2] = 1), 1);
    assert_eq!(winner(20, &|world| world.unit.free(0)), 1);
    let planet_before_units = |world: &mut World| {
        world.planet.owner[2] = 0;
        world.unit.free(0);
    };
    assert_eq!(winner(20, &planet_before_units), 0);
}
