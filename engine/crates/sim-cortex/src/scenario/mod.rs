//! The canonical scenario: one text in, rule data and a first state out, or the error that names
//! the value. Law: STATE.md. The auditor's invariants are checked by `campaign`, which knows it.

mod playable;
mod reader;
mod rule_data;
mod sense;
mod state;

use shared::Json;
use shared::digest::Digest;

pub use playable::check_restored;
pub use reader::ScenarioError;

use crate::rules::RuleData;
use crate::universes::Universes;
use reader::Node;

/// The rules version that this engine plays.
pub const RULES_VERSION: &str = "1";

/// Containers around a column: the scenario, its state, the universes, one, its tables, one.
const COLUMNS_DEPTH: usize = 6;
const FORMAT: &str = "void-scenario/1";
const KEYS: [&str; 9] = [
    "format",
    "rules_version",
    "name",
    "seed",
    "rules",
    "planet_classes",
    "designs",
    "factions",
    "state",
];

/// Returns the rule data and the first state of a scenario's canonical text.
///
/// # Errors
/// The first value that is missing, too much, of a wrong type, out of range or without sense.
pub fn parse(scenario: &[u8]) -> Result<(RuleData, Universes), ScenarioError> {
    let json = Json::read_columns(scenario, COLUMNS_DEPTH).map_err(|error| {
        let fault = format!("expected canonical JSON: {error}");
        ScenarioError::new("scenario", fault)
    })?;
    read(&json)
}

/// Returns the rule data and the first state of a scenario's value; the rest is as in `parse`.
///
/// # Errors
/// As in `parse`.
pub fn read(scenario: &Json) -> Result<(RuleData, Universes), ScenarioError> {
    if !matches!(scenario, Json::Object(_)) {
        return Err(ScenarioError::new("scenario", "expected an object"));
    }
    let root = Node {
        path: String::new(),
        value: scenario,
    };
    let mut fields = root.fields(&KEYS)?;
    fields.next().literal(FORMAT)?;
    fields.next().literal(RULES_VERSION)?;
    // Struct fields are read in the order written: that of KEYS.
    let data = RuleData {
        name: fields.next().text()?,
        seed: fields.next().integer(0, u64::MAX.into())?,
        rules: rule_data::rules(&fields.next())?,
        planet_classes: rule_data::planet_classes(&fields.next())?,
        designs: rule_data::designs(&fields.next())?,
        minds: rule_data::minds(&fields.next())?,
    };
    let universes = state::universes(&fields.next())?;
    sense::check(&data, &universes)?;
    Ok((data, universes))
}

/// Returns the digest of a scenario's text.
#[must_use]
pub fn scenario_digest(scenario: &[u8]) -> Digest {
    *blake3::hash(scenario).as_bytes()
}
