//! Phase `orders`: commands from outside, checked and carried out one after the other.
//! Law: RULES.md, decision/orders. Twin: `decision/orders.py`. Once per faction's step, sequential;
//! without a faction every command is at the wrong step. An illegal command is data, no error.

use economy::production::place_build;
use shared::Json;
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::tables::{POSTURE_IN_LANE, POSTURE_STATIONED, POSTURE_UNDER_WAY};
use sim_cortex::{Entity, Table, Turn};

use crate::command::{Command, Id, parse};

/// Takes the commands of the step in the order given.
pub fn orders(turn: &mut Turn) {
    for (ordinal, command) in (0_i64..).zip(turn.commands) {
        match order_checked(turn, command) {
            Ok(order) => accept(turn, order, ordinal),
            Err(reason) => {
                turn.emit(
                    "order.rejected",
                    None,
                    &[("ordinal", ordinal)],
                    NONE,
                    reason,
                );
                turn.fire("order_rejected", 1);
            }
        }
    }
}

/// A command that has passed all checks, by slots.
#[derive(Clone, Copy)]
enum Order {
    Move { fleet: u32, destination: u32 },
    Stop { fleet: u32 },
    Build { planet: u32, design: u32 },
    Disband { unit: u32 },
}

impl Order {
    /// The rule that it fires, and the entity of the command's first id.
    fn told(self) -> (&'static str, Entity) {
        match self {
            Self::Move { fleet, .. } => ("order_move", ("fleet", fleet)),
            Self::Stop { fleet } => ("order_stop", ("fleet", fleet)),
            Self::Build { planet, .. } => ("order_build", ("planet", planet)),
            Self::Disband { unit } => ("order_disband", ("unit", unit)),
        }
    }
}

/// Why a command is rejected.
type Reason = &'static str;

fn order_checked(turn: &Turn, command: &Json) -> Result<Order, Reason> {
    let faction = turn.faction.ok_or("wrong_step")?;
    check(!turn.out_of_play(faction), "dead_faction")?;
    match parse(command).ok_or("malformed")? {
        Command::Move { fleet, destination } => move_checked(turn, faction, fleet, destination),
        Command::Stop { fleet } => stop_checked(turn, faction, fleet),
        Command::Build { planet, design } => build_checked(turn, faction, planet, design),
        Command::Disband { unit } => disband_checked(turn, faction, unit),
    }
}

fn move_checked(turn: &Turn, faction: u32, fleet: Id, destination: Id) -> Result<Order, Reason> {
    check_known(turn, &[("fleet", fleet), ("system", destination)])?;
    let (world, fleet, destination) = (&*turn.world, fleet.slot, destination.slot);
    check(world.fleet.owner[fleet] == faction, "not_owner")?;
    let in_lane = world.fleet.posture[fleet] == POSTURE_IN_LANE;
    let system = world.fleet.system[fleet];
    check(in_lane || system != destination, "already_there")?;
    let start = if in_lane {
        world.fleet.next[fleet]
    } else {
        system
    };
    check(world.topology.connected(start, destination), "unreachable")?;
    Ok(Order::Move { fleet, destination })
}

fn stop_checked(turn: &Turn, faction: u32, fleet: Id) -> Result<Order, Reason> {
    check_known(turn, &[("fleet", fleet)])?;
    let (table, fleet) = (&turn.world.fleet, fleet.slot);
    check(table.owner[fleet] == faction, "not_owner")?;
    check(table.posture[fleet] != POSTURE_IN_LANE, "in_lane")?;
    check(table.destination[fleet] != NONE, "not_moving")?;
    Ok(Order::Stop { fleet })
}

fn build_checked(turn: &Turn, faction: u32, planet: Id, design: i128) -> Result<Order, Reason> {
    check_known(turn, &[("planet", planet)])?;
    let (world, planet) = (&*turn.world, planet.slot);
    check(world.planet.owner[planet] == faction, "not_owner")?;
    let index = u32::try_from(design).map_err(|_| "unknown_design")?;
    let design = turn.data.designs.at(index);
    let design = design.ok_or("unknown_design")?;
    let build = &world.build;
    let queue = build.slots().live();
    let queued = queue.filter(|&slot| build.planet[slot] == planet && build.turns_left[slot] > 0);
    let queue_max = turn.data.rules.queue_max as usize;
    check(queued.count() < queue_max, "queue_full")?;
    let balance = world.account.balance[world.faction.account[faction]];
    check(balance >= design.cost, "no_funds")?;
    Ok(Order::Build {
        planet,
        design: index,
    })
}

fn disband_checked(turn: &Turn, faction: u32, unit: Id) -> Result<Order, Reason> {
    check_known(turn, &[("unit", unit)])?;
    let unit = unit.slot;
    check(turn.world.unit.hp[unit] > Fx(0), "unknown_entity")?;
    check(turn.world.unit.owner[unit] == faction, "not_owner")?;
    Ok(Order::Disband { unit })
}

/// Checks that ids name live entities of this universe: each check on all before the next.
fn check_known(turn: &Turn, ids: &[(&'static str, Id)]) -> Result<(), Reason> {
    let here = ids.iter().all(|(_, id)| id.universe == turn.world.id);
    check(here, "wrong_universe")?;
    let known = ids.iter().all(|(name, id)| {
        let table = turn.world.table(name);
        table.is_some_and(|table| {
            let slots = table.slots();
            slots.is_alive(id.slot) && slots.generation(id.slot) == Some(id.generation)
        })
    });
    check(known, "unknown_entity")
}

fn check(passes: bool, reason: Reason) -> Result<(), Reason> {
    if passes { Ok(()) } else { Err(reason) }
}

/// Tells of an accepted command, then carries it out.
fn accept(turn: &mut Turn, order: Order, ordinal: i64) {
    let (rule, entity) = order.told();
    let accepted = turn.emit(
        "order.accepted",
        Some(entity),
        &[("ordinal", ordinal)],
        NONE,
        "",
    );
    turn.fire(rule, 1);
    let world = &mut *turn.world;
    match order {
        Order::Move { fleet, destination } => {
            world.fleet.destination[fleet] = destination;
            if world.fleet.posture[fleet] == POSTURE_STATIONED {
                world.fleet.posture[fleet] = POSTURE_UNDER_WAY;
            }
        }
        Order::Stop { fleet } => {
            world.fleet.destination[fleet] = NONE;
            world.fleet.posture[fleet] = POSTURE_STATIONED;
        }
        Order::Build { planet, design } => place_build(turn, planet, design, accepted),
        Order::Disband { unit } => {
            world.unit.hp[unit] = Fx(0);
            world.unit.shield[unit] = Fx(0);
        }
    }
}
