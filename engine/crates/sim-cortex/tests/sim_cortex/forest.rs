//! The forest against the digest from values alone, and changed rows against two whole states,
//! over any sequence of writes, new and freed rows, undone turns, loans and restores.

use proptest::prelude::*;
use shared::digest::Digest;
use shared::isa::Isa;
use sim_cortex::changes::ChangedRows;
use sim_cortex::scenario::read;
use sim_cortex::schema::schema_digest;
use sim_cortex::tables::SCHEMA;
use sim_cortex::{Forest, Table, Universes};

use crate::two_factions::{list, universe, with};

const SCENARIO: [u8; 32] = [7; 32];
/// So many that the wider columns are worth a loan.
const UNITS: u32 = 2100;

#[derive(Clone, Debug)]
enum Act {
    /// Place of a column, slot, value.
    Write(usize, usize, u32, i64),
    Create(usize),
    Free(usize, u32),
    /// All values of one column anew.
    Sweep(usize, usize, i64),
    Begin,
    Undo,
    Hash,
    Lend,
    Restore,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let table = 0..2 * SCHEMA.len();
    let write = (table.clone(), 0_usize..9, any::<u32>(), 0_i64..3);
    let act = prop_oneof![
        12 => write.prop_map(|(table, column, slot, raw)| Act::Write(table, column, slot, raw)),
        6 => table.clone().prop_map(Act::Create),
        4 => (table.clone(), any::<u32>()).prop_map(|(table, slot)| Act::Free(table, slot)),
        2 => (table, 0_usize..9, 0_i64..3).prop_map(|(t, column, raw)| Act::Sweep(t, column, raw)),
        2 => Just(Act::Begin),
        2 => Just(Act::Undo),
        2 => Just(Act::Hash),
        2 => Just(Act::Lend),
        1 => Just(Act::Restore),
    ];
    prop::collection::vec(act, 1..60)
}

fn state() -> Universes {
    let two = with(&[("state.universes", list([universe(3), universe(8)]))]);
    let mut state = read(&two).unwrap().1;
    for _ in 0..UNITS {
        let unit = state.worlds[1].unit.create();
        state.worlds[1].unit.kills[unit] = unit;
    }
    state
}

fn act(state: &mut Universes, act: &Act) {
    let table = |table: &usize| (table / SCHEMA.len(), table % SCHEMA.len());
    match act {
        Act::Write(place, column, slot, raw) => {
            let (world, table) = table(place);
            let table = &mut state.worlds[world].tables_mut()[table];
            let rows = table.rows().max(1);
            let there = table.rows() > 0;
            let mut columns = table.columns_mut();
            let column = column % columns.len();
            if there {
                columns[column].set_raw(slot % rows, *raw);
            }
        }
        Act::Create(place) => {
            let (world, table) = table(place);
            state.worlds[world].tables_mut()[table].create();
        }
        Act::Free(place, slot) => {
            let (world, table) = table(place);
            let table = &mut state.worlds[world].tables_mut()[table];
            let slot = slot % table.rows().max(1);
            table.rederive();
            if table.is_alive(slot) {
                table.free(slot);
            }
        }
        Act::Sweep(place, column, raw) => {
            for slot in 0..UNITS {
                self::act(state, &Act::Write(*place, *column, slot, *raw));
            }
        }
        Act::Begin => state.begin_turn(),
        Act::Undo => state.undo_turn(),
        Act::Hash | Act::Lend | Act::Restore => {}
    }
}

fn digest(state: &Universes) -> Digest {
    state.digest(&schema_digest(), &SCENARIO, 5)
}

fn of_forest(forest: &Forest) -> Digest {
    forest.digest(&schema_digest(), &SCENARIO, 5)
}

/// Every column's payload, by table in canonical order.
fn payloads(state: &Universes) -> Vec<Vec<Vec<u8>>> {
    let tables = state.worlds.iter().flat_map(|world| world.tables());
    let columns = tables.map(|table| table.columns());
    let each = columns.map(|columns| columns.iter().map(|c| c.payload().to_vec()).collect());
    each.collect()
}

