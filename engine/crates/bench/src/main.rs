//! Measures rows of the fast engine: `bench list`, `bench rounds ROW COUNT [FILE]…`, `bench size
//! NAME`, and `bench sample ROW [FILE]…`, which measures A once for each line that it reads.
//! Prints one JSON object a line; what the rows mean, and all arithmetic, is in tests/bench.

mod clock;
mod numbers;
mod pair;
mod rows;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, Write};

use shared::Json;
use shared::codec::encode_json;

use crate::pair::{Pair, Round};
use crate::rows::{ROWS, SIZES};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["list"] => list(),
        ["rounds", row, count, files @ ..] => rounds(row, count.parse()?, files),
        ["size", name] => size(name),
        ["sample", row, files @ ..] => sample(row, files),
        _ => {
            Err("expected: list | rounds ROW COUNT [FILE]… | sample ROW [FILE]… | size NAME".into())
        }
    }
}

fn list() -> Outcome {
    let names = ROWS
        .iter()
        .map(|(name, _)| Json::String((*name).to_owned()));
    tell("rows", Json::Array(names.collect()))
}

/// Prints all rounds of a row, each as four times in nanoseconds; A B B A first.
fn rounds(row: &str, count: usize, files: &[&str]) -> Outcome {
    let mut pair = made(row, files)?;
    let rounds = pair::measure(pair.as_mut(), count)?;
    tell(
        "rounds",
        Json::Array(rounds.into_iter().map(json).collect()),
    )
}

fn sample(row: &str, files: &[&str]) -> Outcome {
    let mut pair = made(row, files)?;
    for line in io::stdin().lock().lines() {
        line?;
        tell("nanoseconds", Json::Int(pair.a()?.into()))?;
    }
    Ok(())
}

fn size(name: &str) -> Outcome {
    let found = SIZES.iter().find(|(known, _)| *known == name);
    let (_, measure) = found.ok_or_else(|| format!("no size {name:?}"))?;
    let (part, whole) = measure()?;
    let both = [part, whole].map(|bytes| Json::Int(bytes.into()));
    tell("bytes", Json::Array(both.to_vec()))
}

fn made(row: &str, files: &[&str]) -> Result<Box<dyn Pair>, Box<dyn Error>> {
    let found = ROWS.iter().find(|(name, _)| *name == row);
    let (_, make) = found.ok_or_else(|| format!("no row {row:?}"))?;
    let texts: Result<Vec<Vec<u8>>, io::Error> = files.iter().map(std::fs::read).collect();
    make(&texts?)
}

fn json(round: Round) -> Json {
    Json::Array(
        round
            .into_iter()
            .map(|time| Json::Int(time.into()))
            .collect(),
    )
}

fn tell(name: &str, value: Json) -> Outcome {
    let object = Json::Object(BTreeMap::from([(name.to_owned(), value)]));
    let mut out = io::stdout().lock();
    writeln!(out, "{}", encode_json(&object))?;
    Ok(out.flush()?)
}
