//! Routes: borders by hand, and any graph against the relaxation of every lane until nothing moves.

use pathfinding::route::{Adjacency, UNREACHABLE, adjacency, distances, next_hop};
use proptest::prelude::*;
use shared::ids::NONE;

type Lane = (u32, u32, u32);

/// Two equal ways from 0 to 3, through 1 and through 2; 4 stands alone.
fn diamond() -> Adjacency {
    adjacency(5, &[(2, 3, 1), (0, 2, 2), (0, 1, 1), (1, 3, 2)])
}

/// Distances as they are defined: no lane may shorten any of them.
fn relaxed(systems: u32, lanes: &[Lane], target: u32) -> Vec<u32> {
    let mut found = vec![UNREACHABLE; systems as usize];
    found[target as usize] = 0;
    for _ in 0..systems {
        for &(a, b, weight) in lanes {
            for (from, to) in [(a as usize, b as usize), (b as usize, a as usize)] {
                found[to] = found[to].min(found[from].saturating_add(weight));
            }
        }
    }
    found
}

#[test]
fn neighbours_ascend_whatever_the_order_of_lanes() {
    let found = diamond();
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], [(1, 1), (2, 2)]);
    assert_eq!(found[3], [(1, 2), (2, 1)]);
    assert_eq!(found[4], []);
}

#[test]
fn of_several_lanes_the_lightest_counts() {
    let found = adjacency(2, &[(0, 1, 7), (0, 1, 3), (0, 1, 5)]);
    assert_eq!(found, [[(1, 3)], [(0, 3)]]);
}

#[test]
fn no_systems_and_no_lanes_are_graphs_too() {
    assert_eq!(adjacency(0, &[]).len(), 0);
    assert_eq!(distances(&adjacency(1, &[]), 0), [0]);
}

#[test]
fn of_equal_ways_the_least_neighbour_is_next() {
    let lanes = diamond();
    let to_target = distances(&lanes, 3);
    assert_eq!(to_target, [3, 2, 1, 0, UNREACHABLE]);
    assert_eq!(next_hop(&lanes, &to_target, 0), 1);
    assert_eq!(next_hop(&lanes, &to_target, 3), NONE);
    assert_eq!(next_hop(&lanes, &to_target, 4), NONE);
}

#[test]
fn a_long_way_of_light_lanes_beats_a_heavy_lane() {
    let lanes = adjacency(3, &[(0, 2, 1000), (0, 1, 499), (1, 2, 500)]);
    let to_target = distances(&lanes, 2);
    assert_eq!(to_target, [999, 500, 0]);
    assert_eq!(next_hop(&lanes, &to_target, 0), 1);
}

#[test]
#[should_panic(expected = "system 2 is beyond 2 rows")]
fn a_lane_to_nowhere_is_a_bug() {
    let _ = adjacency(2, &[(0, 2, 1)]);
}

#[test]
#[should_panic(expected = "has no weight")]
fn a_lane_without_weight_is_a_bug() {
    let _ = adjacency(2, &[(0, 1, 0)]);
}

fn graphs() -> impl Strategy<Value = (u32, Vec<Lane>)> {
    (1_u32..12).prop_flat_map(|systems| {
        let lane = (0..systems, 0..systems, 1_u32..6)
            .prop_map(|(a, b, weight)| (a.min(b), a.max(b), weight));
        let lanes = prop::collection::vec(lane, 0..24)
            .prop_map(|lanes| lanes.into_iter().filter(|lane| lane.0 < lane.1).collect());
        (Just(systems), lanes)
    })
}

proptest! {
    #[test]
    fn distances_and_hops_are_those_of_the_definition((systems, lanes) in graphs()) {
        let found = adjacency(systems, &lanes);
        for target in 0..systems {
            let to_target = distances(&found, target);
            prop_assert_eq!(&to_target, &relaxed(systems, &lanes, target));
            for system in 0..systems {
                let distance = to_target[system as usize];
                let least = found[system as usize].iter().find(|(next, weight)| {
                    to_target[*next as usize].checked_add(*weight) == Some(distance)
                });
                let expected = match least {
                    Some((next, _)) if distance != UNREACHABLE => *next,
                    _ => NONE,
                };
                prop_assert_eq!(next_hop(&found, &to_target, system), expected);
            }
        }
    }
}
