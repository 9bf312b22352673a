//! A small scenario with something in every table, and ways to change one value of it by path.
//! Shared by the tests of all crates above the world. Systems 0–1–2 lie in a row, 3 is alone.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use shared::Json;
use shared::codec::encode_json;

pub const F: i128 = 1 << 32;
pub const NONE: i128 = 4_294_967_295;

/// The scenario, valid as it is.
pub fn two_factions() -> Json {
    object([
        ("format", text("void-scenario/1")),
        ("rules_version", text("1")),
        ("name", text("two factions")),
        ("seed", int(42)),
        ("rules", rules()),
        (
            "planet_classes",
            list([class("barren", F / 2), class("rich", 2 * F)]),
        ),
        (
            "designs",
            list([design("raider", 10 * F), design("cruiser", 40 * F)]),
        ),
        ("factions", list([mind("north"), mind("south")])),
        (
            "state",
            object([("turn", int(0)), ("universes", list([universe(0)]))]),
        ),
    ])
}

/// One universe of it.
pub fn universe(id: i128) -> Json {
    object([("id", int(id)), ("tables", tables())])
}

/// Returns the scenario's canonical text.
pub fn bytes(scenario: &Json) -> Vec<u8> {
    encode_json(scenario).into_bytes()
}

/// Returns the valid scenario with some values replaced, named by path.
pub fn with(changes: &[(&str, Json)]) -> Json {
    let mut scenario = two_factions();
    for (path, value) in changes {
        *at(&mut scenario, path) = value.clone();
    }
    scenario
}

/// Path of a table's column.
pub fn column(table: &str, name: &str) -> String {
    format!("state.universes[0].tables.{table}.{name}")
}

/// Returns the place of a path like `designs[0].hull`; a new key is made.
pub fn at<'a>(json: &'a mut Json, path: &str) -> &'a mut Json {
    let path = path.replace('[', ".[");
    path.split('.').fold(json, |json, part| match json {
        Json::Object(entries) => entries.entry(part.to_owned()).or_insert(Json::Null),
        Json::Array(items) => {
            let ordinal: usize = part.trim_matches(['[', ']']).parse().unwrap();
            &mut items[ordinal]
        }
        _ => panic!("nothing is inside of {part}"),
    })
}

/// Takes a key out of the object at `path`.
pub fn without(path: &str, key: &str) -> Json {
    let mut scenario = two_factions();
    let place = if path.is_empty() {
        &mut scenario
    } else {
        at(&mut scenario, path)
    };
    let Json::Object(entries) = place else {
        panic!("{path} is no object");
    };
    entries.remove(key).unwrap();
    scenario
}

pub fn int(value: i128) -> Json {
    Json::Int(value)
}

pub fn text(value: &str) -> Json {
    Json::String(value.to_owned())
}

pub fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::Array(items.into_iter().collect())
}

pub fn ints<const N: usize>(values: [i128; N]) -> Json {
    list(values.map(int))
}

pub fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

fn rules() -> Json {
    object([
        ("fleet_units_max", int(3)),
        ("rounds_max", int(3)),
        ("hit_min", int(F / 10)),
        ("hit_max", int(F)),
        ("critical_factor", int(2 * F)),
        ("pierce_min", int(F / 4)),
        ("armour_half", int(10 * F)),
        ("damage_spread", int(F / 5)),
        ("damage_min", int(F)),
        ("shield_regen", int(F)),
        ("upkeep_factor", int(F)),
        ("blockade_share", int(F / 2)),
        ("disband_max", int(2)),
        ("refund_share", int(F / 2)),
        ("occupation_turns", int(2)),
        ("queue_max", int(2)),
        ("reserve", int(10)),
        ("noise", int(F)),
        ("turns_max", int(0)),
    ])
}

fn class(name: &str, factor: i128) -> Json {
    object([("name", text(name)), ("income_factor", int(factor))])
}

fn mind(name: &str) -> Json {
    let name = ("name", text(name));
    let weights = ("aggression", int(2 * F));
    object([
        name,
        weights,
        ("expansion", int(F)),
        ("caution", int(F / 8)),
    ])
}