/// Changed rows by a look at every row of two states.
fn compared(before: &Universes, after: &Universes) -> Vec<ChangedRows> {
    let tables = payloads(before).into_iter().zip(payloads(after));
    let specs = after.worlds.iter().flat_map(|_| &SCHEMA);
    let mut all = Vec::new();
    for ((old, new), spec) in tables.zip(specs) {
        let widths: Vec<usize> = spec
            .widths()
            .iter()
            .map(|w| usize::try_from(*w).unwrap())
            .collect();
        let row_of = |columns: &[Vec<u8>], row: usize| -> Vec<Option<Vec<u8>>> {
            let parts = columns.iter().zip(&widths);
            let values = parts.map(|(c, width)| c.get(row * width..(row + 1) * width));
            values.map(|value| value.map(<[u8]>::to_vec)).collect()
        };
        let mut changed = ChangedRows {
            columns: vec![Vec::new(); widths.len()],
            ..ChangedRows::default()
        };
        for row in 0..new[0].len() / widths[0] {
            let now = row_of(&new, row);
            if now == row_of(&old, row) {
                continue;
            }
            changed.slots.push(u32::try_from(row).unwrap());
            for (column, value) in changed.columns.iter_mut().zip(now) {
                column.extend(value.unwrap());
            }
        }
        all.push(changed);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_forest_is_the_digest_of_the_values(acts in acts()) {
        let mut state = state();
        let mut forest = Forest::of(&state);
        let mut lent = None;
        for one in &acts {
            act(&mut state, one);
            if let Act::Hash = one && lent.is_none() {
                forest.update(&mut state, Isa::best());
                prop_assert_eq!(of_forest(&forest), digest(&state));
            }
            if let Act::Lend = one && lent.is_none() {
                let loans = forest.update_or_lend(&mut state, Isa::best());
                lent = Some((loans, digest(&state)));
            } else if let (Act::Lend, Some((loans, then))) = (one, &lent) {
                forest.settle(loans, Isa::best());
                prop_assert_eq!(of_forest(&forest), *then);
                lent = None;
            }
            if let Act::Restore = one {
                let archives = state.snapshot(&schema_digest()).unwrap();
                state = state.restored(&schema_digest(), 5, &archives).unwrap();
                forest = Forest::of(&state);
                lent = None;
            }
        }
        if let Some((loans, _)) = &lent {
            forest.settle(loans, Isa::best());
        }
        forest.update(&mut state, Isa::best());
        prop_assert_eq!(of_forest(&forest), digest(&state));
    }

    #[test]
    fn changed_rows_are_those_that_two_states_differ_in(before in acts(), within in acts()) {
        let mut state = state();
        before.iter().for_each(|one| act(&mut state, one));
        state.begin_turn();
        let first = state.clone();
        for one in within.iter().filter(|one| !matches!(one, Act::Begin | Act::Undo)) {
            act(&mut state, one);
        }
        prop_assert_eq!(state.changed_rows(), compared(&first, &state));
        state.undo_turn();
        prop_assert_eq!(payloads(&state), payloads(&first));
        prop_assert_eq!(digest(&state), digest(&first));
        prop_assert!(state.changed_rows().iter().all(|table| table.slots.is_empty()));
    }
}

#[test]
fn a_row_set_back_has_not_changed_and_a_new_one_has() {
    let mut state = state();
    let none = state.changed_rows();
    assert_eq!(none.len(), 2 * SCHEMA.len());
    assert!(
        none.iter()
            .all(|table| table.slots.is_empty() && table.columns.len() > 2)
    );
    state.begin_turn();
    let units = &mut state.worlds[1].unit;
    let rows = units.rows();
    units.kills[7] += 1;
    units.kills[9] += 1;
    units.kills[7] -= 1;
    assert_eq!(units.create(), rows);
    let changed = state.changed_rows();
    assert_eq!(changed[2 * SCHEMA.len() - 1].slots, [9, rows]);
    assert_eq!(changed[2 * SCHEMA.len() - 1].columns[1], [1, 1]);
    assert_eq!(
        changed.iter().map(|table| table.slots.len()).sum::<usize>(),
        2
    );
}

#[test]
fn lent_columns_are_missed_until_they_are_settled() {
    let mut state = state();
    let mut forest = Forest::of(&state);
    forest.update(&mut state, Isa::best());
    act(&mut state, &Act::Sweep(2 * SCHEMA.len() - 1, 5, 2));
    state.worlds[0].unit.kills[0] += 1;
    let then = digest(&state);
    let loans = forest.update_or_lend(&mut state, Isa::best());
    assert_eq!(
        loans.leaves(),
        66,
        "hp of all units; kills in one place is not lent"
    );
    assert_ne!(of_forest(&forest), then);
    act(&mut state, &Act::Sweep(2 * SCHEMA.len() - 1, 5, 1));
    forest.settle(&loans, Isa::best());
    assert_eq!(of_forest(&forest), then);
    assert_ne!(then, digest(&state));
    forest.update(&mut state, Isa::best());
    assert_eq!(of_forest(&forest), digest(&state));
}

#[test]
fn nodes_are_those_of_the_tree_that_stands_now() {
    let mut state = state();
    let mut forest = Forest::of(&state);
    forest.update(&mut state, Isa::best());
    let hp = (8, "unit", "hp");
    let leaves = forest.nodes(hp, 0, 0, 66).unwrap().to_vec();
    let tops: Vec<Digest> = forest.tops().collect();
    assert_eq!(forest.nodes(hp, 0, 65, 1), Some(&leaves[65..66]));
    assert_eq!(forest.nodes(hp, 0, 65, 2), None);
    assert_eq!(forest.nodes(hp, 0, u64::MAX, 2), None);
    assert_eq!(forest.nodes((4, "unit", "hp"), 0, 0, 1), None);
    assert_eq!(forest.nodes((8, "unit", "morale"), 0, 0, 1), None);
    let top = (0..).find(|level| forest.nodes(hp, level + 1, 0, 0).is_none());
    assert_eq!(
        forest.nodes(hp, top.unwrap(), 0, 1),
        Some(&tops[tops.len() - 3..tops.len() - 2])
    );
    assert!(forest.memory() > 0);
    state.worlds[1].unit.hp[64].0 += 1;
    forest.update(&mut state, Isa::best());
    let now = forest.nodes(hp, 0, 0, 66).unwrap();
    let differ: Vec<usize> = (0..66).filter(|leaf| now[*leaf] != leaves[*leaf]).collect();
    assert_eq!(differ, [2]);
}
