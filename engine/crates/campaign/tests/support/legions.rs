//! A universe of any size made by code, and a way to play it phase by phase: eight factions in
//! sectors of a grid of systems, nearly all fleets on long ways, battles along the borders.
//! Used by tests of whole turns and by the profile; knows no rule.
#![allow(dead_code, reason = "tests and the profile use parts of it")]

use campaign::schedule::{Phase, RULES, Scope, Step};
use observability::{Coverage, EventLog, Ledger};
use shared::fx::{Fx, ONE, from_int};
use shared::ids::NONE;
use shared::isa::Isa;
use shared::stream::{bounded, draw_many};
use sim_cortex::rules::{Design, FactionMind, PlanetClass, RuleData, Rules};
use sim_cortex::tables::{
    ACCOUNT_MINT, ACCOUNT_TREASURY, ACCOUNT_UPKEEP, ACCOUNT_YARDS, POSTURE_UNDER_WAY,
};
use sim_cortex::{IndexVec, Table, Turn, Universes, World};

/// Units in a fleet at the start.
pub const CREW: u32 = 10;
const FACTIONS: u32 = 8;
/// Sectors beside each other; there are two rows of them.
const SECTORS: u32 = 4;
/// Fleets at the start for each system.
const CROWD: u32 = 10;
const CHOICES: [&str; 3] = ["fighter", "frigate", "cruiser"];

/// A state and all that its turns collect.
pub struct Campaign {
    pub state: Universes,
    pub data: RuleData,
    pub steps: Vec<Step>,
    pub ledger: Ledger,
    pub events: EventLog,
    pub coverage: Coverage,
}

impl Campaign {
    /// A world of about so many units, a whole number of fleets.
    pub fn of(units: u32) -> Self {
        let world = Maker::of(units / CREW).world();
        let state = Universes {
            turn: 0,
            worlds: vec![world],
        };
        Self {
            data: rule_data(),
            steps: Step::of_run(&state),
            state,
            ledger: Ledger::new(),
            events: EventLog::new(),
            coverage: Coverage::new(&RULES),
        }
    }

    /// The state's values in bytes.
    pub fn bytes(&self) -> usize {
        let tables = self.state.worlds.iter().flat_map(World::tables);
        let columns = tables.flat_map(|table| table.columns());
        columns.map(|column| column.payload().len()).sum()
    }

    /// Plays a turn; `watch` is called around each phase and each check of ranges.
    pub fn turn(&mut self, watch: &mut dyn FnMut(&'static str, &mut dyn FnMut())) {
        self.ledger.clear();
        self.events.clear();
        for ordinal in 0..self.steps.len() {
            let (scope, phases) = (self.steps[ordinal].scope, self.steps[ordinal].phases);
            for (place, phase) in (0..).zip(phases) {
                watch(phase.name, &mut || self.phase(ordinal, scope, place, phase));
                watch("ranges", &mut || self.check(phase));
            }
        }
        self.state.turn += 1;
    }

    fn phase(&mut self, step: usize, scope: Scope, place: u32, phase: &Phase) {
        let faction = match scope {
            Scope::All => None,
            Scope::Faction(_, slot) => Some(slot),
        };
        (phase.run)(&mut Turn {
            world: &mut self.state.worlds[0],
            data: &self.data,
            number: self.state.turn + 1,
            step: u32::try_from(step).unwrap(),
            phase: phase.name,
            phase_ordinal: place,
            faction,
            commands: &[],
            isa: Isa::best(),
            ledger: &mut self.ledger,
            events: &mut self.events,
            coverage: &mut self.coverage,
        });
    }

    fn check(&mut self, phase: &Phase) {
        let found = self.state.worlds[0].newly_out_of_range(phase.written);
        assert_eq!(found, None, "{} left its ranges", phase.name);
    }
}

/// Lays out a world around its number of fleets.
struct Maker {
    fleets: u32,
    /// Systems in a row of the grid, and rows.
    width: u32,
    height: u32,
    draws: std::vec::IntoIter<u64>,
}

impl Maker {
    fn of(fleets: u32) -> Self {
        let side = (fleets / CROWD).isqrt().max(2 * SECTORS);
        let (width, height) = (side.next_multiple_of(SECTORS), side.next_multiple_of(2));
        let draws = draw_many(&[7; 32], 0, (width * height * 4 + fleets * 5) as usize);
        Self {
            fleets,
            width,
            height,
            draws: draws.into_iter(),
        }
    }

    fn pick(&mut self, bound: u32) -> u32 {
        let draw = self.draws.next().unwrap();
        u32::try_from(bounded(draw, u64::from(bound))).unwrap()
    }

    /// A system of a faction's sector.
    fn place(&mut self, faction: u32) -> u32 {
        let (wide, high) = (self.width / SECTORS, self.height / 2);
        let x = faction % SECTORS * wide + self.pick(wide);
        let y = faction / SECTORS * high + self.pick(high);
        y * self.width + x
    }

