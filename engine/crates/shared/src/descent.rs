//! Where two digest trees of one column part: descent by levels, from the tops to the leaves.
//! Law: PROTOCOL.md, section 3. An accelerator of comparing all leaves, tested against that. Knows
//! no values. Used by tests alone: two states of one process meet nowhere else, and the harness
//! descends by itself.

use crate::digest::{Digest, FAN_OUT};

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
            let children = |parent: &usize| parent * FAN_OUT..(parent + 1) * FAN_OUT;
            found.iter().flat_map(children).filter(differ).collect()
        };
    }
    if height == 0 { Vec::new() } else { found }
}
