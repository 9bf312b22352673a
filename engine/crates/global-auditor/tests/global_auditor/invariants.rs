//! Faults planted one at a time; the clean twin of each is the world before it.

use global_auditor::{Severity, audit};
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::scenario::read;
use sim_cortex::{Table, Universes, World};

use crate::two_factions::{list, two_factions, universe, with};

/// A finding as (rule, severity, entity, message).
type Told = (&'static str, Severity, String, String);

fn state() -> Universes {
    read(&two_factions()).unwrap().1
}

/// What is found after a fault; before it, nothing is.
fn found(plant: impl Fn(&mut World)) -> Vec<Told> {
    let mut state = state();
    assert_eq!(audit(&state).findings, []);
    plant(&mut state.worlds[0]);
    state.worlds[0].rederive();
    let findings = audit(&state).findings.into_iter();
    findings
        .map(|f| (f.rule, f.severity, f.entity, f.message))
        .collect()
}

fn one(rule: &'static str, entity: &str, message: &str) -> Vec<Told> {
    let grave = ["conservation", "one_place"].contains(&rule);
    let severity = if grave {
        Severity::Critical
    } else {
        Severity::Error
    };
    vec![(rule, severity, entity.to_owned(), message.to_owned())]
}

#[test]
fn a_world_that_is_right_is_counted_whole() {
    let audited = audit(&state());
    assert_eq!((audited.entities, audited.invariants), (25, 5));
    assert_eq!(
        (Severity::Error.name(), Severity::Critical.name()),
        ("error", "critical")
    );
}

#[test]
fn conservation_finds_money_from_nowhere() {
    let planted = found(|world| world.account.balance[3] += 7);
    assert_eq!(
        planted,
        one("conservation", "", "balances sum to 7, expected 0")
    );
}

#[test]
fn references_finds_what_is_not_there() {
    let planted = found(|world| world.faction.home[1] = 9);
    assert_eq!(
        planted,
        one("references", "0/faction/1:0", "home = 9: no live system")
    );
    let planted = found(|world| world.unit.owner[4] = NONE);
    assert_eq!(
        planted,
        one(
            "references",
            "0/unit/4:0",
            "owner = 4294967295: no live faction"
        )
    );
    let planted = found(|world| world.planet.owner[0] = NONE);
    assert_eq!(planted, []);
}

#[test]
fn references_finds_what_has_died() {
    let planted = found(|world| {
        world.unit.free(1);
        world.unit.free(4);
        world.fleet.free(1);
        world.unit.fleet[0] = 1;
        world.unit.fleet[3] = 1;
    });
    // Nobody is left in fleets 0 and 2.
    let lost = "fleet = 1: no live fleet";
    let mut expected = one("references", "0/unit/0:0", lost);
    expected.extend(one("references", "0/unit/3:0", lost));
    expected.extend(one("one_place", "0/fleet/0:0", "fleet without a unit"));
    expected.extend(one("one_place", "0/fleet/2:0", "fleet without a unit"));
    assert_eq!(planted, expected);
}

#[test]
fn range_finds_values_outside_and_remains_in_dead_slots() {
    let planted = found(|world| world.unit.hp[3] = Fx(-5));
    let message = "hp = -5, expected 0 … 4503599627370496";
    assert_eq!(planted, one("range", "0/unit/3:0", message));
    let planted = found(|world| world.unit.kills[2] = 3);
    assert_eq!(
        planted,
        one("range", "0/unit/2:1", "kills = 3 in a dead slot")
    );
    let planted = found(|world| {
        world.fleet.posture[0] = 3;
        world.fleet.progress[0] = 1001;
    });
    let mut expected = one("range", "0/fleet/0:0", "progress = 1001, expected 0 … 1000");
    expected.extend(one("range", "0/fleet/0:0", "posture = 3, expected 0 … 2"));
    assert_eq!(planted, expected);
}

#[test]
fn one_place_finds_strangers_and_ghosts() {
    let planted = found(|world| world.unit.owner[3] = 1);
    assert_eq!(
        planted,
        one("one_place", "0/unit/3:0", "owner 1, fleet's owner 0")
    );
    let planted = found(|world| world.unit.free(3));
    assert_eq!(
        planted,
        one("one_place", "0/fleet/2:0", "fleet without a unit")
    );
    let planted = found(|world| world.fleet.next[2] = 3);
    assert_eq!(planted, one("one_place", "0/fleet/2:0", "no lane 1–3"));
    let planted = found(|world| {
        world.lane.free(1);
        world.unit.free(3);
    });
    assert_eq!(planted, one("one_place", "0/fleet/2:0", "no lane 1–2"));
}

#[test]
fn legal_phase_finds_postures_that_do_not_fit() {
    let way = |fleet: u32, posture: u8, next: u32, destination: u32, progress: u32| {
        found(|world| {
            world.fleet.posture[fleet] = posture;
            world.fleet.next[fleet] = next;
            world.fleet.destination[fleet] = destination;
            world.fleet.progress[fleet] = progress;
        })
    };
    let none = "4294967295";
    let at = |posture: u8, rest: &str| {
        one(
            "legal_phase",
            "0/fleet/0:0",
            &format!("posture {posture}: {rest}"),
        )
    };
    let bound = format!("next {none}, destination 1, progress 0");
    assert_eq!(way(0, 0, NONE, 1, 0), at(0, &bound));
    assert_eq!(way(0, 1, NONE, 1, 0), []);
    let still = format!("next {none}, destination {none}, progress 0");
    assert_eq!(way(0, 1, NONE, NONE, 0), at(1, &still));
    assert_eq!(way(0, 2, NONE, 1, 0), at(2, &bound));
    assert_eq!(way(0, 2, 1, 1, 1), []);
    let over = "next 1, destination 1, progress 2";
    assert_eq!(way(0, 2, 1, 1, 2), at(2, over));
    let begun = format!("next {none}, destination 1, progress 1");
    assert_eq!(way(0, 1, NONE, 1, 1), at(1, &begun));
    let aimless = format!("next 1, destination {none}, progress 1");
    assert_eq!(way(0, 2, 1, NONE, 1), at(2, &aimless));
}

#[test]
fn legal_phase_finds_occupations_that_are_none() {
    let occupied = |occupier: u32, turns: u32| {
        found(|world| {
            world.planet.occupier[0] = occupier;
            world.planet.occupied_turns[0] = turns;
        })
    };
    assert_eq!(occupied(1, 3), []);
    let at = |message: &str| one("legal_phase", "0/planet/0:0", message);
    assert_eq!(occupied(1, 0), at("occupier 1 for 0 turns, owner 0"));
    assert_eq!(occupied(0, 2), at("occupier 0 for 2 turns, owner 0"));
    assert_eq!(
        occupied(NONE, 2),
        at("occupier 4294967295 for 2 turns, owner 0")
    );
}

#[test]
fn a_row_with_a_missing_reference_is_left_to_references_and_range() {
    let planted = found(|world| {
        world.fleet.destination[2] = 9;
        world.fleet.posture[2] = 0;
        world.fleet.progress[2] = 2000;
    });
    let missing = one(
        "references",
        "0/fleet/2:0",
        "destination = 9: no live system",
    );
    let outside = one("range", "0/fleet/2:0", "progress = 2000, expected 0 … 1000");
    assert_eq!(planted, [missing, outside].concat());
}

#[test]
fn findings_stand_by_rule_then_universe_then_slot() {
    let two = with(&[("state.universes", list([universe(3), universe(8)]))]);
    let mut state = read(&two).unwrap().1;
    for world in &mut state.worlds {
        world.unit.kills[2] = 1;
        world.account.balance[0] += 1;
        world.faction.home[0] = 9;
    }
    let findings = audit(&state).findings;
    let order: Vec<_> = findings.iter().map(|f| (f.rule, f.universe)).collect();
    let rules = ["conservation", "references", "range"];
    assert_eq!(order, rules.map(|rule| [(rule, 3), (rule, 8)]).concat());
}