    fn world(mut self) -> World {
        let mut world = World::default();
        world.campaign.create();
        world.campaign.winner[0] = NONE;
        for faction in 0..FACTIONS {
            self.faction(&mut world, faction);
        }
        for kind in [ACCOUNT_MINT, ACCOUNT_UPKEEP, ACCOUNT_YARDS] {
            account(&mut world, kind, NONE);
        }
        self.systems(&mut world);
        for planet in 0..(self.width * self.height / 20).clamp(FACTIONS, 480) {
            self.planet(&mut world, planet % FACTIONS);
        }
        for fleet in 0..self.fleets {
            self.fleet(&mut world, fleet % FACTIONS);
        }
        world.rederive();
        world
    }

    fn faction(&mut self, world: &mut World, faction: u32) {
        let slot = world.faction.create();
        world.faction.mind[slot] = 1;
        world.faction.home[slot] = self.place(faction);
        world.faction.account[slot] = account(world, ACCOUNT_TREASURY, faction);
    }

    fn systems(&mut self, world: &mut World) {
        for system in 0..self.width * self.height {
            world.system.create();
            let (x, y) = (system % self.width, system / self.width);
            if x > 0 {
                self.lane(world, system - 1, system);
            }
            if y > 0 {
                self.lane(world, system - self.width, system);
            }
        }
    }

    fn lane(&mut self, world: &mut World, a: u32, b: u32) {
        let slot = world.lane.create();
        (world.lane.a[slot], world.lane.b[slot]) = (a, b);
        world.lane.weight[slot] = 2 + self.pick(4);
    }

    fn planet(&mut self, world: &mut World, owner: u32) {
        let (system, planet) = (self.place(owner), &mut world.planet);
        let slot = planet.create();
        planet.system[slot] = system;
        planet.owner[slot] = owner;
        planet.income[slot] = 1000 + i64::from(self.fleets);
        planet.occupier[slot] = NONE;
    }

    /// Most fleets go about their own sector, one of a hundred to another's.
    fn fleet(&mut self, world: &mut World, owner: u32) {
        let (system, other) = (self.place(owner), self.pick(100 * FACTIONS));
        let aim = if other < FACTIONS { other } else { owner };
        let (destination, fleet) = (self.place(aim), &mut world.fleet);
        let slot = fleet.create();
        fleet.owner[slot] = owner;
        fleet.system[slot] = system;
        fleet.next[slot] = NONE;
        fleet.destination[slot] = destination;
        fleet.posture[slot] = POSTURE_UNDER_WAY;
        for _ in 0..CREW {
            self.unit(world, slot, owner);
        }
    }

    fn unit(&mut self, world: &mut World, fleet: u32, owner: u32) {
        let (designs, unit) = (designs(), &mut world.unit);
        let slot = unit.create();
        let index = slot % designs.rows();
        unit.fleet[slot] = fleet;
        unit.owner[slot] = owner;
        unit.design[slot] = index;
        unit.hp[slot] = designs[index].hull;
        unit.shield[slot] = designs[index].shield;
    }
}

fn account(world: &mut World, kind: u8, owner: u32) -> u32 {
    let slot = world.account.create();
    world.account.kind[slot] = kind;
    world.account.owner[slot] = owner;
    if kind == ACCOUNT_TREASURY {
        world.account.balance[slot] = 1_000_000;
    }
    if kind == ACCOUNT_MINT {
        world.account.balance[slot] = -1_000_000 * i64::from(FACTIONS);
    }
    slot
}

fn designs() -> IndexVec<Design> {
    let designs = (1_i64..).zip(CHOICES).map(|(size, name)| Design {
        name: name.to_owned(),
        cost: 500 * size,
        upkeep: size,
        build_turns: 3,
        speed: 4,
        hull: from_int(20 * size),
        shield: from_int(6 * size),
        attack: from_int(5 * size),
        plating: from_int(size),
        armour: from_int(2 * size),
        accuracy: Fx(ONE.0 / 4 * 3),
        evasion: Fx(ONE.0 / 8),
        critical: Fx(ONE.0 / 16),
        build_weight: 1 + size,
    });
    IndexVec::new(designs.collect())
}

fn rule_data() -> RuleData {
    let mind = FactionMind {
        aggression: ONE,
        expansion: ONE,
        caution: Fx(ONE.0 / 8),
    };
    RuleData {
        name: "legions".to_owned(),
        seed: 20_261_121,
        rules: Rules {
            fleet_units_max: 12,
            rounds_max: 3,
            hit_min: Fx(ONE.0 / 10),
            hit_max: ONE,
            critical_factor: from_int(2),
            pierce_min: Fx(ONE.0 / 4),
            armour_half: from_int(10),
            damage_spread: Fx(ONE.0 / 5),
            damage_min: ONE,
            shield_regen: ONE,
            upkeep_factor: ONE,
            blockade_share: Fx(ONE.0 / 2),
            disband_max: 2,
            refund_share: Fx(ONE.0 / 2),
            occupation_turns: 3,
            queue_max: 3,
            reserve: 1000,
            noise: from_int(10),
            turns_max: 0,
        },
        planet_classes: IndexVec::new(vec![PlanetClass {
            name: "rock".to_owned(),
            income_factor: ONE,
        }]),
        designs: designs(),
        minds: IndexVec::new(vec![mind; FACTIONS as usize]),
    }
}
