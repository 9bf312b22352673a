//! Rows about single rules: what one call costs, against copying what it reads or writes.

use std::num::TryFromIntError;

use observability::EventLog;
use shared::Event;
use shared::fx::Fx;
use shared::ids::NONE;
use shared::vector::distance_floor;

use super::Made;
use super::bytes::copied;
use crate::clock::timed;
use crate::numbers::{mixed, mixed_bytes};
use crate::pair::Both;

const UNITS: usize = 100;
/// What a coordinate may be, in raw digits: 2^20 in Q32.32.
const COORDINATE_BITS: u32 = 52;
const EVENTS: usize = 100_000;
/// What an event of two fields says: 9 numbers of four bytes, two of eight.
const EVENT_BYTES: usize = 56;

/// Distances of all pairs of 100 points, against a copy of the points for each of them.
pub fn distances(_: &[Vec<u8>]) -> Made {
    let points = points()?;
    let source = mixed_bytes(5, UNITS * UNITS * 24);
    let mut copy = source.clone();
    Ok(Box::new(Both(
        move || {
            let mut sum = 0_i64;
            Ok(timed(|| {
                for [ax, ay, az] in &points {
                    for [bx, by, bz] in &points {
                        let distance = distance_floor(*ax, *ay, *az, *bx, *by, *bz);
                        sum = sum.wrapping_add(distance.0);
                    }
                }
                sum
            }))
        },
        move || copied(&source, &mut copy),
    )))
}

fn points() -> Result<Vec<[Fx; 3]>, TryFromIntError> {
    let raw = |number: u64| i64::try_from(number >> (64 - COORDINATE_BITS)).map(Fx);
    let mut numbers = mixed(5, UNITS * 3).into_iter();
    let mut next = || raw(numbers.next().unwrap_or_default());
    (0..UNITS)
        .map(|_| Ok([next()?, next()?, next()?]))
        .collect()
}

/// Events noted in the turn's log, against a copy of as many numbers.
pub fn events(_: &[Vec<u8>]) -> Made {
    let source = mixed_bytes(6, EVENTS * EVENT_BYTES);
    let mut copy = source.clone();
    let mut log = EventLog::new();
    Ok(Box::new(Both(
        move || {
            log.clear();
            Ok(timed(|| {
                for _ in 0..EVENTS {
                    log.append(hit());
                }
                log.events().len()
            }))
        },
        move || copied(&source, &mut copy),
    )))
}

/// An event as combat makes them: two fields, no reason.
fn hit() -> Event {
    Event {
        universe: 0,
        step: 1,
        phase: "combat".into(),
        kind: "hit".into(),
        table: "unit".into(),
        slot: 17,
        generation: 2,
        cause: NONE,
        fields: vec![("damage".into(), 5), ("hp".into(), 7)],
        reason: "".into(),
    }
}
