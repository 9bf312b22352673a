//! Times the phases of whole turns of a made-up universe: `turn_profile UNITS TURNS`.
//! Prints milliseconds of one core per phase and turn, beside a copy of the state's bytes in the
//! same process. Linux only: time is what the kernel counts for the thread.
#![allow(
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
        let played = spent_here();
        let digests = (campaign.ledger.digest(1), campaign.events.digest(1));
        let end = spent_here();
        *spent.entry("told").or_default() += end - played;
        let (ledger, events) = (digests.0[0], digests.1[0]);
        let state = campaign.state.digest(&[0; 32], &[0; 32], 1)[0];
        let fired = fired(&campaign, &before);
        println!(
            "turn {number}: {} µs, state digest {} µs, {ledger:02x}{events:02x}{state:02x} {fired}",
            (end - start).as_micros(),
            (spent_here() - end).as_micros(),
        );
        // The first turn works out routes.
        if number == 0 {
            spent.clear();
        }
    }
    for (name, spent) in &spent {
        println!("{name:12} {:8} µs", (*spent / turns).as_micros());
    }
    let all = spent.values().sum::<Duration>() / turns;
    let copy = copy(campaign.bytes());
    println!(
        "all          {:8} µs, without the state's digest",
        all.as_micros()
    );
    println!(
        "memcpy       {:8} µs of {} bytes",
        copy.as_micros(),
        campaign.bytes()
    );
    println!(
        "ratio        {:8} hundredths",
        all.as_nanos() * 100 / copy.as_nanos().max(1)
    );
    println!("per unit     {:8} ns", (all / units).as_nanos());
}

/// Time that a copy of so many bytes takes, on the average of many.
fn copy(bytes: usize) -> Duration {
    const TIMES: u32 = 200;
    let (from, mut to) = (vec![1_u8; bytes], vec![2_u8; bytes]);
    let start = spent_here();
    for _ in 0..TIMES {
        to.copy_from_slice(std::hint::black_box(&from));
        std::hint::black_box(&mut to);
    }
    (spent_here() - start) / TIMES
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
