//! Who has which units, and whose armed fleets stand where, kept up to date by what was written.
//! Law: RULES.md, Part III ("Words used below"). Derived, not state; `presence` scans the world
//! for the same answers and is its judge. Decides no rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::fx::Fx;
use shared::ids::NONE;

use crate::column::{AnyColumn, Reader};
use crate::index::IndexVec;
use crate::leaves::{LEAF_BYTES, LeafSet};
use crate::slot_set::SlotSet;
use crate::tables::{Fleets, RawTable, Table, Units};
use crate::tally::Tally;
use crate::world::World;

/// Rows that are looked at together: as many as the widest column has in a leaf.
const UNIT_GROUP: usize = LEAF_BYTES / size_of::<Fx>();
const FLEET_GROUP: usize = LEAF_BYTES / size_of::<u32>();

/// What the world's fleets and units amount to, as of the last `of`.
#[derive(Clone, Debug, Default)]
pub struct Muster {
    units: IndexVec<Seen>,
    fleets: IndexVec<Crew>,
    posts: IndexVec<Post>,
    /// By system: armed fleets that stand there, by owner.
    standing: IndexVec<Tally>,
    /// By faction: its live fleets.
    own: IndexVec<SlotSet>,
    /// By faction: its live units.
    held: IndexVec<i64>,
    /// By (owner, design): fit units.
    fit: BTreeMap<(u32, u32), i64>,
    /// Live units without hull points.
    lost: SlotSet,
}

/// A unit as it was seen last; all zero if it was not alive.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Seen {
    alive: bool,
    fit: bool,
    fleet: u32,
    owner: u32,
    design: u32,
}

/// The units of a fleet.
#[derive(Clone, Debug, Default)]
struct Crew {
    /// Live units, ascending.
    live: Vec<u32>,
    /// How many of them are fit.
    fit: u32,
    /// The fit ones by design.
    designs: Tally,
}

/// A fleet as it was seen last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Post {
    /// Its owner; `NONE` if it was not alive.
    owner: u32,
    /// Where it stood armed, or `NONE`.
    system: u32,
}

impl Default for Post {
    fn default() -> Self {
        let (owner, system) = (NONE, NONE);
        Self { owner, system }
    }
}

impl Muster {
    /// Returns what the world amounts to now.
    #[must_use]
    pub fn of(world: &mut World) -> Arc<Self> {
        let units = touched_units(&mut world.unit);
        let fleets = touched_fleets(&mut world.fleet);
        if !units.is_empty() || !fleets.is_empty() {
            let mut muster = std::mem::take(&mut world.muster);
            Arc::make_mut(&mut muster).follow(world, &units, fleets);
            world.muster = muster;
        }
        Arc::clone(&world.muster)
    }

    /// Tells whether a fleet has a fit unit.
    #[must_use]
    pub fn is_armed(&self, fleet: u32) -> bool {
        self.fit_in(fleet) > 0
    }

    /// Number of a fleet's fit units.
    #[must_use]
    pub fn fit_in(&self, fleet: u32) -> u32 {
        self.fleets.at(fleet).map_or(0, |crew| crew.fit)
    }

    /// Live units of a fleet, ascending.
    #[must_use]
    pub fn units_of(&self, fleet: u32) -> &[u32] {
        self.fleets.at(fleet).map_or(&[], |crew| &crew.live)
    }

    /// A fleet's fit units: (design, how many), designs ascending.
    #[must_use]
    pub fn designs_in(&self, fleet: u32) -> &[(u32, u32)] {
        let crew = self.fleets.at(fleet);
        crew.map_or(&[], |crew| crew.designs.kinds())
    }

    /// The system where a fleet stands, if it is alive, armed and not in a lane.
    #[must_use]
    pub fn stands_armed_at(&self, fleet: u32) -> Option<u32> {
        let system = self.posts.at(fleet).map_or(NONE, |post| post.system);
        (system != NONE).then_some(system)
    }

