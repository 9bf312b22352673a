//! A run step by step: names, digests, stops, snapshots, commands in wrong steps.

use campaign::{Engine, StepError, Stepped};
use shared::Json;
use shared::digest::Digest;
use shared::ids::NONE as NOBODY;
use sim_cortex::Table;
use sim_cortex::schema::schema_digest;
use sim_cortex::universes::{RestoreError, TableArchive};

use crate::two_factions::{bytes, column, int, list, object, text, two_factions, universe, with};

const TURNS: u64 = 12;
const STEPS: usize = 4;

fn started(scenario: &Json) -> Engine {
    Engine::new(&bytes(scenario)).unwrap()
}

fn next(engine: &mut Engine) -> Stepped {
    engine.step(&[], None, false).unwrap()
}

/// Plays one turn without commands and returns its three digests.
fn turn(engine: &mut Engine) -> [Digest; 3] {
    loop {
        if let Some(standing) = next(engine).ended {
            return [
                standing.state_digest,
                standing.ledger_digest,
                standing.events_digest,
            ];
        }
    }
}

fn archives(engine: &Engine) -> Vec<TableArchive<Vec<u8>>> {
    let parts = engine.snapshot().unwrap().into_iter();
    let owned = parts.map(|part| TableArchive {
        universe: part.universe,
        table: part.table,
        archive: part.archive.to_vec(),
    });
    owned.collect()
}

#[test]
fn steps_are_open_factions_close() {
    let two = with(&[("state.universes", list([universe(3), universe(8)]))]);
    let engine = started(&two);
    let steps: Vec<_> = engine
        .steps()
        .map(|(name, phases)| format!("{name} {}", phases.len()))
        .collect();
    let names = [
        "open 1",
        "faction 0 7",
        "faction 1 7",
        "faction 2 7",
        "faction 3 7",
        "close 2",
    ];
    assert_eq!(steps, names);
    let (_, phases) = engine.steps().nth(1).unwrap();
    let wanted = [
        "orders",
        "decision",
        "economy",
        "production",
        "movement",
        "combat",
        "invasion",
    ];
    assert_eq!(phases, wanted);
}

#[test]
fn a_run_is_played_turn_by_turn() {
    let mut engine = started(&two_factions());
    let first = engine.standing();
    assert_eq!(
        (first.turn, first.rows.clone()),
        (0, vec![(0, vec![1, 2, 5, 4, 2, 3, 1, 3, 5])])
    );
    for step in 0..STEPS {
        let stepped = next(&mut engine);
        assert_eq!((stepped.step, stepped.turn, stepped.halt), (step, 1, None));
        assert_eq!(stepped.ended.is_some(), step == STEPS - 1);
    }
    assert_eq!(engine.state().turn, 1);
    assert_ne!(engine.standing().state_digest, first.state_digest);
    for _ in 1..TURNS {
        turn(&mut engine);
        assert_eq!(engine.audit().findings, []);
    }
    let fired: Vec<_> = engine
        .coverage()
        .counts()
        .filter(|(_, times)| *times > 0)
        .collect();
    assert!(fired.len() >= 12, "{fired:?}");
    assert_eq!(engine.coverage().counts().count(), 28);
}

#[test]
fn two_runs_of_one_scenario_are_one() {
    let (mut left, mut right) = (started(&two_factions()), started(&two_factions()));
    let mut other = started(&with(&[("seed", int(43))]));
    for _ in 0..TURNS {
        assert_eq!(turn(&mut left), turn(&mut right));
        turn(&mut other);
    }
    assert_ne!(left.standing().state_digest, other.standing().state_digest);
}

