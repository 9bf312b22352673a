//! Phase `economy`: planets pay, units cost, and who cannot pay loses units.
//! Law: RULES.md, economy/upkeep. Twin: `economy/upkeep.py`. Once per faction's step, sequential.

use std::cmp::Reverse;

use shared::fx::{Fx, scale_floor};
use shared::ids::NONE;
use sim_cortex::tables::{ACCOUNT_MINT, ACCOUNT_UPKEEP, ACCOUNT_YARDS};
use sim_cortex::{Muster, Table, Turn};

use crate::accounts::{account_of_kind, transfer};

/// Returns a planet's credits per turn: its income times its class's factor, and of that only
/// `share` under blockade; rounded down at each step.
#[must_use]
pub fn planet_income(income: i64, factor: Fx, blockaded: bool, share: Fx) -> i64 {
    let whole = scale_floor(income, factor);
    if blockaded {
        scale_floor(whole, share)
    } else {
        whole
    }
}

/// Returns what units of `total` upkeep cost, in credits per turn, rounded down.
#[must_use]
pub fn fleet_upkeep(total: i64, factor: Fx) -> i64 {
    scale_floor(total, factor)
}

/// Returns the credits that a disbanded unit of this cost gives back, rounded down.
#[must_use]
pub fn refund(cost: i64, share: Fx) -> i64 {
    scale_floor(cost, share)
}

/// Pays the acting faction's income, takes its upkeep, and disbands while it is in debt.
pub fn economy(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let muster = Muster::of(turn.world);
    receive_income(turn, &muster, faction);
    pay_upkeep(turn, &muster, faction);
    disband_insolvent(turn, faction);
}

fn receive_income(turn: &mut Turn, muster: &Muster, faction: u32) {
    let (planet, data) = (&turn.world.planet, turn.data);
    let (mut sum, mut blockades) = (0, 0);
    for slot in planet
        .slots()
        .live()
        .filter(|&slot| planet.owner[slot] == faction)
    {
        let system = planet.system[slot];
        let blockaded = muster.others_at(system, faction) && !muster.own_at(system, faction);
        let factor = data.planet_classes[planet.class[slot]].income_factor;
        sum += planet_income(
            planet.income[slot],
            factor,
            blockaded,
            data.rules.blockade_share,
        );
        blockades += u64::from(blockaded);
    }
    let mint = account_of_kind(turn.world, ACCOUNT_MINT);
    let treasury = turn.world.faction.account[faction];
    turn.fire("blockade", blockades);
    transfer(turn, mint, treasury, sum, NONE, "income");
    turn.fire("income", u64::from(sum > 0));
}

fn pay_upkeep(turn: &mut Turn, muster: &Muster, faction: u32) {
    let world = &*turn.world;
    let kinds = muster.fit_by_design(faction);
    let total = kinds
        .map(|(design, count)| turn.data.designs[design].upkeep * count)
        .sum();
    let upkeep = fleet_upkeep(total, turn.data.rules.upkeep_factor);
    let sink = account_of_kind(world, ACCOUNT_UPKEEP);
    let treasury = world.faction.account[faction];
    transfer(turn, treasury, sink, upkeep, NONE, "upkeep");
    turn.fire("upkeep", u64::from(upkeep > 0));
}

/// Gives up the dearest units, a bounded number of them, until the treasury is out of debt.
fn disband_insolvent(turn: &mut Turn, faction: u32) {
    let treasury = turn.world.faction.account[faction];
    if turn.world.account.balance[treasury] >= 0 {
        return;
    }
    let yards = account_of_kind(turn.world, ACCOUNT_YARDS);
    for unit in dearest_units(turn, faction) {
        if turn.world.account.balance[treasury] >= 0 {
            return;
        }
        let design = &turn.data.designs[turn.world.unit.design[unit]];
        let credits = refund(design.cost, turn.data.rules.refund_share);
        turn.world.unit.hp[unit] = Fx(0);
        turn.world.unit.shield[unit] = Fx(0);
        let fields = [("refund", credits)];
        let disbanded = turn.emit("unit.disbanded", Some(("unit", unit)), &fields, NONE, "");
        turn.fire("insolvency", 1);
        transfer(turn, yards, treasury, credits, disbanded, "refund");
    }
}

/// The faction's fit units by falling upkeep, then by slot; as many as a turn may disband.
fn dearest_units(turn: &Turn, faction: u32) -> Vec<u32> {
    let unit = &turn.world.unit;
    let own = turn
        .world
        .fit_units()
        .filter(|&slot| unit.owner[slot] == faction);
    let upkeep = |slot| turn.data.designs[unit.design[slot]].upkeep;
    let mut own: Vec<_> = own.map(|slot| (Reverse(upkeep(slot)), slot)).collect();
    let count = turn.data.rules.disband_max as usize;
    if count < own.len() {
        own.select_nth_unstable(count);
        own.truncate(count);
    }
    own.sort_unstable();
    own.into_iter().map(|(_, slot)| slot).collect()
}
