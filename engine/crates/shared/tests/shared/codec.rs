//! Canonical JSON in both directions, and ledger and events against bytes written out by hand.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::codec::{decode_json, encode_events, encode_json, encode_ledger};
use shared::{DEPTH_MAX, Event, Json, LedgerEntry};

fn json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![any::<String>(), "[\u{0}-\u{7f}]{0,8}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-(1_i128 << 63)..1 << 64).prop_map(Json::Int),
        text.clone().prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::btree_map(text.clone(), inner, 0..6).prop_map(Json::Object),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_comes_back(value in json()) {
        let text = encode_json(&value);
        prop_assert_eq!(decode_json(text.as_bytes()), Ok(value));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(
        value in json(),
        place: prop::sample::Index,
        with: u8,
    ) {
        let mut data = encode_json(&value).into_bytes();
        let place = place.index(data.len());
        data[place] = with;
        if let Ok(read) = decode_json(&data) {
            prop_assert_eq!(encode_json(&read).into_bytes(), data);
        }
    }

    #[test]
    fn text_near_json_is_canonical_or_refused(data in r#"[\[\]{},:"\\u0-3a-c -]{0,12}"#) {
        if let Ok(read) = decode_json(data.as_bytes()) {
            prop_assert_eq!(encode_json(&read), data);
        }
    }

    #[test]
    fn columns_are_read_as_all_arrays_are(
        data in concat!(
            r#"(\[|\{"a":){0,2}\[(-?[0-9]{1,3},|-|9223372036854775808,|[0-9"]){0,4}"#,
            r#"[0-9]\]?(\]|\}){0,2}"#,
        ),
        depth in 0_usize..4,
    ) {
        let written = |read: Json| encode_json(&read);
        let plain = decode_json(data.as_bytes()).map(written);
        prop_assert_eq!(Json::read_columns(data.as_bytes(), depth).map(written), plain);
    }
}

#[test]
fn an_array_of_integers_is_a_column_at_its_depth_only() {
    let read = |depth| Json::read_columns(b"[[1,-2],[3,true],[]]", depth).unwrap();
    let Json::Array(items) = read(1) else {
        panic!("the outer array is none of columns");
    };
    assert_eq!(items[0], Json::Ints(vec![1, -2]));
    assert_eq!(items[1], Json::Array(vec![Json::Int(3), Json::Bool(true)]));
    assert_eq!(items[2], Json::Array(Vec::new()));
    let plain = decode_json(b"[[1,-2],[3,true],[]]").unwrap();
    assert_eq!((read(0), read(2)), (plain.clone(), plain));
}

#[test]
fn a_value_has_one_text() {
    let entries = [
        (
            "b",
            Json::Array(vec![Json::Null, Json::Bool(true), Json::Bool(false)]),
        ),
        (
            "a\"\\",
            Json::String("\u{0}\n\u{1f}\u{7f}/é\u{2028}😀".to_owned()),
        ),
        ("", Json::Int(-9_223_372_036_854_775_808)),
        ("\u{ffff}", Json::Int(18_446_744_073_709_551_615)),
        ("\u{10000}", Json::Object(BTreeMap::new())),
    ];
    let value = Json::Object(entries.map(|(key, value)| (key.to_owned(), value)).into());
    let expected = "{\"\":-9223372036854775808,\
                    \"a\\\"\\\\\":\"\\u0000\\u000a\\u001f\u{7f}/é\u{2028}😀\",\
                    \"b\":[null,true,false],\"\u{ffff}\":18446744073709551615,\"\u{10000}\":{}}";
    assert_eq!(encode_json(&value), expected);
    assert_eq!(decode_json(expected.as_bytes()), Ok(value));
}

#[test]
fn other_texts_are_refused_where_they_part() {
    let wrong: [(&[u8], usize); 43] = [
        (b"", 0),
        (b" 1", 0),
        (b"1 ", 1),
        (b"01", 0),
        (b"-0", 0),
        (b"-", 0),
        (b"+1", 0),
        (b"1.0", 1),
        (b"1e3", 1),
        (b"1-1", 0),
        (b"NaN", 0),
        (b"nul", 0),
        (b"True", 0),
        (b"18446744073709551616", 0),
        (b"-9223372036854775809", 0),
        (b"[1, 2]", 3),
        (b"[1,]", 3),
        (b"[,1]", 1),
        (b"[1", 2),
        (b"[1]]", 3),
        (b"[", 1),
        (b"{", 1),
        (b"{\"a\":1", 6),
        (b"{\"a\" :1}", 4),
        (b"{\"a\": 1}", 5),
        (b"{\"a\":1,}", 7),
        (b"{a:1}", 1),
        (b"{\"b\":1,\"a\":2}", 7),
        (b"{\"a\":1,\"a\":1}", 7),
        (b"{\"a\"}", 4),
        (b"{\"\\u0061\":1}", 2),
        (b"\"\\n\"", 1),
        (b"\"\\u000A\"", 1),
        (b"\"\\u0020\"", 1),
        (b"\"\\/\"", 1),
        (b"\"\\u00\"", 1),
        (b"\"\n\"", 1),
        (b"\"a", 2),
        (b"\"\\", 1),
        (b"\"\xff\"", 1),
        (b"\"\xed\xa0\x80\"", 1),
        (b"\xef\xbb\xbf1", 0),
        (b"'a'", 0),
    ];
    for (data, offset) in wrong {
        let shown = String::from_utf8_lossy(data);
        assert_eq!(decode_json(data).unwrap_err().offset, offset, "{shown}");
    }
}

#[test]
fn nesting_ends_at_64() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = decode_json(nested(DEPTH_MAX).as_bytes()).unwrap();
    assert_eq!(encode_json(&deepest), nested(DEPTH_MAX));
    let error = decode_json(nested(DEPTH_MAX + 1).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "byte 64: expected nesting of at most 64");
    let objects = format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65));
    assert_eq!(decode_json(objects.as_bytes()).unwrap_err().offset, 64 * 5);
    assert!(decode_json("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
#[should_panic(expected = "nested deeper than 64")]
fn a_value_that_is_too_deep_is_a_bug() {
    let deep = (0..=DEPTH_MAX).fold(Json::Null, |value, _| Json::Array(vec![value]));
    let _ = encode_json(&deep);
}

fn entry(
    place: (u32, u32, u32),
    stream: &str,
    scope: &[u64],
    site: &str,
    count: u64,
) -> LedgerEntry {
    LedgerEntry {
        universe: place.0,
        step: place.1,
        phase_ordinal: place.2,
        phase: format!("p{}", place.2).into(),
        stream: stream.to_owned().into(),
        scope: scope.to_vec(),
        site: site.to_owned().into(),
        count,
    }
}

/// Entries in the order that the protocol states; phase 2 is before phase 10.
fn ordered() -> Vec<LedgerEntry> {
    vec![
        entry((0, 0, 2), "s", &[], "a", 1),
        entry((0, 0, 10), "Z", &[], "a", 1),
        entry((0, 0, 10), "s", &[], "a", 1),
        entry((0, 0, 10), "s", &[], "b", 1),
        entry((0, 0, 10), "s", &[1], "a", 1),
        entry((0, 0, 10), "s", &[1, 0], "a", 1),
        entry((0, 0, 10), "s", &[2], "a", 1),
        entry((0, 0, 10), "s", &[256], "a", 1),
        entry((0, 0, 10), "sa", &[], "a", 1),
        entry((0, 1, 0), "s", &[], "a", 1),
        entry((1, 0, 0), "s", &[], "a", 1),
    ]
}

/// Entries as they are, without order, sums or drops.
fn plain_ledger(entries: &[LedgerEntry]) -> Vec<u8> {
    let mut bytes = u64::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    let text = |text: &str| {
        [
            &u32::try_from(text.len()).unwrap().to_le_bytes(),
            text.as_bytes(),
        ]
        .concat()
    };
    for entry in entries {
        bytes.extend([entry.universe.to_le_bytes(), entry.step.to_le_bytes()].concat());
        bytes.extend([text(&entry.phase), text(&entry.stream)].concat());
        bytes.extend(u32::try_from(entry.scope.len()).unwrap().to_le_bytes());
        entry
            .scope
            .iter()
            .for_each(|part| bytes.extend(part.to_le_bytes()));
        bytes.extend(text(&entry.site));
        bytes.extend(entry.count.to_le_bytes());
    }
    bytes
}

proptest! {
    #[test]
    fn the_ledger_does_not_depend_on_the_order_of_work(shuffled in Just(ordered()).prop_shuffle()) {
        prop_assert_eq!(encode_ledger(&shuffled), plain_ledger(&ordered()));
    }
}

#[test]
fn equal_entries_are_summed_and_zeros_dropped() {
    let one = |count| entry((0, 3, 1), "s", &[7], "a", count);
    let zero = entry((0, 3, 1), "s", &[7], "b", 0);
    assert_eq!(
        encode_ledger(&[one(2), zero, one(0), one(40)]),
        plain_ledger(&[one(42)])
    );
    assert_eq!(encode_ledger(&[]), [0; 8]);
    let expected = b"\x01\0\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\x02\0\0\0p1\x01\0\0\0s\x01\0\0\0\
                     \x07\0\0\0\0\0\0\0\x01\0\0\0a\x2a\0\0\0\0\0\0\0";
    assert_eq!(encode_ledger(&[one(42)]), expected);
}

#[test]
fn events_are_written_in_the_order_given() {
    let hit = Event {
        universe: 1,
        step: 2,
        phase: "combat".into(),
        kind: "hit".into(),
        table: "unit".into(),
        slot: 17,
        generation: 3,
        cause: u32::MAX,
        fields: vec![("z".into(), -1), ("a".into(), 258)],
        reason: "é".into(),
    };
    let expected = b"\x01\0\0\0\x02\0\0\0\x06\0\0\0combat\x03\0\0\0hit\x04\0\0\0unit\
                     \x11\0\0\0\x03\0\0\0\xff\xff\xff\xff\x02\0\0\0\
                     \x01\0\0\0z\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0a\x02\x01\0\0\0\0\0\0\
                     \x02\0\0\0\xc3\xa9";
    let one = encode_events(std::slice::from_ref(&hit));
    assert_eq!(one, [b"\x01\0\0\0\0\0\0\0".as_slice(), expected].concat());
    let miss = Event {
        kind: "miss".into(),
        ..hit.clone()
    };
    assert_ne!(
        encode_events(&[hit.clone(), miss.clone()]),
        encode_events(&[miss, hit])
    );
    assert_eq!(encode_events(&[]), [0; 8]);
}
