//! The muster and the check of ranges against plain scans, after any writes, undone or not.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::presence::Presence;

use sim_cortex::{Muster, Table, World};

const FACTIONS: u32 = 3;
const SYSTEMS: u32 = 5;
const FLEETS: u32 = 70;
const UNITS: u32 = 600;
const SHIELD: &[(&str, &[&str])] = &[("unit", &["shield"]), ("fleet", &["progress", "posture"])];

#[derive(Clone, Debug)]
enum Write {
    Hp(u32, i64),
    Transfer(u32, u32),
    Owner(u32, u32),
    Design(u32, u32),
    Go(u32, u32),
    Stand(u32, u32),
    FleetOwner(u32, u32),
    Free(u32),
    Launch(u32, u32),
    Shield(u32, i64),
    Begin,
    Undo,
    Ask,
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let (unit, fleet, faction) = (0..UNITS, 0..FLEETS, 0..FACTIONS);
    let write = prop_oneof![
        4 => (unit.clone(), 0_i64..3).prop_map(|(unit, hp)| Write::Hp(unit, hp)),
        2 => (unit.clone(), fleet.clone()).prop_map(|(unit, fleet)| Write::Transfer(unit, fleet)),
        1 => (unit.clone(), faction.clone()).prop_map(|(unit, to)| Write::Owner(unit, to)),
        1 => (unit.clone(), 0_u32..4).prop_map(|(unit, design)| Write::Design(unit, design)),
        2 => (fleet.clone(), 0..SYSTEMS).prop_map(|(fleet, to)| Write::Go(fleet, to)),
        2 => (fleet.clone(), 0..SYSTEMS).prop_map(|(fleet, at)| Write::Stand(fleet, at)),
        1 => (fleet.clone(), faction.clone()).prop_map(|(fleet, to)| Write::FleetOwner(fleet, to)),
        2 => unit.clone().prop_map(Write::Free),
        2 => (fleet, faction).prop_map(|(fleet, owner)| Write::Launch(fleet, owner)),
        1 => (unit, prop_oneof![Just(5_i64), Just(-1), Just(1 << 53)])
            .prop_map(|(unit, shield)| Write::Shield(unit, shield)),
        1 => Just(Write::Begin),
        1 => Just(Write::Undo),
        3 => Just(Write::Ask),
    ];
    prop::collection::vec(write, 1..120)
}

fn world() -> World {
    let mut world = World::default();
    (0..FACTIONS).for_each(|_| {
        world.faction.create();
    });
    (0..SYSTEMS).for_each(|_| {
        world.system.create();
    });
    for fleet in 0..FLEETS {
        world.fleet.create();
        world.fleet.owner[fleet] = fleet % FACTIONS;
        world.fleet.system[fleet] = fleet % SYSTEMS;
        world.fleet.next[fleet] = if fleet % 4 == 0 { 0 } else { NONE };
    }
    for unit in 0..UNITS {
        world.unit.create();
        world.unit.fleet[unit] = unit / 10 % FLEETS;
        world.unit.owner[unit] = world.fleet.owner[unit / 10 % FLEETS];
        world.unit.hp[unit] = Fx(i64::from(unit % 7));
    }
    world
}

fn each_column(world: &mut World, mut act: impl FnMut(&mut dyn sim_cortex::column::AnyColumn)) {
    for table in world.tables_mut() {
        table.columns_mut().into_iter().for_each(&mut act);
    }
}

fn apply(world: &mut World, write: &Write) {
    let rows = world.unit.rows();
    let alive = |world: &World, unit: u32| unit < rows && world.unit.is_alive(unit);
    match *write {
        Write::Hp(unit, hp) if alive(world, unit) => world.unit.hp[unit] = Fx(hp),
        Write::Transfer(unit, fleet) if alive(world, unit) => world.unit.fleet[unit] = fleet,
        Write::Owner(unit, owner) if alive(world, unit) => world.unit.owner[unit] = owner,
        Write::Design(unit, design) if alive(world, unit) => world.unit.design[unit] = design,
        Write::Shield(unit, shield) if alive(world, unit) => world.unit.shield[unit] = Fx(shield),
        Write::Free(unit) if alive(world, unit) => world.unit.free(unit),
        Write::Go(fleet, to) => world.fleet.next[fleet] = to,
        Write::Stand(fleet, at) => {
            world.fleet.next[fleet] = NONE;
            world.fleet.system[fleet] = at;
        }
        Write::FleetOwner(fleet, owner) => world.fleet.owner[fleet] = owner,
        Write::Launch(fleet, owner) => {
            let unit = world.unit.create();
            world.unit.fleet[unit] = fleet;
            world.unit.owner[unit] = owner;
            world.unit.hp[unit] = Fx(1);
        }
        Write::Begin => each_column(world, |column| column.begin()),
        Write::Undo => {
            each_column(world, |column| column.undo());
            world.rederive();
        }
        _ => {}
    }
}