#[test]
fn save_load_continue_is_straight_through() {
    let mut straight = started(&two_factions());
    let digests: Vec<_> = (0..TURNS).map(|_| turn(&mut straight)).collect();
    for saved_after in 0..TURNS {
        let mut first = started(&two_factions());
        for _ in 0..saved_after {
            turn(&mut first);
        }
        let mut second = started(&two_factions());
        turn(&mut second);
        let standing = second.restore(saved_after, &archives(&first)).unwrap();
        assert_eq!(standing.state_digest, first.standing().state_digest);
        assert_eq!(second.ledger().draws(), 0);
        let rest: Vec<_> = (saved_after..TURNS).map(|_| turn(&mut second)).collect();
        assert_eq!(rest, digests[usize::try_from(saved_after).unwrap()..]);
    }
}

#[test]
fn the_last_phase_digest_is_the_turns() {
    let mut watched = started(&two_factions());
    let mut unwatched = started(&two_factions());
    let mut last = None;
    for (step, phases) in [1, 7, 7, 2].into_iter().enumerate() {
        let stepped = watched.step(&[], None, true).unwrap();
        assert_eq!((stepped.step, stepped.phase_digests.len()), (step, phases));
        last = stepped.phase_digests.last().copied();
    }
    assert_eq!(last, Some(turn(&mut unwatched)[0]));
    assert_eq!(last, Some(watched.standing().state_digest));
}

#[test]
fn a_stopped_run_is_read_and_restored_only() {
    let mut engine = started(&two_factions());
    let start = archives(&engine);
    next(&mut engine);
    let refused = engine.step(&[], Some(7), false);
    assert_eq!(refused.unwrap_err(), StepError::NoPhase { last: 6 });
    let stopped = engine.step(&[], Some(2), true).unwrap();
    assert_eq!(
        (stopped.step, stopped.turn, stopped.phase_digests.len()),
        (1, 1, 3)
    );
    assert_eq!(stopped.ended, None);
    assert_eq!(
        engine.step(&[], None, false).unwrap_err(),
        StepError::Stopped
    );
    assert!(!engine.events().events().is_empty());
    engine.restore(0, &start).unwrap();
    let mut other = started(&two_factions());
    assert_eq!(turn(&mut engine), turn(&mut other));
}

#[test]
fn a_state_that_rules_cannot_play_is_not_restored() {
    let mut engine = started(&two_factions());
    let mut state = engine.state().clone();
    let digest = engine.standing().state_digest;
    state.worlds[0].account.free(2);
    let parts = state.snapshot(&schema_digest()).unwrap();
    let refused = engine.restore(5, &parts).unwrap_err();
    assert!(matches!(refused, RestoreError::Unplayable(_)), "{refused}");
    let place = "state.universes[0].tables.account";
    assert!(refused.to_string().starts_with(place), "{refused}");
    assert_eq!(engine.standing().state_digest, digest);
    assert_eq!(engine.state().turn, 0);
    let start = archives(&engine);
    engine.restore(5, &start).unwrap();
    assert_eq!(engine.state().turn, 5);
}

#[test]
fn a_stop_after_the_last_phase_ends_no_turn() {
    let mut engine = started(&two_factions());
    (0..STEPS - 1).for_each(|_| drop(next(&mut engine)));
    let stopped = engine.step(&[], Some(1), true).unwrap();
    let mut other = started(&two_factions());
    assert_eq!(stopped.phase_digests[1], turn(&mut other)[0]);
    assert_eq!((stopped.ended, engine.state().turn), (None, 0));
}

#[test]
fn commands_outside_of_a_faction_are_rejected() {
    let two = with(&[("state.universes", list([universe(3), universe(8)]))]);
    let stop = object([("kind", text("stop")), ("fleet", text("8/fleet/2:0"))]);
    for steps_before in [0, 5] {
        let mut engine = started(&two);
        (0..steps_before).for_each(|_| drop(next(&mut engine)));
        let before = engine.events().events().len();
        engine.step(&[stop.clone(), int(1)], None, false).unwrap();
        let events = &engine.events().events()[before..];
        let phase = if steps_before == 0 {
            "recharge"
        } else {
            "cleanup"
        };
        for (ordinal, event) in (0..).zip(&events[..2]) {
            assert_eq!(
                (&*event.kind, &*event.reason),
                ("order.rejected", "wrong_step")
            );
            assert_eq!((event.universe, &*event.phase), (3, phase));
            assert_eq!(event.fields, [("ordinal".into(), ordinal)]);
        }
        assert!(
            events[2..]
                .iter()
                .all(|event| event.kind != "order.rejected")
        );
    }
}

