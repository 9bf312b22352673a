//! Scenarios and snapshots made to do harm: refused or taken, never a panic.

use proptest::prelude::*;
use shared::Json;
use shared::codec::decode_json;
use sim_cortex::scenario::{parse, read};

use crate::two_factions::{bytes, two_factions};

/// How many values stand in a value, itself included.
fn values(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Json::Object(entries) => 1 + entries.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

/// Replaces the value of this ordinal, counted from the outside in; returns what is left of it.
fn replace(json: &mut Json, ordinal: usize, with: &Json) -> usize {
    if ordinal == 0 {
        *json = with.clone();
        return 0;
    }
    let inside: Vec<&mut Json> = match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(entries) => entries.values_mut().collect(),
        _ => return ordinal,
    };
    let mut left = ordinal;
    for value in inside {
        if left == 0 {
            return 0;
        }
        let size = values(value);
        if left <= size {
            replace(value, left - 1, with);
            return 0;
        }
        left -= size;
    }
    left
}

fn hostile() -> impl Strategy<Value = Json> {
    let edge = prop::sample::select(vec![
        i128::from(i64::MIN),
        -1,
        0,
        1,
        2,
        i128::from(u32::MAX),
        i128::from(u32::MAX) + 1,
        1 << 52,
        i128::from(i64::MAX),
        i128::from(u64::MAX),
    ]);
    prop_oneof![
        4 => edge.prop_map(Json::Int),
        2 => (-10_i128..10).prop_map(Json::Int),
        1 => any::<i64>().prop_map(|value| Json::Int(value.into())),
        1 => Just(Json::Null),
        1 => Just(Json::Bool(true)),
        1 => any::<String>().prop_map(Json::String),
        1 => prop::collection::vec((-2_i128..9).prop_map(Json::Int), 0..7).prop_map(Json::Array),
        1 => Just(Json::Object([].into())),
    ]
}

#[test]
fn every_value_is_reached() {
    let scenario = two_factions();
    let count = values(&scenario);
    for ordinal in 0..count {
        let mut planted = scenario.clone();
        replace(&mut planted, ordinal, &Json::String("planted".to_owned()));
        assert!(planted != scenario, "value {ordinal} of {count}");
    }
    assert!(read(&scenario).is_ok());
}

proptest! {
    #[test]
    fn a_scenario_with_any_values_is_taken_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), hostile()), 1..4),
    ) {
        let mut scenario = two_factions();
        for (place, with) in &changes {
            let count = values(&scenario);
            replace(&mut scenario, place.index(count), with);
        }
        let text = bytes(&scenario);
        prop_assert_eq!(decode_json(&text), Ok(scenario.clone()));
        let (by_value, by_text) = (read(&scenario), parse(&text));
        prop_assert_eq!(by_value.is_ok(), by_text.is_ok());
        if let Err(error) = by_value {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_scenario_with_any_bytes_is_taken_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut text = bytes(&two_factions());
        for (place, with) in changes {
            let at = place.index(text.len());
            text[at] = with;
        }
        text.truncate(cut.map_or(text.len(), |cut| cut.index(text.len())));
        if parse(&text).is_ok() {
            prop_assert!(decode_json(&text).is_ok());
        }
    }
}
