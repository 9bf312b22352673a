//! What a first state must be beyond ranges, one check after the other.
//! Law: STATE.md, its last paragraph; RULES.md, Part V (planets per system). The auditor's
//! invariants that need lanes and postures are not looked at here.

use std::collections::BTreeMap;

use shared::ids::NONE;

use super::reader::ScenarioError;
use crate::rules::RuleData;
use crate::tables::{ACCOUNT_MINT, ACCOUNT_TREASURY, ACCOUNT_YARDS, Table};
use crate::universes::Universes;
use crate::world::World;

const PLANETS_MAX: u64 = 4096;
const PLANETS_PER_SYSTEM_MAX: u32 = 64;
const FACTIONS_IN_PLAY_MIN: usize = 2;

type Checked = Result<(), ScenarioError>;

/// One universe of the scenario and the path of its tables.
struct Place<'a> {
    path: String,
    world: &'a World,
    data: &'a RuleData,
}

pub(super) fn check(data: &RuleData, universes: &Universes) -> Checked {
    check_counts(data, universes)?;
    for (ordinal, world) in universes.worlds.iter().enumerate() {
        let path = format!("state.universes[{ordinal}].tables");
        let place = Place { path, world, data };
        place.rows()?;
        place.references()?;
        place.indices()?;
        place.units()?;
        place.accounts()?;
        place.lanes()?;
        place.planets()?;
        place.ways()?;
    }
    Ok(())
}

fn check_counts(data: &RuleData, universes: &Universes) -> Checked {
    let worlds = universes.worlds.iter();
    let factions = worlds.clone().map(|world| world.faction.rows()).max();
    let (expected, found) = (factions.unwrap_or(0), data.minds.rows());
    if expected != found {
        let fault = format!("expected {expected} factions, found {found}");
        return Err(ScenarioError::new("factions", fault));
    }
    let planets: u64 = worlds.map(|world| world.planet.slots().live_count()).sum();
    if planets > PLANETS_MAX {
        let fault = format!("expected at most {PLANETS_MAX} planets in all, found {planets}");
        return Err(ScenarioError::new("state.universes", fault));
    }
    Ok(())
}

