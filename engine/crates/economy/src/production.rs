//! Builds: how one is placed, and phase `production`, which finishes them and launches units.
//! Law: RULES.md, economy/production. Twin: `economy/production.py`. Once per faction's step,
//! sequential. Placing is called by commands and by the mind; neither is known here.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::NONE;
use sim_cortex::tables::{ACCOUNT_YARDS, POSTURE_STATIONED};
use sim_cortex::{Muster, Table, Turn, World};

use crate::accounts::{account_of_kind, transfer};

/// Pays for a unit of `design` and puts it into the planet's queue. `cause` is the event that asked
/// for it. Precondition: the planet is owned and its owner can pay.
pub fn place_build(turn: &mut Turn, planet: u32, design: u32, cause: u32) {
    let owner = turn.world.planet.owner[planet];
    let (cost, build_turns) = {
        let design = &turn.data.designs[design];
        (design.cost, design.build_turns)
    };
    let yards = account_of_kind(turn.world, ACCOUNT_YARDS);
    transfer(
        turn,
        turn.world.faction.account[owner],
        yards,
        cost,
        cause,
        "build",
    );
    let build = &mut turn.world.build;
    let slot = build.create();
    build.planet[slot] = planet;
    build.owner[slot] = owner;
    build.design[slot] = design;
    build.turns_left[slot] = build_turns;
}

/// Advances the first build of each of the acting faction's queues; launches what is done.
pub fn production(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let first = first_builds(turn.world, faction);
    turn.fire("production", first.len() as u64);
    let mut berths = None;
    for slot in first {
        let build = &mut turn.world.build;
        build.turns_left[slot] -= 1;
        if build.turns_left[slot] == 0 {
            let (planet, design) = (build.planet[slot], build.design[slot]);
            let berths = berths.get_or_insert_with(|| Berths::of(turn.world, faction));
            launch_into(turn, berths, planet, design);
        }
    }
}

/// Launches a new unit of the acting faction at a planet, into the lowest stationed fleet that has
/// room, else into a new one. The rule by itself: the phase looks for its fleets once and launches
/// all that is done into them.
pub fn launch(turn: &mut Turn, planet: u32, design: u32) {
    let faction = turn.acting();
    let mut berths = Berths::of(turn.world, faction);
    launch_into(turn, &mut berths, planet, design);
}

/// The faction's unfinished builds in id order, only the first of each planet.
fn first_builds(world: &World, faction: u32) -> Vec<u32> {
    let build = &world.build;
    let mut seen = BTreeSet::new();
    let live = build.slots().live();
    let own = live.filter(|&slot| build.owner[slot] == faction && build.turns_left[slot] > 0);
    own.filter(|&slot| seen.insert(build.planet[slot]))
        .collect()
}

/// The stationed fleets of one faction, as far as launches are concerned.
struct Berths {
    /// By (system, fleet): fit units in it.
    fit: BTreeMap<(u32, u32), u32>,
}

impl Berths {
    fn of(world: &mut World, faction: u32) -> Self {
        let muster = Muster::of(world);
        let fleet = &world.fleet;
        let own = muster.fleets_of(faction);
        let stationed = own.filter(|&slot| fleet.posture[slot] == POSTURE_STATIONED);
        let fit = stationed
            .map(|slot| ((fleet.system[slot], slot), muster.fit_in(slot)))
            .collect();
        Self { fit }
    }

    /// Takes a place in the lowest fleet at a system that has room, if there is one.
    fn take(&mut self, system: u32, units_max: u32) -> Option<u32> {
        let mut here = self.fit.range_mut((system, 0)..=(system, NONE));
        let (&(_, fleet), count) = here.find(|(_, count)| **count < units_max)?;
        *count += 1;
        Some(fleet)
    }
}

fn launch_into(turn: &mut Turn, berths: &mut Berths, planet: u32, design: u32) {
    let (faction, system) = (turn.acting(), turn.world.planet.system[planet]);
    let (fleet, formed) = match berths.take(system, turn.data.rules.fleet_units_max) {
        Some(fleet) => (fleet, NONE),
        None => form_fleet(turn, berths, system),
    };
    let (data, unit) = (turn.data, &mut turn.world.unit);
    let slot = unit.create();
    unit.fleet[slot] = fleet;
    unit.owner[slot] = faction;
    unit.design[slot] = design;
    unit.hp[slot] = data.designs[design].hull;
    unit.shield[slot] = data.designs[design].shield;
    turn.world.faction.ships_built[faction] += 1;
    let fields = [("design", i64::from(design)), ("fleet", i64::from(fleet))];
    turn.emit("unit.built", Some(("unit", slot)), &fields, formed, "");
    turn.fire("launch", 1);
}

/// Creates a fleet of the acting faction with a place taken; returns it and its event.
fn form_fleet(turn: &mut Turn, berths: &mut Berths, system: u32) -> (u32, u32) {
    let faction = turn.acting();
    let fleet = &mut turn.world.fleet;
    let slot = fleet.create();
    fleet.owner[slot] = faction;
    fleet.system[slot] = system;
    fleet.next[slot] = NONE;
    fleet.destination[slot] = NONE;
    fleet.posture[slot] = POSTURE_STATIONED;
    berths.fit.insert((system, slot), 1);
    let fields = [("system", i64::from(system))];
    let formed = turn.emit("fleet.formed", Some(("fleet", slot)), &fields, NONE, "");
    turn.fire("fleet_formed", 1);
    (slot, formed)
}
