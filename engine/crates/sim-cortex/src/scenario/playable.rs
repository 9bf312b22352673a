//! Whether the rules can play on a state: what any state must be, a first one or a restored one.
//! Law: STATE.md, "A state that is restored"; RULES.md, Part V (planets per system). The auditor's
//! invariants are looked at only as far as rules rely on them.

use std::collections::BTreeMap;

use shared::ids::NONE;

use super::reader::ScenarioError;
use crate::rules::RuleData;
use crate::schema::ROWS_MAX;
use crate::tables::{ACCOUNT_MINT, ACCOUNT_TREASURY, ACCOUNT_YARDS, POSTURE_IN_LANE, Table};
use crate::universes::Universes;
use crate::world::World;

const PLANETS_MAX: u64 = 4096;
const PLANETS_PER_SYSTEM_MAX: u32 = 64;

pub(super) type Checked = Result<(), ScenarioError>;

/// One universe of a state and the path of its tables.
pub(super) struct Place<'a> {
    pub(super) path: String,
    pub(super) world: &'a World,
    pub(super) data: &'a RuleData,
}

/// Checks a state whose values may be anything that their types have.
///
/// # Errors
/// The first value found that the rules cannot play with.
pub fn check_restored(data: &RuleData, universes: &Universes) -> Result<(), ScenarioError> {
    for place in places(data, universes) {
        place.values()?;
    }
    check_playable(data, universes)?;
    places(data, universes).try_for_each(|place| place.fleets_in_lanes())
}

/// Checks a state whose values are in range, and zero in dead slots.
pub(super) fn check_playable(data: &RuleData, universes: &Universes) -> Checked {
    let worlds = universes.worlds.iter();
    let planets: u64 = worlds.map(|world| world.planet.slots().live_count()).sum();
    if planets > PLANETS_MAX {
        let fault = format!("expected at most {PLANETS_MAX} planets in all, found {planets}");
        return Err(ScenarioError::new("state.universes", fault));
    }
    for place in places(data, universes) {
        place.campaign()?;
        place.references()?;
        place.indices()?;
        place.accounts()?;
        place.lanes()?;
        place.planets()?;
        place.ways()?;
    }
    Ok(())
}

pub(super) fn places<'a>(
    data: &'a RuleData,
    universes: &'a Universes,
) -> impl Iterator<Item = Place<'a>> {
    let worlds = universes.worlds.iter().enumerate();
    worlds.map(move |(ordinal, world)| Place {
        path: format!("state.universes[{ordinal}].tables"),
        world,
        data,
    })
}

impl Place<'_> {
    pub(super) fn table<T>(
        &self,
        table: &str,
        fault: impl Into<String>,
    ) -> Result<T, ScenarioError> {
        Err(ScenarioError::new(format!("{}.{table}", self.path), fault))
    }

    /// Refuses a value unless it is as expected.
    pub(super) fn ensure(
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

    fn values(&self) -> Checked {
        for table in self.world.tables() {
            let (spec, rows) = (table.spec(), table.rows());
            if rows as usize > ROWS_MAX {
                let fault = format!("expected at most {ROWS_MAX} rows, found {rows}");
                return self.table(spec.name, fault);
            }
            let alive = table.slots().alive.as_slice();
            let dead: Vec<bool> = alive.iter().map(|alive| !alive).collect();
            // Any generation is right, in a dead slot too.
            for (column, values) in spec.columns.iter().zip(table.columns()).skip(1) {
                let (min, max) = (column.min, column.max);
                if let Some((slot, _)) = values.outside(alive, min, max) {
                    let value = (spec.name, column.name, slot);
                    self.ensure(false, value, || format!("{min} … {max}"))?;
                }
                if let Some((slot, _)) = values.outside(&dead, 0, 0) {
                    let value = (spec.name, column.name, slot);
                    self.ensure(false, value, || "0 in a dead slot".to_owned())?;
                }
            }
        }
        Ok(())
    }

    fn campaign(&self) -> Checked {
        let campaign = &self.world.campaign;
        if campaign.rows() != 1 || !campaign.is_alive(0) {
            return self.table("campaign", "expected exactly one live row");
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

    /// A fleet is in a lane that there is, and no further than its end.
    fn fleets_in_lanes(&self) -> Checked {
        let fleet = &self.world.fleet;
        for slot in fleet.slots().live() {
            let (system, next) = (fleet.system[slot], fleet.next[slot]);
            let in_lane = next != NONE;
            let fits = (fleet.posture[slot] == POSTURE_IN_LANE) == in_lane;
            self.ensure(fits, ("fleet", "posture", slot), || {
                format!("{POSTURE_IN_LANE} exactly if next is a system, next being {next}")
            })?;
            if in_lane {
                let weight = self.world.topology.lane_weight(system, next);
                self.ensure(weight.is_some(), ("fleet", "next", slot), || {
                    format!("the end of a lane from system {system}")
                })?;
                let holds = weight.is_some_and(|weight| fleet.progress[slot] <= weight);
                self.ensure(holds, ("fleet", "progress", slot), || {
                    format!("at most the lane's {}", weight.unwrap_or_default())
                })?;
            }
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
