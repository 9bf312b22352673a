//! Phase `movement`: armed fleets spend their speed along lanes until it or the way ends.
//! Law: RULES.md, pathfinding/movement. Twin: `pathfinding/movement.py`. Once per faction's step;
//! simultaneous: nobody else moves, so who stands where is asked once.

use shared::ids::NONE;
use sim_cortex::shards::in_shards;
use sim_cortex::tables::{POSTURE_IN_LANE, POSTURE_STATIONED, POSTURE_UNDER_WAY};
use sim_cortex::{Column, Muster, RuleData, Turn, Value, World};

use crate::router::Router;

/// Fleets that are moved together.
const SHARD: usize = 1024;

/// Moves the acting faction's armed fleets that have a destination, in id order.
pub fn movement(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let (muster, router) = (Muster::of(turn.world), Router::of(turn.world));
    let moving = moving(turn.world, &muster, faction);
    turn.fire("movement", moving.len() as u64);
    let (world, data) = (&*turn.world, turn.data);
    router.prepare(moving.iter().map(|&fleet| world.fleet.destination[fleet]));
    let sea = Sea {
        world,
        data,
        router: &router,
        muster: &muster,
        faction,
    };
    let courses = in_shards(&moving, SHARD, |fleets| {
        let ends = fleets.iter().map(|&fleet| (fleet, sea.travel(fleet)));
        ends.collect::<Vec<_>>()
    });
    for (fleet, (course, end)) in courses.concat() {
        settle(turn, fleet, course, end);
    }
}

/// The faction's armed fleets with a destination, in id order.
fn moving(world: &World, muster: &Muster, faction: u32) -> Vec<u32> {
    let own = muster.fleets_of(faction);
    own.filter(|&slot| world.fleet.destination[slot] != NONE && muster.is_armed(slot))
        .collect()
}

/// Where a fleet is and where it goes: the columns that a move may write.
#[derive(Clone, Copy)]
struct Course {
    system: u32,
    next: u32,
    destination: u32,
    progress: u32,
    posture: u8,
}

/// Why a way is over.
#[derive(Clone, Copy)]
enum End {
    Arrived,
    Intercepted,
}

/// What a moving fleet looks at; nothing of it changes while fleets move.
struct Sea<'a> {
    world: &'a World,
    data: &'a RuleData,
    router: &'a Router,
    muster: &'a Muster,
    faction: u32,
}

impl Sea<'_> {
    /// Moves one fleet as far as its budget, in lane weight, takes it.
    fn travel(&self, slot: u32) -> (Course, Option<End>) {
        let fleet = &self.world.fleet;
        let mut course = Course {
            system: fleet.system[slot],
            next: fleet.next[slot],
            destination: fleet.destination[slot],
            progress: fleet.progress[slot],
            posture: fleet.posture[slot],
        };
        let mut budget = self.budget(slot);
        loop {
            if course.next == NONE {
                if course.system == course.destination {
                    course.halt();
                    return (course, Some(End::Arrived));
                }
                if !self.depart(&mut course, slot, budget) {
                    return (course, None);
                }
            }
            if !self.advance(&mut course, slot, &mut budget) {
                return (course, None);
            }
            if self.muster.others_at(course.system, self.faction) {
                course.halt();
                return (course, Some(End::Intercepted));
            }
        }
    }

    /// The least speed of a fleet's fit units.
    fn budget(&self, fleet: u32) -> u32 {
        let designs = self.muster.designs_in(fleet).iter();
        let speeds = designs.map(|&(design, _)| self.data.designs[design].speed);
        speeds.min().unwrap_or(u32::MAX)
    }

    /// Enters the next lane of a fleet that stands; false if it stays, its budget being spent.
    fn depart(&self, course: &mut Course, slot: u32, budget: u32) -> bool {
        if budget == 0 {
            course.posture = POSTURE_UNDER_WAY;
            return false;
        }
        let (system, destination) = (course.system, course.destination);
        course.next = self.router.next_hop(system, destination);
        assert!(
            course.next != NONE,
            "fleet {slot} has no way from system {system} to {destination}"
        );
        course.progress = 0;
        course.posture = POSTURE_IN_LANE;
        true
    }

    /// Spends budget on a fleet's lane; true if it has reached the lane's end and stands there.
    fn advance(&self, course: &mut Course, slot: u32, budget: &mut u32) -> bool {
        let (system, next) = (course.system, course.next);
        let Some(weight) = self.router.lane_weight(system, next) else {
            unreachable!("fleet {slot} is in a lane {system}–{next} that there is not");
        };
        let spent = (*budget).min(weight - course.progress);
        course.progress += spent;
        *budget -= spent;
        if course.progress < weight {
            return false;
        }
        course.system = next;
        course.next = NONE;
        course.progress = 0;
        course.posture = POSTURE_UNDER_WAY;
        true
    }
}

impl Course {
    /// Ends the way where the fleet stands.
    fn halt(&mut self) {
        self.destination = NONE;
        self.posture = POSTURE_STATIONED;
    }
}

/// Writes where a fleet has come to, and tells of its end.
fn settle(turn: &mut Turn, slot: u32, course: Course, end: Option<End>) {
    let fleet = &mut turn.world.fleet;
    write(&mut fleet.system, slot, course.system);
    write(&mut fleet.next, slot, course.next);
    write(&mut fleet.destination, slot, course.destination);
    write(&mut fleet.progress, slot, course.progress);
    write(&mut fleet.posture, slot, course.posture);
    let (kind, rule) = match end {
        None => return,
        Some(End::Arrived) => ("fleet.arrived", "arrival"),
        Some(End::Intercepted) => ("fleet.intercepted", "interception"),
    };
    let system = i64::from(course.system);
    turn.emit(kind, Some(("fleet", slot)), &[("system", system)], NONE, "");
    turn.fire(rule, 1);
}

/// Leaves what stays as it is: a leaf that nobody writes is not looked at by anybody.
fn write<T: Value>(column: &mut Column<T>, slot: u32, value: T) {
    if column[slot] != value {
        column[slot] = value;
    }
}
