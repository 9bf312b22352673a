//! What the environment asks of the engine: `VR_THREADS` and `VR_ISA`, read once.
//! Law: PROTOCOL.md, section 6.6. All runs of a process share one set of threads.

use std::env::{self, VarError};
use std::sync::OnceLock;
use std::thread::available_parallelism;

use campaign::Options;
use pyo3::prelude::*;
use shared::isa::Isa;

use crate::errors::of_command;

const THREADS: &str = "VR_THREADS";
const ISA: &str = "VR_ISA";
const THREADS_MAX: usize = 1024;

/// Returns (threads, instruction set) that runs are played with; an error of kind `command` if
/// the environment asks for what there is not.
#[pyfunction]
pub fn surroundings() -> PyResult<(usize, &'static str)> {
    let options = options()?;
    let threads = options.threads.as_ref();
    let threads = threads.map_or(1, |pool| pool.current_num_threads());
    Ok((threads, options.isa.name()))
}

/// Returns the options for runs of this process.
pub fn options() -> PyResult<Options> {
    static OPTIONS: OnceLock<Result<Options, String>> = OnceLock::new();
    let read = OPTIONS.get_or_init(read);
    read.clone().map_err(of_command)
}

fn read() -> Result<Options, String> {
    let threads = match variable(THREADS)? {
        Some(text) => threads_of(&text)?,
        None => available_parallelism().map_or(1, usize::from),
    };
    let isa = match variable(ISA)? {
        Some(name) => Isa::named(&name).map_err(|error| format!("{ISA}: {error}"))?,
        None => Isa::best(),
    };
    Options::new(threads, isa).map_err(|error| format!("{THREADS}: {error}"))
}

/// A variable that is empty is as if it were not there.
fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected text, found other bytes")),
    }
}

fn threads_of(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok();
    let threads = threads.filter(|threads| (1..=THREADS_MAX).contains(threads));
    threads.ok_or_else(|| format!("{THREADS}: expected 1 … {THREADS_MAX}, found {text:?}"))
}