#[test]
fn commands_of_a_factions_step_are_carried_out() {
    let mut engine = started(&two_factions());
    next(&mut engine);
    let disband = object([("kind", text("disband")), ("unit", text("0/unit/3:0"))]);
    engine.step(&[disband], Some(0), false).unwrap();
    assert_eq!(engine.state().worlds[0].unit.hp[3].0, 0);
    assert_eq!(&*engine.events().events()[0].kind, "order.accepted");
}

#[test]
fn a_faction_out_of_play_does_nothing() {
    let mut scenario = two_factions();
    for (place, values) in [("mind", [0, 1]), ("account", [0, 1]), ("home", [0, 2])] {
        let third = if place == "account" { 5 } else { 1 };
        let values = values.into_iter().chain([third]).map(int);
        *crate::two_factions::at(&mut scenario, &column("faction", place)) = list(values);
    }
    for place in ["generation", "ships_built", "ships_lost", "planets_taken"] {
        *crate::two_factions::at(&mut scenario, &column("faction", place)) = list([0; 3].map(int));
    }
    let third = [
        ("faction", "alive", vec![1; 3]),
        ("faction", "eliminated_turn", vec![0, 0, 4]),
        ("account", "generation", vec![0; 6]),
        ("account", "alive", vec![1; 6]),
        ("account", "kind", vec![0, 0, 1, 2, 3, 0]),
        (
            "account",
            "owner",
            [0, 1, NOBODY, NOBODY, NOBODY, 2].map(i128::from).to_vec(),
        ),
        ("account", "balance", vec![1000, 700, -1700, 0, 0, 0]),
        ("planet", "owner", [0, 1, 2].to_vec()),
    ];
    for (table, name, values) in third {
        let values = list(values.into_iter().map(int));
        *crate::two_factions::at(&mut scenario, &column(table, name)) = values;
    }
    let minds = crate::two_factions::at(&mut scenario, "factions");
    let Json::Array(minds) = minds else {
        unreachable!()
    };
    minds.push(minds[0].clone());
    let mut engine = started(&scenario);
    (0..3).for_each(|_| drop(next(&mut engine)));
    let (before, rows) = (engine.events().events().len(), engine.rows());
    let digest = engine.standing().state_digest;
    let stepped = engine.step(&[int(1)], None, false).unwrap();
    assert_eq!((stepped.step, stepped.rows), (3, rows));
    assert_eq!(engine.standing().state_digest, digest);
    let [rejected] = &engine.events().events()[before..] else {
        panic!("one event, and no more");
    };
    assert_eq!(
        (&*rejected.kind, &*rejected.reason),
        ("order.rejected", "dead_faction")
    );
    assert!(engine.state().worlds[0].faction.is_alive(2));
}

#[test]
fn a_scenario_that_breaks_an_invariant_is_refused() {
    let refused = |path: &str, value: i128| {
        let scenario = with(&[(path, int(value))]);
        Engine::new(&bytes(&scenario)).err().unwrap().to_string()
    };
    let found = refused(&format!("{}[1]", column("unit", "owner")), 0);
    let path = "state.universes[0].tables.unit[1]";
    assert_eq!(
        found,
        format!("{path}: one_place: owner 0, fleet's owner 1")
    );
    let found = refused("rules.rounds_max", 0);
    assert_eq!(found, "rules.rounds_max: expected 1 … 100, found 0");
}