    /// Fleets that stand armed somewhere, ascending, and where.
    pub fn standing(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let posts = (0_u32..).zip(self.posts.as_slice());
        let standing = posts.filter(|(_, post)| post.system != NONE);
        standing.map(|(fleet, post)| (fleet, post.system))
    }

    /// A faction's live fleets, ascending.
    pub fn fleets_of(&self, faction: u32) -> impl Iterator<Item = u32> + '_ {
        self.own.at(faction).into_iter().flat_map(SlotSet::iter)
    }

    /// Number of a faction's live units.
    #[must_use]
    pub fn units_held(&self, faction: u32) -> i64 {
        self.held.at(faction).copied().unwrap_or_default()
    }

    /// A faction's fit units: how many of each design that it has, designs ascending.
    pub fn fit_by_design(&self, faction: u32) -> impl Iterator<Item = (u32, i64)> + '_ {
        let designs = self.fit.range((faction, 0)..=(faction, NONE));
        designs.map(|(&(_, design), &count)| (design, count))
    }

    /// Live units without hull points, ascending.
    pub fn lost_units(&self) -> impl Iterator<Item = u32> + '_ {
        self.lost.iter()
    }

    /// Tells whether an armed fleet of the faction stands at the system.
    #[must_use]
    pub fn own_at(&self, system: u32, faction: u32) -> bool {
        self.at(system).iter().any(|&(owner, _)| owner == faction)
    }

    /// Tells whether an armed fleet of another faction stands at the system.
    #[must_use]
    pub fn others_at(&self, system: u32, faction: u32) -> bool {
        self.at(system).iter().any(|&(owner, _)| owner != faction)
    }

    /// The systems, in id order, where armed fleets of the faction and of another stand.
    pub fn contested(&self, faction: u32) -> impl Iterator<Item = u32> + '_ {
        let crowded = (0_u32..).zip(self.standing.as_slice());
        let crowded = crowded.map(|(system, owners)| (system, owners.kinds()));
        let met = crowded.filter(|(_, owners)| owners.len() > 1);
        met.filter(move |(_, owners)| owners.iter().any(|&(owner, _)| owner == faction))
            .map(|(system, _)| system)
    }

    fn at(&self, system: u32) -> &[(u32, u32)] {
        self.standing.at(system).map_or(&[], Tally::kinds)
    }

    /// Looks at these groups of rows, and at the fleets whose units have changed.
    fn follow(&mut self, world: &World, units: &LeafSet, mut fleets: LeafSet) {
        self.units.grow(world.unit.rows());
        self.fleets.grow(world.fleet.rows());
        self.posts.grow(world.fleet.rows());
        self.standing.grow(world.system.rows());
        self.own.grow(world.faction.rows());
        self.held.grow(world.faction.rows());
        let mut moved = Vec::new();
        for unit in rows(units, UNIT_GROUP, self.units.rows()) {
            let (was, is) = (self.units[unit], seen(&world.unit, unit));
            if was != is {
                self.units[unit] = is;
                self.count(was, false);
                self.count(is, true);
                self.lost.set(unit, is.alive && !is.fit);
                for end in [was, is].into_iter().filter(|end| end.alive) {
                    fleets.insert(end.fleet as usize / FLEET_GROUP);
                    moved.push((end.fleet, unit));
                }
            }
        }
        self.enlist(moved);
        for fleet in rows(&fleets, FLEET_GROUP, self.posts.rows()) {
            let (was, is) = (self.posts[fleet], self.post(&world.fleet, fleet));
            if was != is {
                self.posts[fleet] = is;
                self.stand(fleet, was, false);
                self.stand(fleet, is, true);
            }
        }
    }

    /// Counts a unit in or out, as far as it was or is alive.
    fn count(&mut self, unit: Seen, comes: bool) {
        let sign = if comes { 1 } else { -1 };
        if unit.alive {
            self.held[unit.owner] += i64::from(sign);
        }
        if unit.fit {
            let crew = &mut self.fleets[unit.fleet];
            crew.designs.count(unit.design, comes);
            let Some(fit) = crew.fit.checked_add_signed(sign) else {
                unreachable!("fleet {} loses a unit that it never had", unit.fleet);
            };
            crew.fit = fit;
            let kind = (unit.owner, unit.design);
            let fit = self.fit.entry(kind).or_default();
            *fit += i64::from(sign);
            if *fit == 0 {
                self.fit.remove(&kind);
            }
        }
    }

    /// Brings the lists of these fleets up to date: (fleet, a unit that may have come or gone).
    fn enlist(&mut self, mut moved: Vec<(u32, u32)>) {
        moved.sort_unstable();
        moved.dedup();
        for group in moved.chunk_by(|(left, _), (right, _)| left == right) {
            let Some(&(fleet, _)) = group.first() else {
                continue;
            };
            let units = &self.units;
            let is_here = |unit: u32| units[unit].alive && units[unit].fleet == fleet;
            let live = &mut self.fleets[fleet].live;
            let listed = live.len();
            live.retain(|&unit| is_here(unit));
            let came = group.iter().map(|&(_, unit)| unit).filter(|&unit| {
                is_here(unit) && (listed == 0 || live.binary_search(&unit).is_err())
            });
            let came: Vec<u32> = came.collect();
            live.extend(came);
            if !live.is_sorted() {
                live.sort_unstable();
            }
        }
    }

    fn post(&self, fleet: &Fleets, slot: u32) -> Post {
        if !fleet.is_alive(slot) {
            return Post::default();
        }
        let stands = fleet.next[slot] == NONE && self.is_armed(slot);
        let system = if stands { fleet.system[slot] } else { NONE };
        let owner = fleet.owner[slot];
        Post { owner, system }
    }

    /// Enters or strikes a fleet that was seen like that.
    fn stand(&mut self, fleet: u32, post: Post, enters: bool) {
        let Post { owner, system } = post;
        if owner != NONE {
            self.own[owner].set(fleet, enters);
        }
        if system != NONE {
            self.standing[system].count(owner, enters);
        }
    }
}

