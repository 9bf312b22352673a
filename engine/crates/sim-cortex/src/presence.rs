//! Who stands where: armed fleets, and whose they are by system, as of one moment.
//! Law: RULES.md, Part III ("Words used below"). The judge of `Muster` in tests: it scans the
//! world, and no rule asks it. Decides no rule.

use std::collections::BTreeSet;

use shared::ids::NONE;

use crate::index::IndexVec;
use crate::tables::Table;
use crate::world::World;

/// Returns the system where a live fleet stands; nothing if it is in a lane.
fn stands_at(world: &World, fleet: u32) -> Option<u32> {
    let standing = world.fleet.next[fleet] == NONE;
    standing.then(|| world.fleet.system[fleet])
}

/// Armed fleets, and the systems where they stand. True until a unit or a fleet changes.
#[derive(Clone, Debug)]
pub struct Presence {
    armed: IndexVec<bool>,
    /// (system, owner) of each armed fleet that stands.
    standing: BTreeSet<(u32, u32)>,
}

impl Presence {
    /// Looks at the world as it is now.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let mut armed = IndexVec::new(vec![false; world.fleet.rows() as usize]);
        for unit in world.fit_units() {
            armed[world.unit.fleet[unit]] = true;
        }
        let fleets = world.fleet.slots().live().filter(|&fleet| armed[fleet]);
        let standing = fleets
            .filter_map(|fleet| Some((stands_at(world, fleet)?, world.fleet.owner[fleet])))
            .collect();
        Self { armed, standing }
    }

    /// Tells whether a fleet has a fit unit.
    #[must_use]
    pub fn is_armed(&self, fleet: u32) -> bool {
        self.armed[fleet]
    }

    /// Tells whether an armed fleet of the faction stands at the system.
    #[must_use]
    pub fn own_at(&self, system: u32, faction: u32) -> bool {
        self.standing.contains(&(system, faction))
    }

    /// Tells whether an armed fleet of another faction stands at the system.
    #[must_use]
    pub fn others_at(&self, system: u32, faction: u32) -> bool {
        let mut here = self.standing.range((system, 0)..=(system, NONE));
        here.any(|&(_, owner)| owner != faction)
    }

    /// The systems, in id order, where armed fleets of the faction and of another stand.
    pub fn contested(&self, faction: u32) -> impl Iterator<Item = u32> + '_ {
        let own = self
            .standing
            .iter()
            .filter(move |(_, owner)| *owner == faction);
        let systems = own.map(|&(system, _)| system);
        systems.filter(move |&system| self.others_at(system, faction))
    }
}
