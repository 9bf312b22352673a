//! Distances in space, hexes and ids against plain definitions.

use proptest::prelude::*;
use shared::fx::{Fx, from_int};
use shared::hex::{DIRECTIONS, distance, neighbours, ring, spiral};
use shared::ids::{NONE, format_id, parse_id};
use shared::vector::distance_floor;

const FAR: i64 = 1 << 52;

fn coordinate() -> impl Strategy<Value = i64> {
    prop_oneof![-FAR..=FAR, prop::sample::select(vec![-FAR, -1, 0, 1, FAR])]
}

proptest! {
    #[test]
    fn a_distance_in_space_is_the_floor_of_the_root(
        a in [coordinate(), coordinate(), coordinate()],
        b in [coordinate(), coordinate(), coordinate()],
    ) {
        let [ax, ay, az] = a.map(Fx);
        let [bx, by, bz] = b.map(Fx);
        let root = i128::from(distance_floor(ax, ay, az, bx, by, bz).0);
        let sum: i128 = a.iter().zip(b).map(|(&u, v)| (i128::from(u) - i128::from(v)).pow(2)).sum();
        prop_assert!(root * root <= sum && sum < (root + 1) * (root + 1));
        prop_assert_eq!(root, i128::from(distance_floor(bx, by, bz, ax, ay, az).0));
    }

    #[test]
    fn a_distance_of_hexes_is_the_largest_of_the_cube(
        q in hex(), r in hex(), s in hex(), t in hex(),
    ) {
        let (dq, dr) = (q - s, r - t);
        prop_assert_eq!(distance(q, r, s, t), dq.abs().max(dr.abs()).max((dq + dr).abs()));
    }

    #[test]
    fn a_ring_is_a_closed_walk_at_one_distance(q in hex(), r in hex(), radius in 1..40) {
        let hexes = ring(q, r, radius);
        prop_assert_eq!(hexes.len(), 6 * usize::try_from(radius).unwrap());
        prop_assert_eq!(hexes[0], (q, r - radius));
        for (place, &(hq, hr)) in hexes.iter().enumerate() {
            let next = hexes[(place + 1) % hexes.len()];
            prop_assert_eq!(distance(q, r, hq, hr), radius);
            prop_assert!(neighbours(hq, hr).contains(&next));
        }
        prop_assert_eq!(distinct(&hexes), hexes.len());
    }

    #[test]
    fn a_spiral_is_every_hex_within_reach_once(q in hex(), r in hex(), radius in 0..20) {
        let hexes = spiral(q, r, radius);
        let reach = usize::try_from(radius).unwrap();
        prop_assert_eq!(hexes.len(), 3 * reach * (reach + 1) + 1);
        prop_assert_eq!(distinct(&hexes), hexes.len());
        prop_assert!(hexes.is_sorted_by_key(|&(hq, hr)| distance(q, r, hq, hr)));
    }

    #[test]
    fn an_id_comes_back(universe: u32, table in "[a-z_]{1,12}", slot: u32, generation: u32) {
        let text = format_id(universe, &table, slot, generation);
        prop_assert_eq!(parse_id(&text), Some((universe, table.as_str(), slot, generation)));
    }

    #[test]
    fn a_text_that_is_read_is_the_one_that_is_written(
        text in "[0-3+]{1,2}/[a-zA_]{0,3}/[0-3]{1,3}:[0-3 ]{1,2}",
    ) {
        if let Some((universe, table, slot, generation)) = parse_id(&text) {
            prop_assert_eq!(format_id(universe, table, slot, generation), text);
        }
    }
}

fn hex() -> std::ops::RangeInclusive<i32> {
    -(1 << 20)..=1 << 20
}

fn distinct(hexes: &[(i32, i32)]) -> usize {
    hexes
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

#[test]
fn a_distance_in_space_is_known() {
    let [zero, three, four, twelve] = [0, 3, 4, 12].map(from_int);
    assert_eq!(
        distance_floor(zero, zero, zero, three, four, twelve),
        from_int(13)
    );
    assert_eq!(
        distance_floor(Fx(0), Fx(0), Fx(0), Fx(1), Fx(1), Fx(0)),
        Fx(1)
    );
}

#[test]
fn directions_and_the_first_ring_are_in_the_stated_order() {
    assert_eq!(
        DIRECTIONS,
        [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]
    );
    assert_eq!(
        neighbours(5, 7),
        [(6, 7), (5, 8), (4, 8), (4, 7), (5, 6), (6, 6)]
    );
    assert_eq!(
        ring(0, 0, 1),
        [(0, -1), (1, -1), (1, 0), (0, 1), (-1, 1), (-1, 0)]
    );
    assert_eq!(ring(3, 4, 0), [(3, 4)]);
    assert_eq!(spiral(0, 0, 1)[..2], [(0, 0), (0, -1)]);
}

#[test]
#[should_panic(expected = "negative")]
fn a_negative_radius_is_a_bug() {
    let _ = ring(0, 0, -1);
}

#[test]
fn only_exact_ids_are_read() {
    assert_eq!(NONE, u32::MAX);
    assert_eq!(format_id(0, "unit", 17, 2), "0/unit/17:2");
    assert_eq!(parse_id("0/unit/17:2"), Some((0, "unit", 17, 2)));
    let wrong = [
        "",
        "0",
        "0/unit",
        "0/unit/17",
        "0/unit/17:",
        "/unit/17:2",
        "0//17:2",
        "0/Unit/17:2",
        "0/unit/017:2",
        "0/unit/+17:2",
        "0/unit/-1:2",
        "0/unit/17:2 ",
        " 0/unit/17:2",
        "0/unit/4294967296:2",
        "0/unit/1/7:2",
        "0/unit/17:2:3",
        "00/unit/17:2",
        "0/unit1/17:2",
        "0/unit/١:2",
    ];
    for text in wrong {
        assert_eq!(parse_id(text), None, "{text:?}");
    }
}

#[test]
#[should_panic(expected = "no table's name")]
fn an_id_of_no_table_is_a_bug() {
    let _ = format_id(0, "Unit", 1, 1);
}
