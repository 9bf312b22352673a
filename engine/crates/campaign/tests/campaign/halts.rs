//! A value out of range halts the run and undoes the turn, wherever in the turn it happens.

use campaign::{Engine, Halt, StepError, Stepped};
use shared::Json;
use sim_cortex::universes::TableArchive;

use crate::two_factions::{bytes, column, int, list, universe, with};

const COUNT_MAX: i128 = 1_000_000_000;

/// Plays turn 1 to its halt; asserts that all of it is undone.
fn halted(scenario: &Json) -> (Halt, Stepped) {
    let mut engine = Engine::new(&bytes(scenario)).unwrap();
    let before = engine.standing();
    let stepped = loop {
        let stepped = engine.step(&[], None, true).unwrap();
        assert_eq!(stepped.ended, None, "the turn ended without a halt");
        if stepped.halt.is_some() {
            break stepped;
        }
    };
    assert_eq!(engine.standing(), before);
    assert_eq!(stepped.rows, before.rows);
    assert_eq!(
        (engine.ledger().draws(), engine.events().events().len()),
        (0, 0)
    );
    assert_eq!(
        engine.step(&[], None, false).unwrap_err(),
        StepError::Halted
    );
    (stepped.halt.clone().unwrap(), stepped)
}

#[test]
fn a_halt_in_production_undoes_the_steps_before() {
    let path = format!("{}[0]", column("faction", "ships_built"));
    let (halt, stepped) = halted(&with(&[(&path, int(COUNT_MAX))]));
    let expected = Halt {
        error: "range",
        step: 1,
        phase: "production",
        universe: 0,
        table: "faction",
        slot: 0,
        column: "ships_built",
    };
    assert_eq!((halt, stepped.step, stepped.turn), (expected, 1, 1));
}

#[test]
fn a_count_just_below_does_not_halt() {
    let path = format!("{}[0]", column("faction", "ships_built"));
    let scenario = with(&[(&path, int(COUNT_MAX - 1))]);
    let mut engine = Engine::new(&bytes(&scenario)).unwrap();
    while engine.step(&[], None, false).unwrap().ended.is_none() {}
    let built = &engine.state().worlds[0].faction.ships_built;
    assert_eq!(i128::from(built[0]), COUNT_MAX);
}

#[test]
fn a_halt_in_a_later_universe_names_it() {
    let path = "state.universes[1].tables.account.balance";
    let mint = -(1_i128 << 53);
    let balances = list([1 << 52, 1 << 52, mint, 0, 0].map(int));
    let two = list([universe(3), universe(8)]);
    let scenario = with(&[("state.universes", two), (path, balances)]);
    let (halt, _) = halted(&scenario);
    let place = (
        halt.step,
        halt.phase,
        halt.universe,
        halt.table,
        halt.slot,
        halt.column,
    );
    assert_eq!(place, (3, "economy", 8, "account", 2, "balance"));
}

#[test]
fn a_turn_beyond_its_columns_range_halts_when_it_is_written() {
    let mut scenario = with(&[("state.turn", int(COUNT_MAX)), ("rules.turns_max", int(1))]);
    let (halt, _) = halted(&scenario);
    let place = (halt.step, halt.phase, halt.table, halt.slot, halt.column);
    assert_eq!(place, (3, "victory", "campaign", 0, "won_turn"));
    *crate::two_factions::at(&mut scenario, "state.turn") = int(COUNT_MAX - 1);
    let mut engine = Engine::new(&bytes(&scenario)).unwrap();
    while engine.step(&[], None, false).unwrap().ended.is_none() {}
    assert_eq!(
        i128::from(engine.state().worlds[0].campaign.won_turn[0]),
        COUNT_MAX
    );
}

#[test]
fn a_halted_run_can_be_restored() {
    let path = format!("{}[0]", column("faction", "ships_built"));
    let mut engine = Engine::new(&bytes(&with(&[(&path, int(COUNT_MAX))]))).unwrap();
    let parts = engine.snapshot().unwrap().into_iter();
    let start: Vec<TableArchive<_>> = parts.collect();
    while engine.step(&[], None, false).unwrap().halt.is_none() {}
    engine.restore(0, &start).unwrap();
    assert_eq!(engine.step(&[], None, false).unwrap().step, 0);
}
