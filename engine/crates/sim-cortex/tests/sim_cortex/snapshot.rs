//! The state's digest against one built up from values; values; archives there and back.

use shared::archive::ArchiveBytes;
use shared::digest::{column_digest, state_digest, table_digest, universe_digest};
use sim_cortex::scenario::read;
use sim_cortex::schema::schema_digest;
use sim_cortex::tables::SCHEMA;
use sim_cortex::universes::TableArchive;
use sim_cortex::{Table, Universes};

use crate::two_factions::{list, universe, with};

type Archives = Vec<TableArchive<Vec<u8>>>;

const SCENARIO: [u8; 32] = [7; 32];

fn state() -> Universes {
    let two = with(&[("state.universes", list([universe(3), universe(8)]))]);
    read(&two).unwrap().1
}

fn archives(state: &Universes) -> Archives {
    let parts = state.snapshot(&schema_digest()).unwrap().into_iter();
    let owned = |part: TableArchive<ArchiveBytes>| TableArchive {
        universe: part.universe,
        table: part.table,
        archive: part.archive.to_vec(),
    };
    parts.map(owned).collect()
}

fn digest_from_values(state: &Universes, turn: u64) -> [u8; 32] {
    let worlds = state.worlds.iter().map(|world| {
        let tables = SCHEMA.iter().zip(world.rows()).map(|(table, rows)| {
            let columns = table.columns.iter().map(|column| {
                let (name, rows) = (column.name, u64::from(rows));
                let values = state.values(world.id, table.name, name, 0, rows).unwrap();
                column_digest(table.name, name, rows, values)
            });
            table_digest(table.name, rows.into(), &columns.collect::<Vec<_>>())
        });
        (
            world.id,
            universe_digest(world.id, &tables.collect::<Vec<_>>()),
        )
    });
    state_digest(
        &schema_digest(),
        &SCENARIO,
        turn,
        &worlds.collect::<Vec<_>>(),
    )
}

#[test]
fn the_digest_is_of_the_values() {
    let mut state = state();
    let digest = state.digest(&schema_digest(), &SCENARIO, 5);
    assert_eq!(digest, digest_from_values(&state, 5));
    assert_ne!(digest, state.digest(&schema_digest(), &SCENARIO, 6));
    state.worlds[1].unit.kills[0] = 1;
    let changed = state.digest(&schema_digest(), &SCENARIO, 5);
    assert_eq!(changed, digest_from_values(&state, 5));
    assert_ne!(digest, changed);
}

#[test]
fn values_are_parts_of_columns() {
    let state = state();
    let values = |table, column, first, count| state.values(8, table, column, first, count);
    assert_eq!(
        values("lane", "weight", 0, 2),
        Some([2, 0, 0, 0, 3, 0, 0, 0].as_slice())
    );
    assert_eq!(
        values("lane", "weight", 1, 1),
        Some([3, 0, 0, 0].as_slice())
    );
    assert_eq!(
        values("unit", "alive", 0, 5),
        Some([1, 1, 0, 1, 1].as_slice())
    );
    assert_eq!(values("lane", "weight", 2, 0), Some([].as_slice()));
    assert_eq!(values("lane", "weight", 1, 2), None);
    assert_eq!(values("lane", "weight", u64::MAX, 2), None);
    assert_eq!(values("lane", "height", 0, 1), None);
    assert_eq!(values("road", "weight", 0, 1), None);
    assert_eq!(state.values(4, "lane", "weight", 0, 1), None);
}

#[test]
fn archives_give_the_state_back() {
    let mut state = state();
    state.worlds[1].unit.free(4);
    state.worlds[1].lane.free(0);
    let other = Universes {
        turn: 1,
        ..self::state()
    };
    let restored = other
        .restored(&schema_digest(), 9, &archives(&state))
        .unwrap();
    assert_eq!(restored.turn, 9);
    let digest = |state: &Universes| state.digest(&schema_digest(), &SCENARIO, 9);
    assert_eq!(digest(&restored), digest(&state));
    assert!(restored.worlds[0].topology.connected(0, 1));
    assert!(!restored.worlds[1].topology.connected(0, 1));
}

#[test]
fn other_archives_are_refused() {
    let state = state();
    let error = |change: &dyn Fn(&mut Archives)| {
        let mut parts = archives(&state);
        change(&mut parts);
        let restored = state.restored(&schema_digest(), 1, &parts);
        restored.unwrap_err().to_string()
    };
    let short = error(&|parts| drop(parts.pop()));
    assert_eq!(short, "archive 17: expected 8/unit, found the end");
    let swapped = error(&|parts| parts.swap(0, 1));
    assert_eq!(swapped, "archive 0: expected 3/campaign, found 3/faction");
    let cut = error(&|parts| parts[8].archive.truncate(64));
    assert!(cut.starts_with("3/unit: archive offset"), "{cut}");
    // The second value of `alive` stands in the second block.
    let flag = error(&|parts| parts[4].archive[65] = 2);
    assert_eq!(flag, "3/lane: column alive, row 1: no value of its type");
    let mut fewer = self::state();
    fewer.worlds[0].faction = Default::default();
    let factions = state.restored(&schema_digest(), 1, &archives(&fewer));
    let factions = factions.unwrap_err().to_string();
    assert_eq!(factions, "3/faction: expected 2 rows, found 0");
}
