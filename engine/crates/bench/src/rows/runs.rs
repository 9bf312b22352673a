//! Rows about whole runs of a scenario, which is given as canonical JSON.
//! A turn is measured after one turn from the same restored state, so each sample is equal work.

use std::num::TryFromIntError;
use std::thread::available_parallelism;

use campaign::{Engine, Options};
use shared::archive::ArchiveBytes;
use shared::fx::Fx;
use shared::isa::Isa;
use sim_cortex::Table;
use sim_cortex::query::{Filter, Query, select};
use sim_cortex::scenario::parse;
use sim_cortex::universes::TableArchive;

use super::Made;
use super::bytes::copied;
use crate::clock::timed;
use crate::numbers::mixed;
use crate::pair::{Both, Sample};

/// Turns played before the first measured one, so that fleets meet.
const TURNS_BEFORE: usize = 3;
const REQUESTS: usize = 100_000;
/// Rows that the questions of one sample look at, and how many questions there may be.
const ASKED_ROWS: usize = 1_000_000;
const QUESTIONS_MAX: usize = 100;
/// Whom a question is about, and how many of the answers it takes.
const OWNER: u32 = 1;
const LIMIT: usize = 100;

/// A run that can be set back to one turn.
struct Run {
    engine: Engine,
    turn: u64,
    archives: Vec<TableArchive<ArchiveBytes>>,
}

impl Run {
    fn of(scenario: &[u8]) -> Result<Self, Box<dyn std::error::Error>> {
        let mut engine = Engine::with_options(scenario, Options::new(1, Isa::best())?)?;
        for _ in 0..TURNS_BEFORE {
            play(&mut engine)?;
        }
        let (turn, archives) = (engine.standing().turn, engine.snapshot()?);
        Ok(Self {
            engine,
            turn,
            archives,
        })
    }

    /// Measures a turn, its digests and its records included.
    fn turn(&mut self) -> Sample {
        self.engine.restore(self.turn, &self.archives)?;
        play(&mut self.engine)?;
        let mut played = Ok(());
        let time = timed(|| played = play(&mut self.engine));
        played?;
        Ok(time)
    }

    fn units(&self) -> u64 {
        let worlds = self.engine.state().worlds.iter();
        worlds.map(|world| world.unit.slots().live_count()).sum()
    }

    fn state_bytes(&self) -> Vec<u8> {
        let worlds = self.engine.state().worlds.iter();
        let tables = worlds.flat_map(|world| world.tables());
        tables.fold(Vec::new(), |mut bytes, table| {
            for column in table.columns() {
                bytes.extend_from_slice(column.payload());
            }
            bytes
        })
    }
}

/// Plays to the end of a turn; a halt is no measurement.
fn play(engine: &mut Engine) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        let stepped = engine.step(&[], None, false)?;
        if stepped.halt.is_some() {
            return Err("the run halts before it could be measured".into());
        }
        if stepped.ended.is_some() {
            return Ok(());
        }
    }
}

/// A whole turn of a scenario against a copy of its state.
pub fn turn(files: &[Vec<u8>]) -> Made {
    let mut run = Run::of(given(files, 0)?)?;
    let source = run.state_bytes();
    let mut copy = source.clone();
    Ok(Box::new(Both(
        move || run.turn(),
        move || copied(&source, &mut copy),
    )))
}

/// A turn of a large scenario against turns of a smaller one that come to as many units.
pub fn turn_per_unit(files: &[Vec<u8>]) -> Made {
    let mut large = Run::of(given(files, 0)?)?;
    let mut small = Run::of(given(files, 1)?)?;
    let (units, parts) = (large.units(), small.units());
    // Whole turns only: the nanoseconds are scaled to the exact number of units.
    let times = (units / parts.max(1)).max(1);
    Ok(Box::new(Both(
        move || large.turn(),
        move || {
            let sum = (0..times).try_fold(0, |sum, _| small.turn().map(|time| sum + time))?;
            let exact = u128::from(sum) * u128::from(units) / u128::from(times * parts.max(1));
            Ok(u64::try_from(exact)?)
        },
    )))
}

/// The next systems of 100,000 fleets, on all threads, against one copy of the questions.
pub fn routes(files: &[Vec<u8>]) -> Made {
    let threads = available_parallelism().map_or(1, usize::from);
    let options = Options::new(threads, Isa::best())?;
    let mut engine = Engine::with_options(given(files, 0)?, options)?;
    let world = engine.state().worlds.first();
    let world = world.ok_or("a scenario without a universe")?;
    let (id, requests) = (world.id, requests(world.system.rows())?);
    let source: Vec<u8> = requests
        .as_flattened()
        .iter()
        .flat_map(|slot| slot.to_le_bytes())
        .collect();
    let mut copy = source.clone();
    Ok(Box::new(Both(
        move || {
            let mut hops = None;
            let time = timed(|| hops = engine.routes(id, &requests));
            hops.ok_or("a request for a system that is none")?;
            Ok(time)
        },
        move || copied(&source, &mut copy),
    )))
}

/// Pairs (from, to) of systems; tests/bench makes the same ones.
fn requests(systems: u32) -> Result<Vec<[u32; 2]>, TryFromIntError> {
    let slot = |number: u64| u32::try_from(number % u64::from(systems.max(1)));
    let from = mixed(8, REQUESTS).into_iter().map(slot);
    let to = mixed(9, REQUESTS).into_iter().map(slot);
    from.zip(to).map(|(from, to)| Ok([from?, to?])).collect()
}

/// One owner's living units, the strongest hundred: filters, a sort and a limit, against a plain
/// scan that only counts the rows that pass.
pub fn select_units(files: &[Vec<u8>]) -> Made {
    let (_, state) = parse(given(files, 0)?)?;
    let mut worlds = state.worlds.into_iter();
    let world = worlds.next().ok_or("a scenario without a universe")?;
    let query = Query {
        filters: vec![
            ("owner".to_owned(), Filter::Exact(OWNER.into())),
            ("hp".to_owned(), Filter::Range(1, i64::MAX)),
        ],
        sort: Some(("hp".to_owned(), true)),
        limit: Some(LIMIT),
    };
    let questions = questions(world.unit.hp.as_slice().len());
    let unit = world.unit;
    let (owner, hp) = (unit.owner.as_slice().to_vec(), unit.hp.as_slice().to_vec());
    // A slot that is not alive has no hp.
    let scan = move || {
        let passes = |(owner, hp): &(&u32, &Fx)| **owner == OWNER && hp.0 >= 1;
        std::hint::black_box(owner.iter().zip(&hp).filter(passes).count())
    };
    let expected = scan();
    Ok(Box::new(Both(
        move || {
            let mut total = Ok(0);
            let time = timed(|| {
                total = (0..questions).try_fold(0, |sum, _| {
                    select(&unit, &query).map(|found| sum + found.total)
                });
            });
            if total? != questions * expected {
                return Err("a query and a scan find different rows".into());
            }
            Ok(time)
        },
        move || Ok(timed(|| (0..questions).map(|_| scan()).sum::<usize>())),
    )))
}

fn questions(rows: usize) -> usize {
    (ASKED_ROWS / rows.max(1)).clamp(1, QUESTIONS_MAX)
}

fn given(files: &[Vec<u8>], at: usize) -> Result<&[u8], String> {
    let found = files.get(at).map(Vec::as_slice);
    found.ok_or_else(|| format!("this row needs {} scenario files", at + 1))
}
