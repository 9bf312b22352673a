//! Times the phases of whole turns of a made-up universe: `turn_profile UNITS TURNS`.
//! Prints milliseconds of one core per phase and turn, beside a copy of the state's bytes in the
//! same process. Linux only: time is what the kernel counts for the thread.
#![allow(
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for people that measures time; nothing of it reaches a state"
)]

use std::collections::BTreeMap;
use std::time::Duration;

#[path = "../tests/support/legions.rs"]
mod legions;

use legions::Campaign;

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .skip(1)
        .map(|text| text.parse().unwrap())
        .collect();
    let [units, turns] = numbers[..] else {
        panic!("turn_profile UNITS TURNS");
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.unwrap().install(|| profile(units, turns));
}

fn profile(units: u32, turns: u32) {
    let mut campaign = Campaign::of(units);
    let mut spent: BTreeMap<&'static str, Duration> = BTreeMap::new();
    for number in 0..=turns {
        let before: BTreeMap<_, _> = campaign.coverage.counts().collect();
        let start = spent_here();
        campaign.turn(&mut |name, work| {
            let start = spent_here();
            work();
            *spent.entry(name).or_default() += spent_here() - start;
        });
        let start_told = spent_here();
        let digests = (campaign.ledger.digest(1), campaign.events.digest(1));
        let end = spent_here();
        *spent.entry("told").or_default() += end - start_told;
        let state = campaign.state.digest(&[0; 32], &[0; 32], 1);
        println!(
            "turn {number}: {:.1} ms, state digest {:.1} ms, {:02x}{:02x}{:02x} {}",
            (end - start).as_secs_f64() * 1e3,
            (spent_here() - end).as_secs_f64() * 1e3,
            digests.0[0],
            digests.1[0],
            state[0],
            fired(&campaign, &before),
        );
        // The first turn works out routes.
        if number == 0 {
            spent.clear();
        }
    }
    let per_turn = |spent: Duration| spent.as_secs_f64() * 1e3 / f64::from(turns);
    for (name, spent) in &spent {
        println!("{name:12} {:8.2} ms", per_turn(*spent));
    }
    let all = per_turn(spent.values().sum());
    let copy = copy(campaign.bytes()) * 1e3;
    println!("all          {all:8.2} ms without the state's digest");
    println!("memcpy       {copy:8.2} ms of {} bytes", campaign.bytes());
    println!("ratio        {:8.2}", all / copy);
    println!("per unit     {:8.2} ns", all * 1e6 / f64::from(units));
}

/// Time that this thread has been on a core.
fn spent_here() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counted.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

fn fired(campaign: &Campaign, before: &BTreeMap<&'static str, u64>) -> String {
    let counts = campaign.coverage.counts();
    let new = counts.map(|(rule, times)| (rule, times - before[rule]));
    let new = new.filter(|(_, times)| *times > 0);
    new.map(|(rule, times)| format!("{rule} {times} "))
        .collect()
}

/// Seconds that a copy of so many bytes takes, on the average of many.
fn copy(bytes: usize) -> f64 {
    const TIMES: u32 = 200;
    let (from, mut to) = (vec![1_u8; bytes], vec![2_u8; bytes]);
    let start = spent_here();
    for _ in 0..TIMES {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
    }
    (spent_here() - start).as_secs_f64() / f64::from(TIMES)
}

/// Time that this thread has been on a core.
fn spent_here() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counted.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

fn fired(campaign: &Campaign, before: &BTreeMap<&'static str, u64>) -> String {
    let counts = campaign.coverage.counts();
    let new = counts.map(|(rule, times)| (rule, times - before[rule]));
    let new = new.filter(|(_, times)| *times > 0);
    new.map(|(rule, times)| format!("{rule} {times} "))
        .collect()
}

/// Seconds that a copy of so many bytes takes, the median of some.
fn copy(bytes: usize) -> f64 {
    let (from, mut to) = (vec![1_u8; bytes], vec![2_u8; bytes]);
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = spent_here();
            to.copy_from_slice(std::hint::black_box(&from));
            std::hint::black_box(&mut to);
            (spent_here() - start).as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
