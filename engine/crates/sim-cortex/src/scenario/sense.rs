//! What a first state must be beyond what any state is, one check after the other.
//! Law: STATE.md, "The canonical scenario", its last paragraph. The auditor's invariants that need
//! lanes and postures are not looked at here.

use super::playable::{Checked, Place, check_playable, places};
use super::reader::ScenarioError;
use crate::rules::RuleData;
use crate::tables::Table;
use crate::universes::Universes;

const FACTIONS_IN_PLAY_MIN: usize = 2;

pub(super) fn check(data: &RuleData, universes: &Universes) -> Checked {
    check_minds(data, universes)?;
    places(data, universes).try_for_each(|place| place.factions())?;
    check_playable(data, universes)?;
    for place in places(data, universes) {
        place.units()?;
        place.balances()?;
    }
    Ok(())
}

fn check_minds(data: &RuleData, universes: &Universes) -> Checked {
    let worlds = universes.worlds.iter();
    let factions = worlds.map(|world| world.faction.rows()).max();
    let (expected, found) = (factions.unwrap_or(0), data.minds.rows());
    if expected != found {
        let fault = format!("expected {expected} factions, found {found}");
        return Err(ScenarioError::new("factions", fault));
    }
    Ok(())
}

impl Place<'_> {
    fn factions(&self) -> Checked {
        let faction = &self.world.faction;
        for slot in 0..faction.rows() {
            let alive = faction.is_alive(slot);
            self.ensure(alive, ("faction", "alive", slot), || "1".to_owned())?;
        }
        let turns = faction.eliminated_turn.as_slice().iter();
        let in_play = turns.filter(|turn| **turn == 0).count();
        if in_play < FACTIONS_IN_PLAY_MIN {
            return self.table(
                "faction",
                format!("expected at least two in play, found {in_play}"),
            );
        }
        Ok(())
    }

    fn units(&self) -> Checked {
        let unit = &self.world.unit;
        if !unit.hp.as_slice().iter().any(|hp| hp.0 > 0) {
            return self.table("unit", "expected a unit with hp above 0, found none");
        }
        for slot in unit.slots().live() {
            let design = &self.data.designs[unit.design[slot]];
            let hull = unit.hp[slot] <= design.hull;
            let most = |max: i64| format!("at most the design's {max}");
            self.ensure(hull, ("unit", "hp", slot), || most(design.hull.0))?;
            let shield = unit.shield[slot] <= design.shield;
            self.ensure(shield, ("unit", "shield", slot), || most(design.shield.0))?;
        }
        Ok(())
    }

    fn balances(&self) -> Checked {
        let account = &self.world.account;
        let live = account.slots().live();
        let sum: i128 = live.map(|slot| i128::from(account.balance[slot])).sum();
        if sum != 0 {
            let fault = format!("expected balances with the sum 0, found {sum}");
            return self.table("account.balance", fault);
        }
        Ok(())
    }
}
