//! Every way in which a scenario can be wrong: each planted alone in a scenario that is right.

use shared::Json;
use sim_cortex::scenario::{parse, scenario_digest};

use crate::two_factions::{F, NONE, at, bytes, column, int, ints, list, text, two_factions};
use crate::two_factions::{universe, with, without};

fn error(scenario: &Json) -> String {
    parse(&bytes(scenario)).unwrap_err().to_string()
}

#[test]
fn a_valid_scenario_is_read() {
    let (data, state) = parse(&bytes(&two_factions())).unwrap();
    assert_eq!(
        (data.seed, data.name.as_str(), data.minds.rows()),
        (42, "two factions", 2)
    );
    assert_eq!(
        (data.rules.queue_max, data.designs[1].hull.0),
        (2, 40 << 32)
    );
    assert_eq!((data.rules.turns_max, data.designs[0].build_weight), (0, 3));
    let world = &state.worlds[0];
    assert_eq!(world.rows(), [1, 2, 5, 4, 2, 3, 1, 3, 5]);
    assert_eq!((state.turn, world.unit.hp[3].0), (0, 40 << 32));
    assert_eq!(world.topology.lane_weight(2, 1), Some(3));
    assert_eq!(world.topology.lane_weight(0, 2), None);
    assert!(world.topology.connected(0, 2) && !world.topology.connected(0, 3));
    assert!(world.topology.connected(3, 3));
}

#[test]
fn the_digest_is_of_the_text() {
    let digest = *blake3::hash(b"{}").as_bytes();
    assert_eq!(scenario_digest(b"{}"), digest);
}

#[test]
fn what_is_not_canonical_json_is_refused() {
    let found = parse(b"{\"a\": 1}").unwrap_err().to_string();
    assert_eq!(
        found,
        "scenario: expected canonical JSON: byte 5: expected a value"
    );
    assert_eq!(error(&int(1)), "scenario: expected an object");
}

#[test]
fn keys_are_exactly_those_of_the_law() {
    assert_eq!(
        error(&without("", "seed")),
        "seed: expected a value, found none"
    );
    assert_eq!(
        error(&without("rules", "noise")),
        "rules.noise: expected a value, found none"
    );
    let more = with(&[("designs[1].colour", int(1))]);
    assert_eq!(error(&more), "designs[1].colour: there is no such key");
    let path = column("unit", "morale");
    assert_eq!(
        error(&with(&[(&path, ints([]))])),
        format!("{path}: there is no such key")
    );
}

/// Each change alone gives this error about the changed value.
fn refused_with(cases: impl IntoIterator<Item = (&'static str, Json, &'static str)>) {
    for (path, value, fault) in cases {
        assert_eq!(error(&with(&[(path, value)])), format!("{path}: {fault}"));
    }
}

#[test]
fn each_value_has_its_type() {
    let format = r#"expected "void-scenario/1", found "void-scenario/2""#;
    refused_with([
        ("format", text("void-scenario/2"), format),
        ("rules_version", int(1), "expected a text, found 1"),
        (
            "rules.reserve",
            Json::Bool(true),
            "expected an integer, found true",
        ),
        ("designs", text("none"), "expected a list, found a text"),
        ("designs[0]", ints([]), "expected an object, found a list"),
        (
            "designs[0].name",
            text(""),
            "expected 1 … 100 bytes, found 0",
        ),
        (
            "planet_classes",
            list([]),
            "expected 1 … 65536 items, found 0",
        ),
        (
            "state.universes",
            list([]),
            "expected 1 … 1048576 items, found 0",
        ),
    ]);
}

