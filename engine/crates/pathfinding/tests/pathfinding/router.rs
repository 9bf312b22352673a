//! The router's tables against the rule, on graphs of all kinds.

use pathfinding::Router;
use pathfinding::route::{adjacency, distances, next_hop};
use proptest::prelude::*;
use shared::ids::NONE;

use crate::stage::Stage;

type Lane = (u32, u32, u32);

fn graphs() -> impl Strategy<Value = (u32, Vec<Lane>)> {
    (1_u32..40).prop_flat_map(|systems| {
        let weight = prop_oneof![1_u32..4, 1_u32..=1000];
        let lane = (0..systems, 0..systems, weight);
        let lanes = prop::collection::vec(lane, 0..90).prop_map(|lanes| {
            let ordered = lanes
                .into_iter()
                .map(|(a, b, weight)| (a.min(b), a.max(b), weight));
            ordered.filter(|(a, b, _)| a < b).collect()
        });
        (Just(systems), lanes)
    })
}

/// Holds all distances, hops and weights of a graph against the rule.
fn judged(systems: u32, lanes: &[Lane]) -> Result<(), TestCaseError> {
    let mut stage = Stage::new();
    stage.systems(systems, lanes);
    let router = Router::of(&mut stage.world);
    let plain = adjacency(systems, lanes);
    let mut requests = Vec::new();
    let mut expected = Vec::new();
    for target in 0..systems {
        let to_target = distances(&plain, target);
        for system in 0..systems {
            requests.push((system, target));
            expected.push(next_hop(&plain, &to_target, system));
            let weight = plain[system as usize]
                .iter()
                .find(|(end, _)| *end == target);
            prop_assert_eq!(
                router.lane_weight(system, target),
                weight.map(|(_, weight)| *weight)
            );
        }
        if target % 2 == 0 {
            prop_assert_eq!(router.to_target(target), &to_target[..]);
        }
    }
    prop_assert_eq!(&router.next_hops(&requests), &expected);
    for (&(system, target), &next) in requests.iter().zip(&expected) {
        prop_assert_eq!(router.next_hop(system, target), next);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_router_answers_as_the_rule((systems, lanes) in graphs()) {
        judged(systems, &lanes)?;
    }
}

#[test]
fn a_system_of_very_many_lanes_is_a_system_like_others() {
    let spokes: Vec<Lane> = (1..400).map(|end| (0, end, 1 + end % 7)).collect();
    let mut stage = Stage::new();
    stage.systems(400, &spokes);
    let router = Router::of(&mut stage.world);
    let ends: Vec<(u32, u32)> = (1..400).map(|end| (0, end)).collect();
    assert_eq!(router.next_hops(&ends), (1..400).collect::<Vec<u32>>());
    assert_eq!(router.next_hops(&[(399, 1), (7, 7)]), [0, NONE]);
}
