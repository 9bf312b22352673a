//! Descent finds exactly the leaves that a comparison of all leaves finds.

use proptest::prelude::*;
use shared::descent::differing_leaves;
use shared::digest::Digest;

/// A tree over leaves that are told by numbers; a node's digest is made from those below it.
struct Levels(Vec<Vec<Digest>>);

impl Levels {
    fn over(leaves: &[u8]) -> Self {
        let mut levels = vec![leaves.iter().map(|&leaf| [leaf; 32]).collect::<Vec<_>>()];
        while levels.last().unwrap().len() > 1 {
            let below = levels.last().unwrap().chunks(16);
            let nodes = below.map(|group| *blake3::hash(group.as_flattened()).as_bytes());
            levels.push(nodes.collect());
        }
        Self(levels)
    }

    fn nodes(&self, level: u32) -> Option<&[Digest]> {
        self.0.get(level as usize).map(Vec::as_slice)
    }
}

fn descended(left: &[u8], right: &[u8]) -> Vec<usize> {
    let (left, right) = (Levels::over(left), Levels::over(right));
    differing_leaves(|level| left.nodes(level), |level| right.nodes(level))
}

fn leaf_by_leaf(left: &[u8], right: &[u8]) -> Vec<usize> {
    let all = 0..left.len().max(right.len());
    all.filter(|&at| left.get(at) != right.get(at)).collect()
}

#[test]
fn one_leaf_of_many_is_found_and_equal_trees_have_no_difference() {
    let left = vec![7; 31_250];
    let mut right = left.clone();
    assert_eq!(descended(&left, &right), Vec::<usize>::new());
    right[30_007] = 8;
    assert_eq!(descended(&left, &right), vec![30_007]);
    assert_eq!(descended(&[], &[]), Vec::<usize>::new());
    assert_eq!(differing_leaves(|_| None, |_| None), Vec::<usize>::new());
}

proptest! {
    #[test]
    fn it_finds_what_comparing_all_leaves_finds(
        left in prop::collection::vec(0_u8..2, 0..700),
        changes in prop::collection::vec((0_usize..700, 0_u8..2), 0..6),
        length in 0_usize..700,
        keep_length in any::<bool>(),
    ) {
        let mut right = left.clone();
        if !keep_length {
            right.resize(length, 1);
        }
        for (at, value) in changes {
            if let Some(leaf) = right.get_mut(at) {
                *leaf = value;
            }
        }
        prop_assert_eq!(descended(&left, &right), leaf_by_leaf(&left, &right));
    }
}
