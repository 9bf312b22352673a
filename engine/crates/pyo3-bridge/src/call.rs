//! `call`: the pure rule functions by the names that RULES.md gives them, for tests of twins.
//! Fx values are raw integers, byte strings are bytes, points and pairs are tuples.

use combat_resolver::{damage, recharge};
use decision::mind;
use economy::upkeep;
use pathfinding::route;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use shared::digest::{self, Digest};
use shared::fx::{self, Fx};
use shared::{Event, LedgerEntry, archive, codec, hex, ids, stream, vector};

use crate::errors::of_command;

/// Names, parameters with their types, and what is called; one arm each.
macro_rules! functions {
    ($function:ident, $arguments:ident, $py:ident, {
        $($name:literal ($($parameter:ident: $type:ty),*) => $result:expr;)*
    }) => {
        match $function {
            $($name => {
                let ($($parameter,)*): ($($type,)*) = $arguments.extract()?;
                Some($result.into_bound_py_any($py)?)
            })*
            _ => None,
        }
    };
}

type Found<'py> = PyResult<Option<Bound<'py, PyAny>>>;
type Adjacency = Vec<Vec<(u32, u32)>>;
type EntryParts = (u32, u32, u32, String, String, Vec<u64>, String, u64);
type EventPlace = (u32, u32, String, String, String, u32, u32);
type EventParts = (EventPlace, u32, Vec<(String, i64)>, String);

/// Calls `room/file.function` with arguments in its order.
#[pyfunction]
pub fn call<'py>(
    py: Python<'py>,
    function: &str,
    arguments: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = PyTuple::new(py, arguments)?;
    for room in [numbers, randomness, records, combat, others] {
        if let Some(result) = room(py, function, &arguments)? {
            return Ok(result);
        }
    }
    Err(of_command(format!("no function {function:?}")))
}

fn numbers<'py>(py: Python<'py>, function: &str, arguments: &Bound<'py, PyTuple>) -> Found<'py> {
    Ok(functions!(function, arguments, py, {
        "shared/fx.from_int"(value: i64) => fx::from_int(value).0;
        "shared/fx.to_int_floor"(value: i64) => fx::to_int_floor(Fx(value));
        "shared/fx.ratio_floor"(numerator: i64, denominator: i64) =>
            fx::ratio_floor(numerator, denominator).0;
        "shared/fx.mul_floor"(left: i64, right: i64) => fx::mul_floor(Fx(left), Fx(right)).0;
        "shared/fx.div_floor"(left: i64, right: i64) => fx::div_floor(Fx(left), Fx(right)).0;
        "shared/fx.sqrt_floor"(value: i64) => fx::sqrt_floor(Fx(value)).0;
        "shared/fx.scale_floor"(count: i64, factor: i64) => fx::scale_floor(count, Fx(factor));
        "shared/vector.distance_floor"(ax: i64, ay: i64, az: i64, bx: i64, by: i64, bz: i64) =>
            vector::distance_floor(Fx(ax), Fx(ay), Fx(az), Fx(bx), Fx(by), Fx(bz)).0;
        "shared/hex.distance"(aq: i32, ar: i32, bq: i32, br: i32) =>
            hex::distance(aq, ar, bq, br);
        "shared/hex.neighbours"(q: i32, r: i32) => hex::neighbours(q, r).to_vec();
        "shared/hex.ring"(q: i32, r: i32, radius: i32) => hex::ring(q, r, radius);
        "shared/hex.spiral"(q: i32, r: i32, radius: i32) => hex::spiral(q, r, radius);
        "shared/ids.format_id"(universe: u32, table: String, slot: u32, generation: u32) =>
            ids::format_id(universe, &table, slot, generation);
        "shared/ids.parse_id"(text: String) => ids::parse_id(&text);
    }))
}

fn randomness<'py>(py: Python<'py>, function: &str, arguments: &Bound<'py, PyTuple>) -> Found<'py> {
    Ok(functions!(function, arguments, py, {
        "shared/stream.stream_key"(
            seed: u64, universe: u32, turn: u64, phase: String, faction: u32, stream: String,
            scope: Vec<u64>
        ) => {
            let key = stream::stream_key(seed, universe, turn, &phase, faction, &stream, &scope);
            PyBytes::new(py, &key)
        };
        "shared/stream.block"(key: Digest, counter: u64, rounds: u32) =>
            PyBytes::new(py, &stream::block(&key, counter, rounds));
        "shared/stream.draw_at"(key: Digest, index: u64) => stream::draw_at(&key, index);
        "shared/stream.draw_many"(key: Digest, first: u64, count: usize) =>
            stream::draw_many(&key, first, count);
        "shared/stream.bounded"(draw: u64, bound: u64) => stream::bounded(draw, bound);
        "shared/stream.unit_fx"(draw: u64) => stream::unit_fx(draw).0;
    }))
}

