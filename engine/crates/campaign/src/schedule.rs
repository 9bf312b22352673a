//! The turn: which steps, which phases in each, what each phase may write.
//! Law: RULES.md, Part III. The list and nothing else: `engine` walks along it.

use combat_resolver::{battle::combat, invasion::invasion, recharge::recharge};
use decision::{mind::decision, orders::orders};
use economy::{production::production, upkeep::economy};
use pathfinding::movement::movement;
use sim_cortex::{Table, Turn, Universes};

use crate::cleanup::cleanup;
use crate::victory::victory;

/// A table and its columns; no column named: all.
pub type Written = (&'static str, &'static [&'static str]);

/// One phase of a step.
pub struct Phase {
    /// Its name.
    pub name: &'static str,
    /// Its rule.
    pub run: fn(&mut Turn),
    /// The columns that it may write, whose ranges are checked after it.
    pub written: &'static [Written],
}

/// Where a step acts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Every universe, in id order.
    All,
    /// One faction: the position of its universe's world, and its slot.
    Faction(usize, u32),
}

/// One step of the turn.
pub struct Step {
    /// Its name.
    pub name: String,
    /// Where it acts.
    pub scope: Scope,
    /// Its phases in order.
    pub phases: &'static [Phase],
}

/// The rules that coverage counts, in the order that RULES.md lists them.
pub const RULES: [&str; 28] = [
    "recharge",
    "order_move",
    "order_stop",
    "order_build",
    "order_disband",
    "order_rejected",
    "decision_move",
    "decision_build",
    "income",
    "blockade",
    "upkeep",
    "insolvency",
    "production",
    "launch",
    "fleet_formed",
    "movement",
    "arrival",
    "interception",
    "battle",
    "hit",
    "critical",
    "shield_absorb",
    "destruction",
    "occupation",
    "conquest",
    "cleanup",
    "elimination",
    "victory",
];

const OPEN: [Phase; 1] = [Phase {
    name: "recharge",
    run: recharge,
    written: &[("unit", &["shield"])],
}];

const FACTION: [Phase; 7] = [
    Phase {
        name: "orders",
        run: orders,
        written: &[
            ("fleet", &["destination", "posture"]),
            ("unit", &["hp", "shield"]),
            ("build", &[]),
            ("account", &["balance"]),
        ],
    },
    Phase {
        name: "decision",
        run: decision,
        written: &[
            ("fleet", &["destination", "posture"]),
            ("build", &[]),
            ("account", &["balance"]),
        ],
    },
    Phase {
        name: "economy",
        run: economy,
        written: &[("account", &["balance"]), ("unit", &["hp", "shield"])],
    },
    Phase {
        name: "production",
        run: production,
        written: &[
            ("build", &[]),
            ("fleet", &[]),
            ("unit", &[]),
            ("faction", &["ships_built"]),
        ],
    },
    Phase {
        name: "movement",
        run: movement,
        written: &[(
            "fleet",
            &["system", "next", "destination", "progress", "posture"],
        )],
    },
    Phase {
        name: "combat",
        run: combat,
        written: &[
            ("unit", &["hp", "shield", "kills"]),
            ("faction", &["ships_lost"]),
        ],
    },
    Phase {
        name: "invasion",
        run: invasion,
        written: &[
            ("planet", &["owner", "occupier", "occupied_turns"]),
            ("build", &["turns_left"]),
            ("faction", &["planets_taken"]),
        ],
    },
];

const CLOSE: [Phase; 2] = [
    Phase {
        name: "cleanup",
        run: cleanup,
        written: &[("unit", &[]), ("fleet", &[]), ("build", &[])],
    },
    Phase {
        name: "victory",
        run: victory,
        written: &[("faction", &["eliminated_turn"]), ("campaign", &[])],
    },
];

/// The phase in which commands are taken; it is not skipped for a faction out of play.
pub const ORDERS: &Phase = {
    let [orders, ..] = &FACTION;
    orders
};

impl Step {
    /// Returns the steps of every turn of a run, from its first state.
    #[must_use]
    pub fn of_run(universes: &Universes) -> Vec<Self> {
        let worlds = universes.worlds.iter().enumerate();
        let factions = worlds.flat_map(|(position, world)| {
            (0..world.faction.rows()).map(move |slot| Scope::Faction(position, slot))
        });
        let factions = factions.enumerate().map(|(ordinal, scope)| Self {
            name: format!("faction {ordinal}"),
            scope,
            phases: &FACTION,
        });
        let mut steps = vec![over_all("open", &OPEN)];
        steps.extend(factions);
        steps.push(over_all("close", &CLOSE));
        steps
    }
}

fn over_all(name: &str, phases: &'static [Phase]) -> Step {
    Step {
        name: name.to_owned(),
        scope: Scope::All,
        phases,
    }
}