#[test]
fn each_value_has_its_range() {
    refused_with([
        (
            "seed",
            int(-1),
            "expected 0 … 18446744073709551615, found -1",
        ),
        ("rules.rounds_max", int(0), "expected 1 … 100, found 0"),
        (
            "rules.hit_min",
            int(F + 1),
            "expected 0 … 4294967296, found 4294967297",
        ),
        (
            "rules.hit_max",
            int(0),
            "expected hit_min = 429496729 or more, found 0",
        ),
        (
            "planet_classes[0].income_factor",
            int(-1),
            "expected 0 … 68719476736, found -1",
        ),
        (
            "designs[0].hull",
            int(0),
            "expected 1 … 4503599627370496, found 0",
        ),
        (
            "factions[1].caution",
            int(-1),
            "expected 0 … 1099511627776, found -1",
        ),
        (
            "state.turn",
            int(1_000_000_001),
            "expected 0 … 1000000000, found 1000000001",
        ),
        (
            "state.universes[0].id",
            int(NONE + 1),
            "expected 0 … 4294967295, found 4294967296",
        ),
    ]);
}

#[test]
fn each_column_has_its_length_type_and_range() {
    let cases = [
        (
            "fleet",
            "posture",
            "",
            ints([0, 0]),
            "expected 3 values, found 2",
        ),
        ("fleet", "posture", "", int(0), "expected a list, found 0"),
        ("fleet", "posture", "[2]", int(3), "expected 0 … 2, found 3"),
        (
            "fleet",
            "posture",
            "[0]",
            Json::Bool(false),
            "expected 0 … 2, found false",
        ),
        ("unit", "alive", "[0]", int(2), "expected 0 … 1, found 2"),
        (
            "unit",
            "hp",
            "[0]",
            int(-1),
            "expected 0 … 4503599627370496, found -1",
        ),
        (
            "unit",
            "hp",
            "[3]",
            int(1 << 63),
            "expected 0 … 4503599627370496, found 9223372036854775808",
        ),
        (
            "unit",
            "kills",
            "[2]",
            int(7),
            "expected 0 in a dead slot, found 7",
        ),
        (
            "lane",
            "weight",
            "[1]",
            int(0),
            "expected 1 … 1000, found 0",
        ),
    ];
    for (table, name, row, value, fault) in cases {
        let path = format!("{}{row}", column(table, name));
        assert_eq!(error(&with(&[(&path, value)])), format!("{path}: {fault}"));
    }
    let path = column("unit", "generation");
    let long = with(&[(&path, list((0..=1 << 20).map(|_| int(0))))]);
    assert_eq!(
        error(&long),
        format!("{path}: expected at most 1048576 rows, found 1048577")
    );
}

/// A change of one value alone gives this error, told without the path of the tables.
fn senseless(place: &str, value: i128, expected: &str) {
    let path = format!("state.universes[0].tables.{place}");
    let found = error(&with(&[(&path, int(value))]));
    assert_eq!(found, format!("state.universes[0].tables.{expected}"));
}

#[test]
fn each_row_makes_sense() {
    let [missing, unnamed] =
        [9, NONE].map(|system| format!("fleet.system[1]: expected a live system, found {system}"));
    senseless("fleet.system[1]", 9, &missing);
    senseless("fleet.system[1]", NONE, &unnamed);
    senseless(
        "unit.fleet[4]",
        3,
        "unit.fleet[4]: expected a live fleet, found 3",
    );
    senseless(
        "unit.design[0]",
        2,
        "unit.design[0]: expected less than 2, found 2",
    );
    senseless(
        "planet.class[0]",
        2,
        "planet.class[0]: expected less than 2, found 2",
    );
    senseless(
        "build.design[0]",
        2,
        "build.design[0]: expected less than 2, found 2",
    );
    senseless("unit.hp[0]", 11 * F, &at_most("unit.hp[0]", 10, 11));
    senseless("unit.shield[1]", 6 * F, &at_most("unit.shield[1]", 5, 6));
    senseless(
        "lane.b[1]",
        1,
        "lane.b[1]: expected more than a = 1, found 1",
    );
    senseless("fleet.destination[2]", 3, &no_way(2, 2));
    senseless("fleet.destination[0]", 3, &no_way(0, 0));
    let in_play = "faction: expected at least two in play, found 1";
    senseless("faction.eliminated_turn[1]", 3, in_play);
}

