//! Slots: the lowest dead one comes back first; freeing raises the generation and zeroes the rest.

use shared::fx::Fx;
use sim_cortex::Table;
use sim_cortex::column::AnyColumn;
use sim_cortex::scenario::read;
use sim_cortex::tables::{RawTable, Units};
use sim_cortex::world::World;

use crate::two_factions::two_factions;

fn world() -> World {
    read(&two_factions()).unwrap().1.worlds.remove(0)
}

fn raw(units: &Units, slot: u32) -> Vec<i64> {
    units
        .columns()
        .iter()
        .map(|column| column.raw(slot))
        .collect()
}

#[test]
fn creation_takes_the_lowest_dead_slot() {
    let mut units = Units::default();
    assert_eq!([0, 1, 2, 3].map(|_| units.create()), [0, 1, 2, 3]);
    units.free(2);
    units.free(0);
    assert_eq!(units.slots().live().collect::<Vec<_>>(), [1, 3]);
    assert_eq!([0; 3].map(|_| units.create()), [0, 2, 4]);
    let generations = [0, 1, 2, 3, 4].map(|slot| units.slots().generation(slot).unwrap());
    assert_eq!(
        (generations, units.slots().generation(5)),
        ([1, 0, 1, 0, 0], None)
    );
}

#[test]
fn creation_sees_the_dead_slots_of_a_scenario() {
    let mut world = world();
    assert_eq!((world.unit.create(), world.unit.create()), (2, 5));
    assert_eq!(raw(&world.unit, 2), [1, 1, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_freed_slot_is_zero_but_for_its_generation() {
    let mut world = world();
    world.unit.kills[4] = 9;
    world.unit.free(4);
    assert_eq!(raw(&world.unit, 4), [1, 0, 0, 0, 0, 0, 0, 0]);
    assert!(!world.unit.is_alive(4) && world.unit.is_alive(3) && !world.unit.is_alive(99));
    assert_eq!(world.unit.slots().live_count(), 3);
}

#[test]
#[should_panic(expected = "slot 2 is freed but not alive")]
fn a_dead_slot_is_not_freed() {
    world().unit.free(2);
}

#[test]
fn the_first_value_out_of_range_is_by_table_slot_and_column() {
    let all: [(&str, &[&str]); 2] = [("unit", &[]), ("fleet", &["progress"])];
    let mut world = world();
    assert_eq!(world.out_of_range(&all), None);
    let found = |world: &World, written| {
        let found: sim_cortex::world::OutOfRange = world.out_of_range(written)?;
        Some((found.table, found.slot, found.column.name, found.raw))
    };
    world.unit.kills[1] = 1_000_000_001;
    assert_eq!(
        found(&world, &all),
        Some(("unit", 1, "kills", 1_000_000_001))
    );
    world.unit.shield[1] = Fx(-1);
    assert_eq!(found(&world, &all), Some(("unit", 1, "shield", -1)));
    world.unit.kills[0] = 1_000_000_001;
    assert_eq!(
        found(&world, &all),
        Some(("unit", 0, "kills", 1_000_000_001))
    );
    world.fleet.progress[2] = 1001;
    assert_eq!(found(&world, &all), Some(("fleet", 2, "progress", 1001)));
    assert_eq!(found(&world, &[("unit", &["hp"])]), None);
    assert_eq!(found(&world, &[]), None);
}

#[test]
fn a_dead_slot_is_out_of_no_range() {
    let mut world = world();
    world.lane.free(1);
    assert_eq!(
        (world.lane.weight[1], world.out_of_range(&[("lane", &[])])),
        (0, None)
    );
}

#[test]
fn a_column_is_written_as_raw() {
    let mut world = world();
    let posture = &mut world.fleet.posture;
    assert!(posture.set_raw(0, 2) && !posture.set_raw(1, 256));
    assert_eq!(posture.as_slice(), [2, 0, 2]);
    let mut columns = world.fleet.columns_mut();
    assert_eq!(columns[1].load(&[1, 2, 0]), Err(1));
    assert_eq!(columns[1].load_raw(&[1, 0, -1]), Err(2));
    assert_eq!(columns[1].payload(), [1, 1, 1]);
}