impl Place<'_> {
    fn table<T>(&self, table: &str, fault: impl Into<String>) -> Result<T, ScenarioError> {
        Err(ScenarioError::new(format!("{}.{table}", self.path), fault))
    }

    /// Refuses a value unless it is as expected.
    fn ensure(
        &self,
        holds: bool,
        value: (&str, &str, u32),
        expected: impl FnOnce() -> String,
    ) -> Checked {
        if holds {
            return Ok(());
        }
        let (table, column, slot) = value;
        let raw = self
            .world
            .column(table, column)
            .map(|(_, values)| values.raw(slot));
        let found = raw.unwrap_or_default();
        let path = format!("{}.{table}.{column}[{slot}]", self.path);
        let fault = format!("expected {}, found {found}", expected());
        Err(ScenarioError::new(path, fault))
    }

    fn rows(&self) -> Checked {
        let campaign = &self.world.campaign;
        if campaign.rows() != 1 || !campaign.is_alive(0) {
            return self.table("campaign", "expected exactly one live row");
        }
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
        let fit = self.world.unit.hp.as_slice().iter().any(|hp| hp.0 > 0);
        if !fit {
            return self.table("unit", "expected a unit with hp above 0, found none");
        }
        Ok(())
    }

    fn references(&self) -> Checked {
        for table in self.world.tables() {
            let columns = table.spec().columns.iter().zip(table.columns());
            for (column, values) in columns {
                let Some(referred) = column.refers else {
                    continue;
                };
                let target = self.world.table(referred);
                for slot in table.slots().live() {
                    let raw = u32::try_from(values.raw(slot)).unwrap_or(NONE);
                    let live = target.is_some_and(|target| target.is_alive(raw));
                    let holds = live || (column.optional && raw == NONE);
                    let value = (table.spec().name, column.name, slot);
                    self.ensure(holds, value, || format!("a live {referred}"))?;
                }
            }
        }
        Ok(())
    }

    fn indices(&self) -> Checked {
        let (designs, classes) = (self.data.designs.rows(), self.data.planet_classes.rows());
        let lists = [
            ("planet", "class", classes),
            ("build", "design", designs),
            ("unit", "design", designs),
        ];
        for (table, column, rows) in lists {
            let Some(found) = self.world.table(table) else {
                unreachable!("the schema has the table {table}");
            };
            let Some((_, values)) = self.world.column(table, column) else {
                unreachable!("the schema has the column {table}.{column}");
            };
            for slot in found.slots().live() {
                let holds = values.raw(slot) < i64::from(rows);
                self.ensure(holds, (table, column, slot), || format!("less than {rows}"))?;
            }
        }
        Ok(())
    }

    fn units(&self) -> Checked {
        let unit = &self.world.unit;
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

    fn accounts(&self) -> Checked {
        let (account, faction) = (&self.world.account, &self.world.faction);
        let mut of_kind: BTreeMap<u8, u32> = BTreeMap::new();
        for slot in account.slots().live() {
            let (kind, owner) = (account.kind[slot], account.owner[slot]);
            *of_kind.entry(kind).or_default() += 1;
            // A treasury's owner has just this one: so there are as many as factions.
            let own = faction.account.at(owner) == Some(&slot);
            let holds = if kind == ACCOUNT_TREASURY {
                own
            } else {
                owner == NONE
            };
            self.ensure(holds, ("account", "owner", slot), || {
                "the faction whose treasury it is, NONE for all others".to_owned()
            })?;
        }
        for slot in faction.slots().live() {
            let own = faction.account[slot];
            let holds = account.kind[own] == ACCOUNT_TREASURY && account.owner[own] == slot;
            self.ensure(holds, ("faction", "account", slot), || {
                "its own treasury".to_owned()
            })?;
        }
        for kind in ACCOUNT_MINT..=ACCOUNT_YARDS {
            let found = of_kind.get(&kind).copied().unwrap_or_default();
            if found != 1 {
                return self.table(
                    "account",
                    format!("expected one account of kind {kind}, found {found}"),
                );
            }
        }
        let live = account.slots().live();
        let sum: i128 = live.map(|slot| i128::from(account.balance[slot])).sum();
        if sum != 0 {
            let fault = format!("expected balances with the sum 0, found {sum}");
            return self.table("account.balance", fault);
        }
        Ok(())
    }

    fn lanes(&self) -> Checked {
        let lane = &self.world.lane;
        for slot in lane.slots().live() {
            let a = lane.a[slot];
            self.ensure(a < lane.b[slot], ("lane", "b", slot), || {
                format!("more than a = {a}")
            })?;
        }
        Ok(())
    }

    fn planets(&self) -> Checked {
        let planet = &self.world.planet;
        let mut of_system: BTreeMap<u32, u32> = BTreeMap::new();
        for slot in planet.slots().live() {
            let planets = of_system.entry(planet.system[slot]).or_default();
            *planets += 1;
            let holds = *planets <= PLANETS_PER_SYSTEM_MAX;
            self.ensure(holds, ("planet", "system", slot), || {
                format!("at most {PLANETS_PER_SYSTEM_MAX} planets in a system")
            })?;
        }
        Ok(())
    }

    fn ways(&self) -> Checked {
        let fleet = &self.world.fleet;
        for slot in fleet.slots().live() {
            let (next, destination) = (fleet.next[slot], fleet.destination[slot]);
            let from = if next == NONE {
                fleet.system[slot]
            } else {
                next
            };
            let reached = destination == NONE || self.world.topology.connected(from, destination);
            self.ensure(reached, ("fleet", "destination", slot), || {
                format!("a system with a way from system {from}")
            })?;
        }
        Ok(())
    }
}
