//! A run that plays on a thread of its own comes back: told out, left early, after a panic.

use campaign::ahead::WAITING_MAX;
use campaign::{Ahead, StepError, Stepped};

/// Counts the answers that it has told.
struct Teller {
    told: usize,
}

fn answer(turn: usize) -> Stepped {
    Stepped {
        step: 0,
        turn: u64::try_from(turn).unwrap(),
        rows: Vec::new(),
        halt: None,
        phase_digests: Vec::new(),
        ended: None,
    }
}

/// Plays so many turns and then ends as `last` says.
fn telling(turns: usize, last: fn() -> Result<(), StepError>) -> Ahead<Teller> {
    Ahead::begin(Teller { told: 0 }, move |run, tell| {
        for _ in 0..turns {
            run.told += 1;
            if tell(answer(run.told)).is_break() {
                return Ok(());
            }
        }
        last()
    })
}

fn taken(ahead: &Ahead<Teller>) -> Vec<u64> {
    std::iter::from_fn(|| ahead.next_answer().map(|answer| answer.turn)).collect()
}

#[test]
fn answers_come_in_order_and_then_the_run() {
    for (last, wanted) in [
        ((|| Ok(())) as fn() -> _, Ok(())),
        (|| Err(StepError::InTurn), Err(StepError::InTurn)),
    ] {
        let ahead = telling(9, last);
        assert_eq!(taken(&ahead), (1..=9).collect::<Vec<_>>());
        let (run, outcome) = ahead.end();
        assert_eq!(run.unwrap().told, 9);
        assert_eq!(outcome.unwrap(), wanted);
    }
}

#[test]
fn a_play_that_is_left_ends_soon() {
    let ahead = telling(usize::MAX, || Ok(()));
    assert_eq!(ahead.next_answer().unwrap().turn, 1);
    let (run, outcome) = ahead.end();
    assert!((2..=WAITING_MAX + 2).contains(&run.unwrap().told));
    assert_eq!(outcome.unwrap(), Ok(()));
}

#[test]
fn the_run_comes_back_from_a_panic() {
    let ahead = telling(2, || panic!("planted"));
    assert_eq!(taken(&ahead), [1, 2], "what was told before it stays");
    let (run, outcome) = ahead.end();
    assert_eq!(run.unwrap().told, 2);
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"planted"));
}

#[test]
fn a_play_that_is_never_asked_waits_and_ends() {
    let ahead = telling(1, || Ok(()));
    let (run, outcome) = ahead.end();
    assert_eq!((run.unwrap().told, outcome.unwrap()), (1, Ok(())));
}