fn records<'py>(py: Python<'py>, function: &str, arguments: &Bound<'py, PyTuple>) -> Found<'py> {
    Ok(functions!(function, arguments, py, {
        "shared/codec.encode_ledger"(entries: Vec<EntryParts>) => {
            let entries: Vec<LedgerEntry> = entries.into_iter().map(entry).collect();
            PyBytes::new(py, &codec::encode_ledger(&entries))
        };
        "shared/codec.encode_events"(events: Vec<EventParts>) => {
            let events: Vec<Event> = events.into_iter().map(event).collect();
            PyBytes::new(py, &codec::encode_events(&events))
        };
        "shared/digest.column_digest"(table: String, column: String, rows: u64, payload: Vec<u8>) =>
            PyBytes::new(py, &digest::column_digest(&table, &column, rows, &payload));
        "shared/digest.table_digest"(table: String, rows: u64, columns: Vec<Digest>) =>
            PyBytes::new(py, &digest::table_digest(&table, rows, &columns));
        "shared/digest.universe_digest"(id: u32, tables: Vec<Digest>) =>
            PyBytes::new(py, &digest::universe_digest(id, &tables));
        "shared/digest.state_digest"(
            schema: Digest, scenario: Digest, turn: u64, universes: Vec<(u32, Digest)>
        ) => PyBytes::new(py, &digest::state_digest(&schema, &scenario, turn, &universes));
        "shared/digest.ledger_digest"(turn: u64, ledger: Vec<u8>) =>
            PyBytes::new(py, &digest::ledger_digest(turn, &ledger));
        "shared/digest.events_digest"(turn: u64, events: Vec<u8>) =>
            PyBytes::new(py, &digest::events_digest(turn, &events));
        "shared/archive.encode_archive"(schema: Digest, rows: u64, columns: Vec<Vec<u8>>) => {
            let columns: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
            let archive = archive::encode_archive(&schema, rows, &columns).map_err(of_command)?;
            PyBytes::new(py, &archive)
        };
        "shared/archive.decode_archive"(data: Vec<u8>, schema: Digest, widths: Vec<u64>) => {
            let decoded = archive::decode_archive(&data, &schema, &widths);
            let (rows, columns) = decoded.map_err(of_command)?;
            let columns = columns.iter().map(|column| PyBytes::new(py, column));
            (rows, columns.collect::<Vec<_>>())
        };
    }))
}

fn combat<'py>(py: Python<'py>, function: &str, arguments: &Bound<'py, PyTuple>) -> Found<'py> {
    Ok(functions!(function, arguments, py, {
        "combat-resolver/recharge.recharged"(shield: i64, regen: i64, shield_max: i64) =>
            recharge::recharged(Fx(shield), Fx(regen), Fx(shield_max)).0;
        "combat-resolver/damage.hit_chance"(
            accuracy: i64, evasion: i64, hit_min: i64, hit_max: i64
        ) => damage::hit_chance(Fx(accuracy), Fx(evasion), Fx(hit_min), Fx(hit_max)).0;
        "combat-resolver/damage.after_defense"(attack: i64, plating: i64, pierce_min: i64) =>
            damage::after_defense(Fx(attack), Fx(plating), Fx(pierce_min)).0;
        "combat-resolver/damage.after_critical"(
            before: i64, critical: i64, roll: i64, factor: i64
        ) => damage::after_critical(Fx(before), Fx(critical), Fx(roll), Fx(factor)).0;
        "combat-resolver/damage.after_reduction"(before: i64, armour: i64, armour_half: i64) =>
            damage::after_reduction(Fx(before), Fx(armour), Fx(armour_half)).0;
        "combat-resolver/damage.final_damage"(
            before: i64, roll: i64, spread: i64, damage_min: i64
        ) => damage::final_damage(Fx(before), Fx(roll), Fx(spread), Fx(damage_min)).0;
        "combat-resolver/damage.apply_damage"(hp: i64, shield: i64, dealt: i64) => {
            let (hp, shield) = damage::apply_damage(Fx(hp), Fx(shield), Fx(dealt));
            (hp.0, shield.0)
        };
    }))
}

fn others<'py>(py: Python<'py>, function: &str, arguments: &Bound<'py, PyTuple>) -> Found<'py> {
    Ok(functions!(function, arguments, py, {
        "decision/mind.move_score"(value: i64, threat_cost: i64, distance: u32, noise: i64) =>
            mind::move_score(Fx(value), Fx(threat_cost), distance, Fx(noise)).0;
        "decision/mind.build_score"(weight: i64, draw: u64) => mind::build_score(weight, draw);
        "economy/upkeep.planet_income"(income: i64, factor: i64, blockaded: bool, share: i64) =>
            upkeep::planet_income(income, Fx(factor), blockaded, Fx(share));
        "economy/upkeep.fleet_upkeep"(total: i64, factor: i64) =>
            upkeep::fleet_upkeep(total, Fx(factor));
        "economy/upkeep.refund"(cost: i64, share: i64) => upkeep::refund(cost, Fx(share));
        "pathfinding/route.adjacency"(systems: u32, lanes: Vec<(u32, u32, u32)>) =>
            route::adjacency(systems, &lanes);
        "pathfinding/route.distances"(adjacency: Adjacency, target: u32) =>
            route::distances(&adjacency, target);
        "pathfinding/route.next_hop"(adjacency: Adjacency, to_target: Vec<u32>, system: u32) =>
            route::next_hop(&adjacency, &to_target, system);
    }))
}

fn entry(parts: EntryParts) -> LedgerEntry {
    let (universe, step, phase_ordinal, phase, stream, scope, site, count) = parts;
    LedgerEntry {
        universe,
        step,
        phase_ordinal,
        phase: phase.into(),
        stream: stream.into(),
        scope,
        site: site.into(),
        count,
    }
}

fn event((place, cause, fields, reason): EventParts) -> Event {
    let (universe, step, phase, kind, table, slot, generation) = place;
    let fields = fields.into_iter();
    Event {
        universe,
        step,
        phase: phase.into(),
        kind: kind.into(),
        table: table.into(),
        slot,
        generation,
        cause,
        fields: fields.map(|(name, value)| (name.into(), value)).collect(),
        reason: reason.into(),
    }
}
