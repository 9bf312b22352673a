//! Commands made to do harm: each is accepted or rejected by name, never a panic.

use decision::orders::orders;
use proptest::prelude::*;
use shared::Json;
use shared::codec::encode_json;

use crate::stage::{Stage, scout};

fn realm() -> Stage {
    let mut stage = Stage::new();
    stage.systems(4, &[(0, 1, 3), (1, 2, 4)]);
    stage.design(scout());
    stage.planet(0, 0, 10);
    stage.fleet(0, 0, &[0, 0]);
    stage.fleet(1, 1, &[0]);
    stage
}

/// Ids that exist, nearly exist, or are none; and texts that only look like ids.
fn ids() -> impl Strategy<Value = String> {
    let number = prop::sample::select(vec![
        "3",
        "3",
        "0",
        "0",
        "1",
        "2",
        "4",
        "4294967295",
        "4294967296",
        "18446744073709551616",
        "-1",
        "00",
    ]);
    let table = prop::sample::select(vec!["fleet", "unit", "planet", "system", "design", ""]);
    let parts = (number.clone(), table, number.clone(), number);
    prop_oneof![
        8 => parts.prop_map(|(universe, table, slot, generation)| {
            format!("{universe}/{table}/{slot}:{generation}")
        }),
        1 => any::<String>(),
        1 => "[0-9/:a-z]{0,12}",
    ]
}

fn values() -> impl Strategy<Value = Json> {
    prop_oneof![
        6 => ids().prop_map(Json::String),
        2 => prop::sample::select(vec!["move", "stop", "build", "disband", "fly"])
            .prop_map(|kind| Json::String(kind.to_owned())),
        2 => (-2_i128..4).prop_map(Json::Int),
        1 => any::<u64>().prop_map(|value| Json::Int(value.into())),
        1 => Just(Json::Null),
        1 => Just(Json::Array(vec![Json::Array(Vec::new())])),
    ]
}

fn commands() -> impl Strategy<Value = Json> {
    let keys = prop::sample::select(vec![
        "kind",
        "fleet",
        "destination",
        "planet",
        "design",
        "unit",
        "",
        "more",
    ]);
    let entries = prop::collection::btree_map(keys.prop_map(str::to_owned), values(), 0..6);
    prop_oneof![
        8 => (entries, prop::sample::select(vec!["move", "stop", "build", "disband"]))
            .prop_map(|(mut entries, kind)| {
                entries.insert("kind".to_owned(), Json::String(kind.to_owned()));
                Json::Object(entries)
            }),
        1 => values(),
    ]
}

proptest! {
    #[test]
    fn every_command_is_answered_once(
        listed in prop::collection::vec(commands(), 0..6),
    ) {
        let texts: Vec<String> = listed.iter().map(encode_json).collect();
        let mut stage = realm();
        let shown: Vec<&str> = texts.iter().map(String::as_str).collect();
        stage.play_with("orders", Some(0), &shown, orders);
        let answered = stage.events.events().into_iter().filter(|event| {
            ["order.accepted", "order.rejected"].contains(&event.kind.as_ref())
        });
        prop_assert_eq!(answered.count(), texts.len());
    }
}

#[test]
fn a_sound_command_among_them_is_accepted() {
    let mut stage = realm();
    let sound = r#"{"destination":"3/system/2:0","fleet":"3/fleet/0:0","kind":"move"}"#;
    stage.play_with("orders", Some(0), &["[]", sound, "{}"], orders);
    assert_eq!(stage.world.fleet.destination[0], 2);
}
