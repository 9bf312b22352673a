//! Phase `victory`: who is out of play, and whether somebody has won.
//! Law: RULES.md, campaign/victory. Twin: `campaign/victory.py`.

use std::cmp::Reverse;

use shared::ids::NONE;
use sim_cortex::{IndexVec, Muster, Table, Turn};

const CAMPAIGN: u32 = 0;

/// What the factions of a universe own.
struct Holdings {
    planets: IndexVec<i64>,
    units: IndexVec<i64>,
}

/// Eliminates factions that own nothing, then names the winner if there is one.
pub fn victory(turn: &mut Turn) {
    let held = holdings(turn);
    eliminate(turn, &held);
    if turn.world.campaign.winner[CAMPAIGN] != NONE {
        return;
    }
    if let Some(winner) = winner(turn, &held) {
        let campaign = &mut turn.world.campaign;
        campaign.winner[CAMPAIGN] = winner;
        campaign.won_turn[CAMPAIGN] = turn_value(turn.number);
        let fields = [("planets", held.planets[winner])];
        turn.emit("campaign.won", Some(("faction", winner)), &fields, NONE, "");
        turn.fire("victory", 1);
    }
}

fn holdings(turn: &mut Turn) -> Holdings {
    let muster = Muster::of(turn.world);
    let (world, factions) = (&turn.world, turn.world.faction.rows());
    let mut planets = IndexVec::new(vec![0; factions as usize]);
    for planet in world.planet.slots().live() {
        let owner = world.planet.owner[planet];
        if owner != NONE {
            planets[owner] += 1;
        }
    }
    let units = (0..factions).map(|faction| muster.units_held(faction));
    let units = IndexVec::new(units.collect());
    Holdings { planets, units }
}

fn in_play(turn: &Turn) -> Vec<u32> {
    let live = turn.world.faction.slots().live();
    live.filter(|&faction| !turn.out_of_play(faction)).collect()
}

fn eliminate(turn: &mut Turn, held: &Holdings) {
    for faction in in_play(turn) {
        if held.planets[faction] == 0 && held.units[faction] == 0 {
            turn.world.faction.eliminated_turn[faction] = turn_value(turn.number);
            turn.emit(
                "faction.eliminated",
                Some(("faction", faction)),
                &[],
                NONE,
                "",
            );
            turn.fire("elimination", 1);
        }
    }
}

fn winner(turn: &Turn, held: &Holdings) -> Option<u32> {
    let in_play = in_play(turn);
    if let [last] = in_play.as_slice() {
        return Some(*last);
    }
    let turns_max = u64::from(turn.data.rules.turns_max);
    if turns_max == 0 || turn.number < turns_max {
        return None;
    }
    let points = |faction: &u32| {
        (
            held.planets[*faction],
            held.units[*faction],
            Reverse(*faction),
        )
    };
    in_play.into_iter().max_by_key(points)
}

/// A turn as a column has it; one that does not fit is out of the column's range as well.
fn turn_value(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
