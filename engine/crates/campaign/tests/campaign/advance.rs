//! Whole turns in a row against step by step: same answers, for any threads, overlapped or not.

use std::ops::ControlFlow;

use campaign::engine::advance::TurnCommands;
use campaign::{Engine, Options, StepError, Stepped};
use proptest::prelude::*;
use shared::Json;
use shared::isa::Isa;
use shared::sketch::CELLS_DEFAULT;
use sim_cortex::schema::schema_digest;

use crate::two_factions::{at, bytes, column, int, list, object, text, universe, with};

const STEPS: usize = 6;
const COUNT_MAX: i128 = 1_000_000_000;

/// Two universes; the first faction may build so many units until the run halts.
fn scenario(builds_left: i128) -> Json {
    let path = format!("{}[0]", column("faction", "ships_built"));
    let two = list([universe(3), universe(8)]);
    with(&[
        ("state.universes", two),
        (&path, int(COUNT_MAX - builds_left)),
    ])
}

/// One universe with so many units that whole columns of theirs are lent to be hashed.
fn crowd() -> Json {
    let mut scenario = with(&[]);
    let units = at(&mut scenario, "state.universes[0].tables.unit");
    let Json::Object(columns) = units else {
        panic!("a table is an object of its columns");
    };
    for values in columns.values_mut() {
        let Json::Array(values) = values else {
            panic!("a column is a list");
        };
        *values = vec![values.clone(); 600].concat();
    }
    scenario
}

fn options(threads: usize, shared_rows_min: u64) -> Options {
    Options {
        shared_rows_min,
        ..Options::new(threads, Isa::best()).unwrap()
    }
}

fn started(scenario: &Json, options: Options) -> Engine {
    Engine::with_options(&bytes(scenario), options).unwrap()
}

/// Turns in which one order stands in one step.
fn turns(orders: &[usize]) -> Vec<TurnCommands> {
    let stop = object([("kind", text("stop")), ("fleet", text("3/fleet/2:0"))]);
    let turn = |step: &usize| {
        let mut turn = vec![Vec::new(); STEPS];
        turn[*step % STEPS].push(stop.clone());
        turn
    };
    orders.iter().map(turn).collect()
}

/// The answers to the last steps of turns, one by one.
fn stepped(run: &mut Engine, turns: &[TurnCommands]) -> Vec<Stepped> {
    let mut told = Vec::new();
    for turn in turns {
        let mut last = None;
        for commands in turn {
            let answer = run.step(commands, None, false).unwrap();
            let is_halt = answer.halt.is_some();
            last = Some(answer);
            if is_halt {
                told.extend(last);
                return told;
            }
        }
        told.extend(last);
    }
    told
}

fn advanced(run: &mut Engine, turns: &[TurnCommands]) -> Vec<Stepped> {
    let mut told = Vec::new();
    run.advance(turns, |answer| {
        told.push(answer);
        ControlFlow::Continue(())
    })
    .unwrap();
    told
}