fn design(name: &str, hull: i128) -> Json {
    object([
        ("name", text(name)),
        ("cost", int(100)),
        ("upkeep", int(5)),
        ("build_turns", int(2)),
        ("speed", int(2)),
        ("hull", int(hull)),
        ("shield", int(5 * F)),
        ("attack", int(6 * F)),
        ("plating", int(F)),
        ("armour", int(2 * F)),
        ("accuracy", int(F / 2)),
        ("evasion", int(F / 8)),
        ("critical", int(F / 16)),
        ("build_weight", int(3)),
    ])
}

fn table<const R: usize, const C: usize>(rows: [i128; R], columns: [(&str, [i128; R]); C]) -> Json {
    let generation = rows.map(|alive| 1 - alive);
    let life = [("generation", generation), ("alive", rows)];
    let all = life.into_iter().chain(columns);
    Json::Object(
        all.map(|(name, values)| (name.to_owned(), ints(values)))
            .collect(),
    )
}

fn tables() -> Json {
    let all = powers().into_iter().chain(places()).chain(forces());
    Json::Object(all.map(|(name, table)| (name.to_owned(), table)).collect())
}

fn powers() -> [(&'static str, Json); 3] {
    [
        (
            "campaign",
            table([1], [("winner", [NONE]), ("won_turn", [0])]),
        ),
        (
            "faction",
            table(
                [1, 1],
                [
                    ("mind", [1, 1]),
                    ("account", [0, 1]),
                    ("home", [0, 2]),
                    ("eliminated_turn", [0, 0]),
                    ("ships_built", [0, 0]),
                    ("ships_lost", [0, 0]),
                    ("planets_taken", [0, 0]),
                ],
            ),
        ),
        (
            "account",
            table(
                [1; 5],
                [
                    ("kind", [0, 0, 1, 2, 3]),
                    ("owner", [0, 1, NONE, NONE, NONE]),
                    ("balance", [1000, 700, -1700, 0, 0]),
                ],
            ),
        ),
    ]
}

fn places() -> [(&'static str, Json); 3] {
    [
        (
            "system",
            table(
                [1; 4],
                [("x", [0, F, 2 * F, -F]), ("y", [0; 4]), ("z", [0; 4])],
            ),
        ),
        (
            "lane",
            table([1, 1], [("a", [0, 1]), ("b", [1, 2]), ("weight", [2, 3])]),
        ),
        (
            "planet",
            table(
                [1; 3],
                [
                    ("system", [0, 2, 1]),
                    ("class", [1, 1, 0]),
                    ("owner", [0, 1, NONE]),
                    ("income", [50, 60, 10]),
                    ("occupier", [NONE; 3]),
                    ("occupied_turns", [0; 3]),
                ],
            ),
        ),
    ]
}

fn forces() -> [(&'static str, Json); 3] {
    [
        (
            "build",
            table(
                [1],
                [
                    ("planet", [0]),
                    ("owner", [0]),
                    ("design", [1]),
                    ("turns_left", [1]),
                ],
            ),
        ),
        (
            "fleet",
            table(
                [1; 3],
                [
                    ("owner", [0, 1, 0]),
                    ("system", [0, 2, 1]),
                    ("next", [NONE, NONE, 2]),
                    ("destination", [NONE, NONE, 2]),
                    ("progress", [0, 0, 1]),
                    ("posture", [0, 0, 2]),
                ],
            ),
        ),
        (
            "unit",
            table(
                [1, 1, 0, 1, 1],
                [
                    ("fleet", [0, 1, 0, 2, 1]),
                    ("owner", [0, 1, 0, 0, 1]),
                    ("design", [0, 1, 0, 1, 0]),
                    ("hp", [10 * F, 40 * F, 0, 40 * F, 10 * F]),
                    ("shield", [0, 5 * F, 0, 5 * F, 5 * F]),
                    ("kills", [0; 5]),
                ],
            ),
        ),
    ]
}
