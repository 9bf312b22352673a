//! Rules, planet classes, designs and minds of a scenario.
//! Law: STATE.md, the tables of keys. Knows no state.

use super::reader::{Node, ScenarioError};
use crate::index::IndexVec;
use crate::rules::{Design, FactionMind, PlanetClass, Rules};

/// One as fx.
const F: i64 = shared::fx::ONE.0;
/// Designs and planet classes at most; their indices fit 16 bits.
const LIST_MAX: usize = 65_536;
const FACTIONS_MAX: usize = 1 << 20;
const CREDITS_MAX: i128 = 1_000_000_000;
const NAME_BYTES_MAX: usize = 100;

const RULES: [&str; 19] = [
    "fleet_units_max",
    "rounds_max",
    "hit_min",
    "hit_max",
    "critical_factor",
    "pierce_min",
    "armour_half",
    "damage_spread",
    "damage_min",
    "shield_regen",
    "upkeep_factor",
    "blockade_share",
    "disband_max",
    "refund_share",
    "occupation_turns",
    "queue_max",
    "reserve",
    "noise",
    "turns_max",
];

const DESIGN: [&str; 14] = [
    "name",
    "cost",
    "upkeep",
    "build_turns",
    "speed",
    "hull",
    "shield",
    "attack",
    "plating",
    "armour",
    "accuracy",
    "evasion",
    "critical",
    "build_weight",
];

pub(super) fn rules(node: &Node) -> Result<Rules, ScenarioError> {
    let mut fields = node.fields(&RULES)?;
    // Struct fields are read in the order written: that of RULES.
    let rules = Rules {
        fleet_units_max: fields.next().integer(1, 10_000)?,
        rounds_max: fields.next().integer(1, 100)?,
        hit_min: fields.next().fx(0, F)?,
        hit_max: fields.next().fx(0, F)?,
        critical_factor: fields.next().fx(F, 4 * F)?,
        pierce_min: fields.next().fx(0, F)?,
        armour_half: fields.next().fx(1, F << 20)?,
        damage_spread: fields.next().fx(0, F)?,
        damage_min: fields.next().fx(0, F << 10)?,
        shield_regen: fields.next().fx(0, F << 20)?,
        upkeep_factor: fields.next().fx(0, 16 * F)?,
        blockade_share: fields.next().fx(0, F)?,
        disband_max: fields.next().integer(0, 1000)?,
        refund_share: fields.next().fx(0, F)?,
        occupation_turns: fields.next().integer(1, 1000)?,
        queue_max: fields.next().integer(1, 100)?,
        reserve: fields.next().integer(0, 1_000_000_000_000)?,
        noise: fields.next().fx(0, F << 20)?,
        turns_max: fields.next().integer(0, 1_000_000_000)?,
    };
    if rules.hit_min > rules.hit_max {
        let (least, found) = (rules.hit_min.0, rules.hit_max.0);
        let path = format!("{}.hit_max", node.path);
        let fault = format!("expected hit_min = {least} or more, found {found}");
        return Err(ScenarioError::new(path, fault));
    }
    Ok(rules)
}

pub(super) fn planet_classes(node: &Node) -> Result<IndexVec<PlanetClass>, ScenarioError> {
    let class = |item: &Node| {
        let mut fields = item.fields(&["name", "income_factor"])?;
        Ok(PlanetClass {
            name: fields.next().text()?,
            income_factor: fields.next().fx(0, 16 * F)?,
        })
    };
    list(node, 1, LIST_MAX, class)
}

pub(super) fn designs(node: &Node) -> Result<IndexVec<Design>, ScenarioError> {
    list(node, 1, LIST_MAX, design)
}

pub(super) fn minds(node: &Node) -> Result<IndexVec<FactionMind>, ScenarioError> {
    let mind = |item: &Node| {
        let mut fields = item.fields(&["name", "aggression", "expansion", "caution"])?;
        fields.next().text()?;
        Ok(FactionMind {
            aggression: fields.next().fx(0, 16 * F)?,
            expansion: fields.next().fx(0, 16 * F)?,
            caution: fields.next().fx(0, 256 * F)?,
        })
    };
    list(node, 0, FACTIONS_MAX, mind)
}

fn design(node: &Node) -> Result<Design, ScenarioError> {
    let mut fields = node.fields(&DESIGN)?;
    // Struct fields are read in the order written: that of DESIGN.
    Ok(Design {
        name: design_name(&fields.next())?,
        cost: fields.next().integer(0, CREDITS_MAX)?,
        upkeep: fields.next().integer(0, CREDITS_MAX)?,
        build_turns: fields.next().integer(1, 1000)?,
        speed: fields.next().integer(1, 1000)?,
        hull: fields.next().fx(1, F << 20)?,
        shield: fields.next().fx(0, F << 20)?,
        attack: fields.next().fx(0, F << 14)?,
        plating: fields.next().fx(0, F << 14)?,
        armour: fields.next().fx(0, F << 20)?,
        accuracy: fields.next().fx(0, F)?,
        evasion: fields.next().fx(0, F)?,
        critical: fields.next().fx(0, F)?,
        build_weight: fields.next().integer(0, 1_000_000)?,
    })
}

fn design_name(node: &Node) -> Result<String, ScenarioError> {
    let name = node.text()?;
    if (1..=NAME_BYTES_MAX).contains(&name.len()) {
        return Ok(name);
    }
    node.fault(format!(
        "expected 1 … {NAME_BYTES_MAX} bytes, found {}",
        name.len()
    ))
}

fn list<T>(
    node: &Node,
    min: usize,
    max: usize,
    read: impl Fn(&Node) -> Result<T, ScenarioError>,
) -> Result<IndexVec<T>, ScenarioError> {
    let items = node.items(min, max)?;
    let values: Result<Vec<T>, _> = items.iter().map(read).collect();
    values.map(IndexVec::new)
}