/// What is left to be read when a call is over.
fn left(run: &mut Engine) -> impl PartialEq + std::fmt::Debug + use<> {
    let counts: Vec<_> = run.coverage().counts().map(|(_, times)| times).collect();
    (
        run.standing(),
        run.events().encode(),
        run.ledger().encode(),
        counts,
        run.changed_rows(),
        run.sketch(CELLS_DEFAULT),
        run.tops(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn advancing_is_stepping(
        orders in prop::collection::vec(0..STEPS, 0..9),
        threads in prop::sample::select(vec![1, 2, 3, 8]),
        shared_rows_min in prop::sample::select(vec![0, 10_000]),
        builds_left in 0_i128..8,
    ) {
        let scenario = scenario(builds_left);
        let turns = turns(&orders);
        let mut plain = started(&scenario, Options::default());
        let wanted = stepped(&mut plain, &turns);
        let mut run = started(&scenario, options(threads, shared_rows_min));
        prop_assert_eq!(advanced(&mut run, &turns), wanted.clone());
        prop_assert_eq!(left(&mut run), left(&mut plain));
        let mut bare = started(&scenario, options(threads, 0));
        let ended = wanted.iter().filter(|answer| answer.ended.is_some()).count();
        prop_assert_eq!(bare.play(&turns).unwrap(), ended);
        prop_assert_eq!(left(&mut bare), left(&mut plain));
    }

    #[test]
    fn a_turn_undone_leaves_what_stood_before(builds_left in 0_i128..6) {
        let mut run = started(&scenario(builds_left), options(2, 0));
        let turn = turns(&[1]);
        loop {
            let before = run.state().clone();
            let digest = run.standing().state_digest;
            let told = advanced(&mut run, &turn);
            let after = run.state();
            if told[0].halt.is_none() {
                prop_assert!(after.turn < 20, "the run halts while it builds");
                continue;
            }
            let archives = |state: &sim_cortex::Universes| {
                let parts = state.snapshot(&schema_digest()).unwrap().into_iter();
                parts.map(|part| part.archive.to_vec()).collect::<Vec<_>>()
            };
            prop_assert_eq!(archives(after), archives(&before));
            prop_assert_eq!(run.standing().state_digest, digest);
            prop_assert_eq!(run.changed_rows(), Err(StepError::Halted));
            break;
        }
    }
}

#[test]
fn a_crowd_is_hashed_beside_the_next_turn() {
    let turns = vec![vec![Vec::new(); 4]; 5];
    let mut plain = started(&crowd(), Options::default());
    let wanted = stepped(&mut plain, &turns);
    assert_eq!(wanted.len(), 5);
    for threads in [1, 2, 3, 8] {
        let mut run = started(&crowd(), options(threads, 1));
        assert_eq!(advanced(&mut run, &turns), wanted);
        assert_eq!(left(&mut run), left(&mut plain));
    }
}

#[test]
fn runs_of_one_process_may_have_instruction_sets_of_their_own() {
    let turns = vec![vec![Vec::new(); 4]; 3];
    let mut plain = started(&crowd(), options(1, 0));
    let wanted = stepped(&mut plain, &turns);
    for isa in Isa::here() {
        let own = Options {
            isa,
            ..Options::default()
        };
        let mut run = started(&crowd(), own);
        assert_eq!(stepped(&mut run, &turns), wanted, "{}", isa.name());
        assert_eq!(left(&mut run), left(&mut plain), "{}", isa.name());
    }
}

#[test]
fn whole_turns_begin_with_the_first_step_of_one() {
    let mut run = started(&scenario(100), options(2, 0));
    let some = turns(&[0, 0]);
    let none = |_| ControlFlow::Continue(());
    run.step(&[], None, false).unwrap();
    assert_eq!(run.advance(&some, none), Err(StepError::InTurn));
    assert_eq!(run.play(&some), Err(StepError::InTurn));
    assert_eq!(run.changed_rows(), Err(StepError::InTurn));
    run.step(&[], Some(0), false).unwrap();
    assert_eq!(run.advance(&some, none), Err(StepError::Stopped));
}

#[test]
fn a_turn_of_other_steps_is_refused_after_those_before_it() {
    let wrong = StepError::NotATurn {
        expected: STEPS,
        found: 2,
    };
    let mut some = turns(&[0, 1, 2]);
    some[2].truncate(2);
    let mut run = started(&scenario(100), options(2, 0));
    let mut told = 0;
    let count = |_| {
        told += 1;
        ControlFlow::Continue(())
    };
    assert_eq!(run.advance(&some, count), Err(wrong));
    assert_eq!((told, run.state().turn), (2, 2));
    assert!(!run.events().events().is_empty());
    assert_eq!(run.play(&some[2..]), Err(wrong));
}

#[test]
fn who_has_heard_enough_ends_it() {
    let mut run = started(&scenario(100), options(2, 0));
    let mut told = Vec::new();
    let first = |answer: Stepped| {
        told.push(answer.turn);
        ControlFlow::Break(())
    };
    run.advance(&turns(&[0; 6]), first).unwrap();
    assert_eq!(told, [1]);
    assert!(run.state().turn <= 2);
    let mut plain = started(&scenario(100), Options::default());
    stepped(
        &mut plain,
        &turns(&vec![0; usize::try_from(run.state().turn).unwrap()]),
    );
    assert_eq!(run.standing().state_digest, plain.standing().state_digest);
}

#[test]
fn who_is_told_may_wait_and_holds_no_thread_of_the_runs() {
    for (threads, shared_rows_min) in [(1, 0), (2, 0), (2, 10_000)] {
        let mut run = started(&scenario(100), options(threads, shared_rows_min));
        let mut told = 0;
        let count = |_| {
            assert_eq!(rayon::current_thread_index(), None);
            told += 1;
            ControlFlow::Continue(())
        };
        run.advance(&turns(&[0; 4]), count).unwrap();
        assert_eq!(told, 4);
    }
}
