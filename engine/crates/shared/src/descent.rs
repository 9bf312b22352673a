//! Where two digest trees of one column part: descent by levels, from the tops to the leaves.
//! Law: PROTOCOL.md, section 3. An accelerator of comparing all leaves, tested against that. Knows
//! no values. Used by tests and `bench` alone: two states of one process meet nowhere else, and the
//! harness descends by itself.

use std::hint::black_box;

use crate::digest::{Digest, FAN_OUT};

/// A line of the processor's cache.
const LINE_BYTES: usize = 64;

/// Returns the numbers of the leaves that differ, ascending; a leaf that one side lacks differs.
///
/// A side gives the digests of a level, the leaves being level 0, and `None` above its top. A node
/// that one side lacks, since its tree is lower there, differs as well.
#[must_use]
pub fn differing_leaves<'left, 'right>(
    left: impl Fn(u32) -> Option<&'left [Digest]>,
    right: impl Fn(u32) -> Option<&'right [Digest]>,
) -> Vec<usize> {
    let height = (0..)
        .find(|&level| left(level).is_none() && right(level).is_none())
        .unwrap_or(0);
    let mut found = vec![0];
    for level in (0..height).rev() {
        let one = left(level).unwrap_or_default();
        let other = right(level).unwrap_or_default();
        let differ = |node: &usize| one.get(*node) != other.get(*node);
        found = if level + 1 == height {
            // The tops: at least one side has one, unless both columns are empty.
            (0..one.len().max(other.len())).filter(differ).collect()
        } else {
            fetch(below(one, &found));
            fetch(below(other, &found));
            let children = |parent: &usize| parent * FAN_OUT..(parent + 1) * FAN_OUT;
            found.iter().flat_map(children).filter(differ).collect()
        };
    }
    if height == 0 { Vec::new() } else { found }
}

/// Reads from every line of these groups. Comparing waits for memory at each difference, for no
/// processor foresees one; this waits once for all, and halves a descent to a thousand leaves.
pub fn fetch<'all, const SIZE: usize>(groups: impl Iterator<Item = &'all [[u8; SIZE]]>) {
    let lines = groups.flat_map(|group| group.iter().step_by(const { LINE_BYTES.div_ceil(SIZE) }));
    black_box(lines.fold(0, |sum, entry| sum ^ entry.first().unwrap_or(&0)));
}

/// Gives the children of those nodes, which are in the level below.
fn below<'all>(
    level: &'all [Digest],
    parents: &'all [usize],
) -> impl Iterator<Item = &'all [Digest]> {
    parents.iter().filter_map(|parent| {
        let behind = level.get(parent * FAN_OUT..)?;
        Some(behind.get(..FAN_OUT).unwrap_or(behind))
    })
}
