//! Trees that are kept against digests from scratch, through growth, shrinking and writes.

use std::iter;
use std::ops::Range;

use proptest::prelude::*;
use shared::digest::column_digest;
use shared::isa::Isa;
use shared::tree::Tree;

const LEAF: usize = 256;

/// One step of a column's life.
#[derive(Clone, Debug)]
enum Step {
    /// Bytes of that value are appended.
    Grow(usize, u8),
    Shrink(prop::sample::Index),
    /// That many places are changed, the first here.
    Write(prop::sample::Index, usize, u8),
    /// Leaves that have not changed are told all the same.
    Tell(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_usize..9000, any::<u8>()).prop_map(|(bytes, value)| Step::Grow(bytes, value)),
        (0_usize..90_000, any::<u8>()).prop_map(|(bytes, value)| Step::Grow(bytes, value)),
        any::<prop::sample::Index>().prop_map(Step::Shrink),
        (any::<prop::sample::Index>(), 1_usize..600, 1_u8..)
            .prop_map(|(place, count, by)| Step::Write(place, count, by)),
        any::<prop::sample::Index>().prop_map(Step::Tell),
    ]
}

/// Does the step, and returns the leaves that it may have changed, with some beyond the end.
fn done(step: &Step, payload: &mut Vec<u8>) -> Vec<usize> {
    let old = payload.len();
    let leaf = |place: usize| place / LEAF;
    match step {
        Step::Grow(bytes, value) => {
            payload.resize(old + bytes, *value);
            (leaf(old)..payload.len().div_ceil(LEAF)).collect()
        }
        Step::Shrink(to) => {
            payload.truncate(to.index(old + 1));
            (leaf(payload.len())..old.div_ceil(LEAF)).collect()
        }
        Step::Write(first, count, by) if old > 0 => {
            let first = first.index(old);
            let end = (first + count).min(old);
            payload[first..end].iter_mut().for_each(|byte| *byte ^= by);
            (leaf(first)..end.div_ceil(LEAF)).collect()
        }
        Step::Tell(place) => vec![place.index(old + 1) / LEAF, leaf(old) + 3],
        Step::Write(..) => Vec::new(),
    }
}

/// Neighbouring leaves as runs.
fn runs(leaves: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let runs = leaves.chunk_by(|one, next| one + 1 == *next);
    runs.map(|run| run[0]..run[run.len() - 1] + 1)
}

fn check(tree: &Tree, payload: &[u8]) {
    let rows = u64::try_from(payload.len()).unwrap();
    assert_eq!(
        tree.digest(rows),
        column_digest("unit", "hp", rows, payload)
    );
    let mut count = payload.len().div_ceil(LEAF);
    for level in 0.. {
        assert_eq!(tree.nodes(level).unwrap().len(), count, "level {level}");
        if count <= 1 {
            let top = tree.nodes(level).unwrap().first().copied();
            assert_eq!(tree.top(), top.unwrap_or_default());
            assert_eq!(tree.nodes(level + 1), None);
            break;
        }
        count = count.div_ceil(16);
    }
}

proptest! {
    #[test]
    fn any_life_of_a_column_gives_the_digest_from_scratch(
        steps in prop::collection::vec(step(), 1..12),
    ) {
        for isa in Isa::here() {
            let (mut tree, mut payload) = (Tree::new("unit", "hp"), Vec::new());
            for step in &steps {
                let touched = done(step, &mut payload);
                tree.update(isa, &payload, runs(&touched));
                check(&tree, &payload);
            }
        }
    }
}

proptest! {
    /// Blocks that are hashed where they stand, beside leaves that are gathered into others; runs
    /// that touch each other, and the shorter leaf at the end.
    #[test]
    fn leaves_here_and_there_are_hashed_and_no_others(
        bytes in 100_000_usize..160_000,
        is_written in prop::collection::vec(any::<bool>(), 1..40),
        block in (0_usize..300, 0_usize..300),
    ) {
        let mut payload: Vec<u8> = (1..=251).cycle().take(bytes).collect();
        let mut old = Tree::new("unit", "hp");
        old.update(Isa::best(), &payload, iter::empty());
        let leaves = 0..bytes.div_ceil(LEAF);
        let mut written = is_written.iter().copied().cycle();
        let block = block.0..block.0 + block.1;
        let touched: Vec<usize> = leaves
            .filter(|leaf| written.next() == Some(true) || block.contains(leaf))
            .collect();
        touched.iter().for_each(|leaf| payload[leaf * LEAF] ^= 1);
        for isa in Isa::here() {
            let (mut tree, mut one_by_one) = (old.clone(), old.clone());
            tree.update(isa, &payload, runs(&touched));
            one_by_one.update(isa, &payload, touched.iter().map(|leaf| *leaf..leaf + 1));
            check(&tree, &payload);
            check(&one_by_one, &payload);
        }
    }
}

#[test]
fn every_length_around_a_leaf_and_a_node_is_right_from_every_other() {
    let lengths = [
        0, 1, 255, 256, 257, 512, 4095, 4096, 4097, 65_535, 65_536, 65_537, 70_000,
    ];
    let payload: Vec<u8> = (1..=251).cycle().take(70_000).collect();
    for from in lengths {
        let mut base = Tree::new("unit", "hp");
        base.update(Isa::best(), &payload[..from], iter::empty());
        check(&base, &payload[..from]);
        for to in lengths {
            let mut tree = base.clone();
            tree.update(Isa::best(), &payload[..to], iter::empty());
            check(&tree, &payload[..to]);
        }
    }
}

/// A write that nobody tells must show, or the tests above could not fail.
#[test]
fn a_leaf_that_was_not_told_is_not_hashed() {
    let mut payload = vec![1; 10_000];
    let mut tree = Tree::new("unit", "hp");
    tree.update(Isa::best(), &payload, iter::once(0..40));
    payload[5000] = 2;
    tree.update(Isa::best(), &payload, iter::empty());
    assert_ne!(tree.digest(1), column_digest("unit", "hp", 1, &payload));
    tree.update(Isa::best(), &payload, runs(&[5000 / LEAF]));
    check(&tree, &payload);
}

#[test]
fn a_tree_names_its_column_and_stays_within_its_memory() {
    let payload = vec![3; 8 << 20];
    let mut tree = Tree::new("unit", "hp");
    tree.update(Isa::best(), &payload, iter::empty());
    assert!(
        tree.memory() * 100 <= payload.len() * 15,
        "{} bytes",
        tree.memory()
    );
    let held = tree.memory();
    tree.update(Isa::best(), &payload, iter::once(0..payload.len() / LEAF));
    assert_eq!(tree.memory(), held, "nothing is allocated again");
    assert_ne!(
        Tree::new("unit", "hp").digest(0),
        Tree::new("unit", "xp").digest(0)
    );
    assert_eq!(Tree::default().digest(0), column_digest("", "", 0, &[]));
}
