//! What the built-in mind looks at before it decides: worlds to have, fleets to send, idle yards.
//! Law: RULES.md, decision/mind. Called by `mind`; reads only, draws nothing.

use std::collections::BTreeMap;

use shared::fx::{Fx, from_int, mul_floor};
use shared::ids::NONE;
use sim_cortex::tables::POSTURE_STATIONED;
use sim_cortex::{Muster, SlotSet, Table, Turn, World};

/// A system with at least one live planet that is not the faction's own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Candidate {
    /// The system's slot.
    pub(crate) system: u32,
    /// What its planets are worth to the faction.
    pub(crate) value: Fx,
    /// What the fit units of others that stand there take off that.
    pub(crate) threat_cost: Fx,
}

/// All candidates in id order. The same for each fleet: only distance and noise are not.
pub(crate) fn candidates(turn: &Turn, muster: &Muster, faction: u32) -> Vec<Candidate> {
    let values = values(turn, faction);
    let threats = threats(turn.world, muster, faction, &values);
    let caution = turn.mind().caution;
    let cost = |system| mul_floor(from_int(*threats.get(system).unwrap_or(&0)), caution);
    let weighed = values.iter().map(|(system, value)| Candidate {
        system: *system,
        value: *value,
        threat_cost: cost(system),
    });
    weighed.collect()
}

/// By system: the sum over its live planets that are not the faction's.
fn values(turn: &Turn, faction: u32) -> BTreeMap<u32, Fx> {
    let (planet, mind) = (&turn.world.planet, turn.mind());
    let mut values = BTreeMap::new();
    for slot in planet
        .slots()
        .live()
        .filter(|&slot| planet.owner[slot] != faction)
    {
        let is_free = planet.owner[slot] == NONE;
        let weight = if is_free {
            mind.expansion
        } else {
            mind.aggression
        };
        let sum = values.entry(planet.system[slot]).or_insert(Fx(0));
        sum.0 += mul_floor(from_int(planet.income[slot]), weight).0;
    }
    values
}

/// By system that is worth something: fit units of other factions in fleets that stand there.
fn threats(
    world: &World,
    muster: &Muster,
    faction: u32,
    values: &BTreeMap<u32, Fx>,
) -> BTreeMap<u32, i64> {
    let unit = &world.unit;
    let is_foe = |slot: &u32| unit.hp[*slot] > Fx(0) && unit.owner[*slot] != faction;
    let wanted: SlotSet = values.keys().copied().collect();
    let mut threats = BTreeMap::new();
    for (fleet, system) in muster.standing().filter(|(_, at)| wanted.contains(*at)) {
        let live = muster.units_of(fleet).iter();
        let foes = live.filter(|slot| is_foe(slot));
        *threats.entry(system).or_insert(0) += foes.fold(0, |count, _| count + 1);
    }
    threats
}

/// The faction's armed, stationed fleets in id order that are not where a candidate is.
pub(crate) fn movers(
    world: &World,
    muster: &Muster,
    faction: u32,
    candidates: &[Candidate],
) -> Vec<u32> {
    let wanted: SlotSet = candidates
        .iter()
        .map(|candidate| candidate.system)
        .collect();
    let fleet = &world.fleet;
    let own = muster.fleets_of(faction);
    let stationed = own.filter(|&slot| fleet.posture[slot] == POSTURE_STATIONED);
    let armed = stationed.filter(|&slot| muster.is_armed(slot));
    armed
        .filter(|&slot| !wanted.contains(fleet.system[slot]))
        .collect()
}

/// The faction's live planets in id order where nothing is being built.
pub(crate) fn idle_planets(world: &World, faction: u32) -> Vec<u32> {
    let (planet, build) = (&world.planet, &world.build);
    let unfinished = build
        .slots()
        .live()
        .filter(|&slot| build.turns_left[slot] > 0);
    let busy: SlotSet = unfinished.map(|slot| build.planet[slot]).collect();
    let own = planet
        .slots()
        .live()
        .filter(|&slot| planet.owner[slot] == faction);
    own.filter(|&slot| !busy.contains(slot)).collect()
}
