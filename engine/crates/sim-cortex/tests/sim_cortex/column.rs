//! Columns against a plain list beside them: what is told, what is undone, what a loan sees.

use proptest::prelude::*;
use sim_cortex::column::AnyColumn;
use sim_cortex::tables::{Builds, RawTable, Table};
use sim_cortex::{Column, LeafSet, Reader};

const LEAF_ROWS: u32 = 64;

/// A column of so many values that it has four leaves, the last one short.
fn counting() -> Column<u32> {
    Column::new((0..3 * LEAF_ROWS + 5).collect())
}

fn leaves(set: &LeafSet) -> Vec<usize> {
    set.iter().collect()
}

#[test]
fn each_reader_hears_of_each_written_leaf_once() {
    let mut column = counting();
    assert_eq!(leaves(&column.take_touched(Reader::Digest)), [0, 1, 2, 3]);
    assert!(column.take_touched(Reader::Digest).is_empty());
    column[LEAF_ROWS] = 7;
    column[LEAF_ROWS + 1] = 8;
    assert_eq!(leaves(&column.take_touched(Reader::Digest)), [1]);
    column[3 * LEAF_ROWS] = 9;
    assert_eq!(leaves(&column.take_touched(Reader::Digest)), [3]);
    assert_eq!(leaves(&column.take_touched(Reader::Muster)), [0, 1, 2, 3]);
}

#[test]
fn a_loan_stays_as_it_was() {
    let mut column = counting();
    let lent = column.lend();
    column[0] = 100;
    assert_eq!((lent[0], column[0]), (0, 100));
    let address = column.as_slice().as_ptr();
    drop(column.lend());
    column[0] = 101;
    assert_eq!(column.as_slice().as_ptr(), address, "nobody held it");
}

#[test]
fn undo_comes_back_to_the_turn_s_start() {
    let mut column = counting();
    let whole = column.as_slice().to_vec();
    column.undo();
    assert_eq!(column.as_slice(), whole);
    column.begin();
    column[1] = 50;
    drop(column.take_touched(Reader::Digest));
    column[1] = 51;
    column[2 * LEAF_ROWS] = 52;
    column.undo();
    assert_eq!(column.as_slice(), whole);
    assert_eq!(leaves(&column.take_touched(Reader::Digest)), [0, 2]);
}

#[test]
fn rows_made_in_a_turn_go_with_it() {
    let mut builds = Builds::default();
    for slot in 0..70 {
        assert_eq!(builds.create(), slot);
        builds.design[slot] = slot;
    }
    builds.columns_mut().into_iter().for_each(AnyColumn::begin);
    builds.free(3);
    for _ in 0..90 {
        let slot = builds.create();
        builds.design[slot] = 1000 + slot;
    }
    builds.columns_mut().into_iter().for_each(AnyColumn::undo);
    builds.rederive();
    assert_eq!(builds.rows(), 70);
    let designs: Vec<u32> = (0..70).collect();
    assert_eq!(builds.design.as_slice(), designs);
    assert!(builds.is_alive(3));
    assert_eq!(builds.create(), 70);
}

proptest! {
    #[test]
    fn any_writes_are_told_and_undone(
        writes in prop::collection::vec((0_u32..200, any::<u32>(), any::<bool>()), 0..60)
    ) {
        let mut column = counting();
        let mut heard = LeafSet::default();
        drop(column.take_touched(Reader::Digest));
        let first = column.as_slice().to_vec();
        column.begin();
        let mut plain = first.clone();
        for (row, value, is_hashed) in writes {
            let row = row % column.rows();
            column[row] = value;
            plain[row as usize] = value;
            if is_hashed {
                column.take_touched(Reader::Digest).iter().for_each(|leaf| {
                    heard.insert(leaf);
                });
            }
        }
        prop_assert_eq!(column.as_slice(), &plain[..]);
        column.take_touched(Reader::Digest).iter().for_each(|leaf| {
            heard.insert(leaf);
        });
        for (row, (new, old)) in plain.iter().zip(&first).enumerate() {
            prop_assert!(new == old || heard.contains(row / LEAF_ROWS as usize));
        }
        column.undo();
        prop_assert_eq!(column.as_slice(), &first[..]);
    }
}
