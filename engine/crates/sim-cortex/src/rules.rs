//! Rule data: what the scenario fixes for a whole run.
//! Law: STATE.md, "The canonical scenario". Plain values; which rule reads them is not known here.

use shared::fx::Fx;

use crate::index::IndexVec;

/// Everything of a scenario but its state.
#[derive(Clone, Debug)]
pub struct RuleData {
    /// The scenario's name.
    pub name: String,
    /// The seed of all streams.
    pub seed: u64,
    /// Numbers that the rules use.
    pub rules: Rules,
    /// By `planet.class`.
    pub planet_classes: IndexVec<PlanetClass>,
    /// By `unit.design` and `build.design`.
    pub designs: IndexVec<Design>,
    /// By faction slot, for all universes.
    pub minds: IndexVec<FactionMind>,
}

/// The numbers of the rules.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// Fit units up to which a launched unit joins a fleet.
    pub fleet_units_max: u32,
    /// Combat rounds in one faction's step.
    pub rounds_max: u32,
    /// Least hit chance.
    pub hit_min: Fx,
    /// Greatest hit chance.
    pub hit_max: Fx,
    /// Factor of a critical hit.
    pub critical_factor: Fx,
    /// Share of an attack that plating never stops.
    pub pierce_min: Fx,
    /// Armour that halves damage.
    pub armour_half: Fx,
    /// Half width of the spread of final damage.
    pub damage_spread: Fx,
    /// Least damage of a hit.
    pub damage_min: Fx,
    /// Shield points that come back per turn.
    pub shield_regen: Fx,
    /// Factor of all upkeep.
    pub upkeep_factor: Fx,
    /// Share of income left under blockade.
    pub blockade_share: Fx,
    /// Units that insolvency disbands per faction and turn, at most.
    pub disband_max: u32,
    /// Share of the cost that a disbanded unit gives back.
    pub refund_share: Fx,
    /// Turns until a held planet is taken.
    pub occupation_turns: u32,
    /// Builds at one planet.
    pub queue_max: u32,
    /// Credits that the built-in mind never spends.
    pub reserve: i64,
    /// Spread of move scores.
    pub noise: Fx,
    /// The turn of the decision on points; 0: never.
    pub turns_max: u32,
}

/// A kind of planet.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PlanetClass {
    /// What people call it.
    pub name: String,
    /// Factor of its planets' income.
    pub income_factor: Fx,
}

/// A kind of unit.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Design {
    /// What people call it.
    pub name: String,
    /// Credits.
    pub cost: i64,
    /// Credits per turn, before the rules' factor.
    pub upkeep: i64,
    /// Turns to build one.
    pub build_turns: u32,
    /// Lane weight per turn.
    pub speed: u32,
    /// Hull points when new.
    pub hull: Fx,
    /// Shield points at most.
    pub shield: Fx,
    /// Damage before all stages.
    pub attack: Fx,
    /// Damage that it stops of each hit.
    pub plating: Fx,
    /// Reduces damage by its share of itself and `armour_half`.
    pub armour: Fx,
    /// Chance to hit what does not evade.
    pub accuracy: Fx,
    /// Lessens the chance to be hit.
    pub evasion: Fx,
    /// Chance of a critical hit.
    pub critical: Fx,
    /// How much the built-in mind likes to build it; 0: never.
    pub build_weight: i64,
}

/// The built-in mind's weights of one faction.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FactionMind {
    /// Weight of planets of others.
    pub aggression: Fx,
    /// Weight of planets of nobody.
    pub expansion: Fx,
    /// Weight of units of others.
    pub caution: Fx,
}