fn seen(unit: &Units, slot: u32) -> Seen {
    if !unit.is_alive(slot) {
        return Seen::default();
    }
    Seen {
        alive: true,
        fit: unit.hp[slot] > Fx(0),
        fleet: unit.fleet[slot],
        owner: unit.owner[slot],
        design: unit.design[slot],
    }
}

/// Groups of units that have been written since they were asked for last.
fn touched_units(unit: &mut Units) -> LeafSet {
    let mut groups = unit.hp.take_touched(Reader::Muster);
    for column in [&mut unit.fleet, &mut unit.owner, &mut unit.design] {
        widen(&mut groups, &column.take_touched(Reader::Muster), 2);
    }
    widen(&mut groups, &unit.take_alive(Reader::Muster), 8);
    groups
}

/// Groups of fleets that have been written since they were asked for last.
fn touched_fleets(fleet: &mut Fleets) -> LeafSet {
    let mut groups = fleet.owner.take_touched(Reader::Muster);
    for column in [&mut fleet.system, &mut fleet.next] {
        widen(&mut groups, &column.take_touched(Reader::Muster), 1);
    }
    widen(&mut groups, &fleet.take_alive(Reader::Muster), 4);
    groups
}

/// Adds the groups of leaves that are so many groups long.
fn widen(groups: &mut LeafSet, leaves: &LeafSet, length: usize) {
    for leaf in leaves.iter() {
        for group in leaf * length..(leaf + 1) * length {
            groups.insert(group);
        }
    }
}

/// Rows of these groups, ascending.
fn rows(groups: &LeafSet, length: usize, end: u32) -> impl Iterator<Item = u32> + '_ {
    let end = end as usize;
    let runs = groups.runs();
    let rows = runs.flat_map(move |run| (run.start * length).min(end)..(run.end * length).min(end));
    rows.map(|row| {
        let Ok(row) = u32::try_from(row) else {
            unreachable!("no row is beyond the slots");
        };
        row
    })
}