#[test]
fn accounts_make_sense() {
    let treasury = "expected the faction whose treasury it is, NONE for all others";
    let owner =
        |account: u32, found: u32| format!("account.owner[{account}]: {treasury}, found {found}");
    senseless("account.owner[1]", 0, &owner(1, 0));
    senseless("account.owner[3]", 0, &owner(3, 0));
    senseless("faction.account[1]", 0, &owner(1, 1));
    let kind = "account: expected one account of kind 2, found 0";
    senseless("account.kind[3]", 3, kind);
    let sum = "account.balance: expected balances with the sum 0, found -1";
    senseless("account.balance[0]", 999, sum);
}

fn at_most(place: &str, max: i128, found: i128) -> String {
    format!(
        "{place}: expected at most the design's {}, found {}",
        max * F,
        found * F
    )
}

fn no_way(fleet: u32, from: u32) -> String {
    format!("fleet.destination[{fleet}]: expected a system with a way from system {from}, found 3")
}

#[test]
fn a_faction_is_not_dead_and_a_treasury_not_shared() {
    let mut dead = two_factions();
    for name in ["generation", "alive", "mind", "account", "home"] {
        *at(&mut dead, &format!("{}[1]", column("faction", name))) = int(0);
    }
    let found = error(&dead);
    assert_eq!(
        found,
        "state.universes[0].tables.faction.alive[1]: expected 1, found 0"
    );
    let mint = with(&[
        (&format!("{}[1]", column("faction", "account")), int(2)),
        (&format!("{}[1]", column("account", "kind")), int(2)),
        (&format!("{}[1]", column("account", "owner")), int(NONE)),
    ]);
    let found = error(&mint);
    let path = "state.universes[0].tables.faction.account[1]";
    assert_eq!(found, format!("{path}: expected its own treasury, found 2"));
}

#[test]
fn a_universe_has_what_a_campaign_needs() {
    let hulls = with(&[(&column("unit", "hp"), ints([0; 5]))]);
    let found = error(&hulls);
    assert_eq!(
        found,
        "state.universes[0].tables.unit: expected a unit with hp above 0, found none"
    );
    let mut empty = two_factions();
    for name in ["generation", "alive", "winner", "won_turn"] {
        *at(&mut empty, &column("campaign", name)) = ints([]);
    }
    assert!(error(&empty).contains("campaign: expected exactly one live row"));
    let minds = list([]);
    assert_eq!(
        error(&with(&[("factions", minds)])),
        "factions: expected 2 factions, found 0"
    );
    let twice = with(&[("state.universes", list([universe(4), universe(4)]))]);
    assert_eq!(
        error(&twice),
        "state.universes[1].id: expected more than 4, found 4"
    );
    let two = with(&[("state.universes", list([universe(4), universe(5)]))]);
    assert_eq!(parse(&bytes(&two)).unwrap().1.worlds.len(), 2);
}

#[test]
fn planets_are_not_too_many() {
    let scenario = |planets: usize, systems: i128| {
        let mut scenario = two_factions();
        let mut set = |name: &str, value: &dyn Fn(i128) -> i128| {
            let values = (0_i128..).take(planets).map(|slot| int(value(slot)));
            *at(&mut scenario, &column("planet", name)) = list(values);
        };
        for name in ["generation", "class", "income", "occupied_turns"] {
            set(name, &|_| 0);
        }
        set("alive", &|_| 1);
        set("owner", &|_| NONE);
        set("occupier", &|_| NONE);
        set("system", &|slot| slot % systems);
        scenario
    };
    assert!(parse(&bytes(&scenario(64, 1))).is_ok());
    assert!(error(&scenario(65, 1)).contains("at most 64 planets in a system"));
    assert!(error(&scenario(4097, 4)).contains("at most 4096 planets in all, found 4097"));
}
