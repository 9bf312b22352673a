//! A hand-made universe to try one phase in: built slot by slot, played, and read back as text.
//! Used by the tests of all rooms that have phases; knows no rule.
#![allow(dead_code, reason = "no room's tests use all of it")]

use observability::{Coverage, EventLog, Ledger};
use shared::codec::decode_json;
use shared::fx::{Fx, ONE, from_int};
use shared::ids::NONE;
use shared::isa::Isa;
use shared::{Event, Json, LedgerEntry};
use sim_cortex::rules::{Design, FactionMind, PlanetClass, RuleData, Rules};
use sim_cortex::tables::{ACCOUNT_MINT, ACCOUNT_TREASURY, ACCOUNT_UPKEEP, ACCOUNT_YARDS};
use sim_cortex::{IndexVec, Table, Turn, World};

/// The seed of every stage.
pub const SEED: u64 = 20_261_100;
/// The turn that is played.
pub const TURN: u64 = 7;
/// The universe's id.
pub const UNIVERSE: u32 = 3;
/// Accounts: the treasuries of factions 0, 1, 2 have their faction's slot.
pub const MINT: u32 = 3;
/// Where upkeep goes.
pub const UPKEEP: u32 = 4;
/// Where the price of builds goes.
pub const YARDS: u32 = 5;