/// Holds every answer of the muster against a scan.
fn judged(world: &mut World) -> Result<(), TestCaseError> {
    let (muster, presence) = (Muster::of(world), Presence::of(world));
    for fleet in 0..world.fleet.rows() {
        prop_assert_eq!(muster.is_armed(fleet), presence.is_armed(fleet));
        let live = world.unit.slots().live();
        let crew: Vec<u32> = live
            .filter(|&unit| world.unit.fleet[unit] == fleet)
            .collect();
        prop_assert_eq!(muster.units_of(fleet), &crew[..]);
        let fit = world
            .fit_units()
            .filter(|&unit| world.unit.fleet[unit] == fleet);
        let mut designs = BTreeMap::new();
        for unit in fit {
            *designs.entry(world.unit.design[unit]).or_insert(0_u32) += 1;
        }
        prop_assert_eq!(muster.fit_in(fleet), designs.values().sum::<u32>());
        prop_assert_eq!(
            muster.designs_in(fleet),
            &designs.into_iter().collect::<Vec<_>>()[..]
        );
        let stands = presence.is_armed(fleet) && world.fleet.next[fleet] == NONE;
        let at = stands.then(|| world.fleet.system[fleet]);
        prop_assert_eq!(muster.stands_armed_at(fleet), at);
    }
    for faction in 0..FACTIONS {
        let live = world.fleet.slots().live();
        let own: Vec<u32> = live
            .filter(|&slot| world.fleet.owner[slot] == faction)
            .collect();
        prop_assert_eq!(muster.fleets_of(faction).collect::<Vec<_>>(), own);
        let held = world
            .unit
            .slots()
            .live()
            .filter(|&unit| world.unit.owner[unit] == faction);
        prop_assert_eq!(
            usize::try_from(muster.units_held(faction)).unwrap(),
            held.count()
        );
        let mut kinds = BTreeMap::new();
        for unit in world
            .fit_units()
            .filter(|&unit| world.unit.owner[unit] == faction)
        {
            *kinds.entry(world.unit.design[unit]).or_insert(0_i64) += 1;
        }
        prop_assert_eq!(
            muster.fit_by_design(faction).collect::<BTreeMap<_, _>>(),
            kinds
        );
        let contested: Vec<u32> = presence.contested(faction).collect();
        prop_assert_eq!(muster.contested(faction).collect::<Vec<_>>(), contested);
        for system in 0..SYSTEMS {
            prop_assert_eq!(
                muster.own_at(system, faction),
                presence.own_at(system, faction)
            );
            prop_assert_eq!(
                muster.others_at(system, faction),
                presence.others_at(system, faction)
            );
        }
    }
    let live = world.unit.slots().live();
    let lost: Vec<u32> = live.filter(|&unit| world.unit.hp[unit] == Fx(0)).collect();
    prop_assert_eq!(muster.lost_units().collect::<Vec<_>>(), lost);
    Ok(())
}

proptest! {
    #[test]
    fn a_muster_is_what_a_scan_of_the_world_finds(writes in writes()) {
        let mut world = world();
        for write in &writes {
            apply(&mut world, write);
            if matches!(write, Write::Ask) {
                judged(&mut world)?;
            }
        }
        judged(&mut world)?;
    }

    #[test]
    fn ranges_of_what_was_written_are_ranges_of_all(writes in writes()) {
        let mut world = world();
        apply(&mut world, &Write::Begin);
        for write in &writes {
            // As in a run: a turn begins in range, and the next one after an undone one.
            if matches!(write, Write::Begin) && world.out_of_range(SHIELD).is_some() {
                continue;
            }
            apply(&mut world, write);
            match write {
                Write::Undo => apply(&mut world, &Write::Begin),
                Write::Ask => {
                    let expected = world.out_of_range(SHIELD);
                    prop_assert_eq!(world.newly_out_of_range(SHIELD), expected);
                    if expected.is_some() {
                        break;
                    }
                }
                _ => {}
            }
        }
        apply(&mut world, &Write::Undo);
        prop_assert_eq!(world.newly_out_of_range(SHIELD), None);
        prop_assert_eq!(world.out_of_range(SHIELD), None);
    }
}

#[test]
fn a_value_that_leaves_its_range_is_found_and_its_neighbour_is_not() {
    let mut world = world();
    assert_eq!(world.newly_out_of_range(SHIELD), None);
    world.unit.shield[77] = Fx(1 << 52);
    assert_eq!(world.newly_out_of_range(SHIELD), None);
    world.unit.shield[76] = Fx((1 << 52) + 1);
    let found = world.newly_out_of_range(SHIELD).unwrap();
    assert_eq!(
        (found.table, found.slot, found.column.name),
        ("unit", 76, "shield")
    );
}