const FACTIONS: u32 = 3;
const RULES: [&str; 28] = [
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

/// One universe with what a turn collects.
pub struct Stage {
    pub world: World,
    pub data: RuleData,
    pub ledger: Ledger,
    pub events: EventLog,
    pub coverage: Coverage,
}

impl Stage {
    /// Three factions in play with empty treasuries, one planet class of factor 1, no designs.
    pub fn new() -> Self {
        let mut world = World {
            id: UNIVERSE,
            ..World::default()
        };
        for faction in 0..FACTIONS {
            let slot = world.faction.create();
            world.faction.account[slot] = faction;
            account(&mut world, ACCOUNT_TREASURY, faction);
        }
        for kind in [ACCOUNT_MINT, ACCOUNT_UPKEEP, ACCOUNT_YARDS] {
            account(&mut world, kind, NONE);
        }
        Self {
            world,
            data: rule_data(),
            ledger: Ledger::new(),
            events: EventLog::new(),
            coverage: Coverage::new(&RULES),
        }
    }

    /// Adds a design; returns its index.
    pub fn design(&mut self, design: Design) -> u32 {
        let mut designs = self.data.designs.as_slice().to_vec();
        designs.push(design);
        self.data.designs = IndexVec::new(designs);
        self.data.designs.rows() - 1
    }

    /// Adds so many systems, from slot 0 on, and lanes (a, b, weight).
    pub fn systems(&mut self, count: u32, lanes: &[(u32, u32, u32)]) {
        for _ in 0..count {
            self.world.system.create();
        }
        for &(a, b, weight) in lanes {
            let lane = &mut self.world.lane;
            let slot = lane.create();
            (lane.a[slot], lane.b[slot], lane.weight[slot]) = (a, b, weight);
        }
        self.world.rederive();
    }

    /// Adds a planet; `owner` may be `NONE`.
    pub fn planet(&mut self, system: u32, owner: u32, income: i64) -> u32 {
        let planet = &mut self.world.planet;
        let slot = planet.create();
        planet.system[slot] = system;
        planet.owner[slot] = owner;
        planet.income[slot] = income;
        planet.occupier[slot] = NONE;
        slot
    }

    /// Adds a stationed fleet with one unit of each of these designs.
    pub fn fleet(&mut self, owner: u32, system: u32, designs: &[u32]) -> u32 {
        let fleet = &mut self.world.fleet;
        let slot = fleet.create();
        fleet.owner[slot] = owner;
        fleet.system[slot] = system;
        fleet.next[slot] = NONE;
        fleet.destination[slot] = NONE;
        for &design in designs {
            self.unit(slot, design);
        }
        slot
    }

    /// Adds an undamaged unit to a fleet.
    pub fn unit(&mut self, fleet: u32, design: u32) -> u32 {
        let unit = &mut self.world.unit;
        let slot = unit.create();
        unit.fleet[slot] = fleet;
        unit.owner[slot] = self.world.fleet.owner[fleet];
        unit.design[slot] = design;
        unit.hp[slot] = self.data.designs[design].hull;
        unit.shield[slot] = self.data.designs[design].shield;
        slot
    }

    /// Adds a build of a planet's owner.
    pub fn build(&mut self, planet: u32, design: u32, turns_left: u32) -> u32 {
        let build = &mut self.world.build;
        let slot = build.create();
        build.planet[slot] = planet;
        build.owner[slot] = self.world.planet.owner[planet];
        build.design[slot] = design;
        build.turns_left[slot] = turns_left;
        slot
    }

    /// Sends a standing fleet on its way.
    pub fn send(&mut self, fleet: u32, destination: u32) {
        self.world.fleet.destination[fleet] = destination;
        self.world.fleet.posture[fleet] = 1;
    }

    /// Moves credits from the mint to a treasury without telling anybody.
    pub fn endow(&mut self, faction: u32, credits: i64) {
        self.world.account.balance[faction] += credits;
        self.world.account.balance[MINT] -= credits;
    }

    /// Plays one phase as step 1, phase 2, with commands as canonical JSON.
    pub fn play_with(
        &mut self,
        phase: &'static str,
        faction: Option<u32>,
        commands: &[&str],
        rule: fn(&mut Turn),
    ) {
        let decoded = commands
            .iter()
            .map(|text| decode_json(text.as_bytes()).unwrap());
        let commands: Vec<Json> = decoded.collect();
        rule(&mut Turn {
            world: &mut self.world,
            data: &self.data,
            number: TURN,
            step: 1,
            phase,
            phase_ordinal: 2,
            faction,
            commands: &commands,
            isa: Isa::best(),
            ledger: &mut self.ledger,
            events: &mut self.events,
            coverage: &mut self.coverage,
        });
        let balances = self.world.account.balance.as_slice();
        assert_eq!(balances.iter().sum::<i64>(), 0, "money is conserved");
    }

    /// Plays one phase of a faction's step.
    pub fn play(&mut self, phase: &'static str, faction: u32, rule: fn(&mut Turn)) {
        self.play_with(phase, Some(faction), &[], rule);
    }

    /// The events so far: `kind(table slot; name = value, …)`, then ` [cause]` and ` "reason"` if
    /// there are any.
    pub fn told(&self) -> Vec<String> {
        self.events.events().iter().map(told).collect()
    }

    /// How often a rule fired.
    pub fn fired(&self, rule: &str) -> u64 {
        let mut counts = self.coverage.counts();
        counts.find(|(name, _)| *name == rule).unwrap().1
    }

    /// All rules that fired, by name.
    pub fn fired_all(&self) -> Vec<(&'static str, u64)> {
        self.coverage
            .counts()
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

/// A ledger of these draws alone: (stream, site, scope, count).
pub fn drawn(phase: &'static str, draws: &[(&'static str, &'static str, &[u64], u64)]) -> Ledger {
    let mut ledger = Ledger::new();
    for &(stream, site, scope, count) in draws {
        ledger.record(LedgerEntry {
            universe: UNIVERSE,
            step: 1,
            phase_ordinal: 2,
            phase: phase.into(),
            stream: stream.into(),
            scope: scope.to_vec(),
            site: site.into(),
            count,
        });
    }
    ledger
}

/// A design that always hits for 1 and has a hull of 2.
pub fn scout() -> Design {
    Design {
        name: "scout".to_owned(),
        cost: 100,
        upkeep: 10,
        build_turns: 2,
        speed: 5,
        hull: from_int(2),
        attack: ONE,
        accuracy: ONE,
        build_weight: 1,
        ..Design::default()
    }
}

/// Rules without chance: hits are certain where accuracy is 1, damage has no spread.
fn rule_data() -> RuleData {
    RuleData {
        name: "stage".to_owned(),
        seed: SEED,
        rules: Rules {
            fleet_units_max: 2,
            rounds_max: 3,
            hit_max: ONE,
            critical_factor: from_int(2),
            armour_half: ONE,
            upkeep_factor: ONE,
            blockade_share: Fx(ONE.0 / 2),
            disband_max: 2,
            refund_share: Fx(ONE.0 / 2),
            occupation_turns: 2,
            queue_max: 2,
            ..Rules::default()
        },
        planet_classes: IndexVec::new(vec![PlanetClass {
            name: "rock".to_owned(),
            income_factor: ONE,
        }]),
        designs: IndexVec::new(Vec::new()),
        minds: IndexVec::new(vec![
            FactionMind {
                aggression: ONE,
                expansion: ONE,
                caution: ONE,
            };
            FACTIONS as usize
        ]),
    }
}

fn account(world: &mut World, kind: u8, owner: u32) {
    let slot = world.account.create();
    world.account.kind[slot] = kind;
    world.account.owner[slot] = owner;
}

fn told(event: &Event) -> String {
    let entity = match event.slot {
        NONE => String::new(),
        slot => format!("{} {slot}", event.table),
    };
    let fields = event
        .fields
        .iter()
        .map(|(name, value)| format!("{name} = {value}"));
    let fields: Vec<String> = fields.collect();
    let mut text = format!("{}({entity}; {})", event.kind, fields.join(", "));
    if event.cause != NONE {
        text.push_str(&format!(" [{}]", event.cause));
    }
    if !event.reason.is_empty() {
        text.push_str(&format!(" {:?}", event.reason));
    }
    text
}
