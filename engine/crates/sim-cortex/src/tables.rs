//! The nine tables: their columns, types, units, ranges and references.
//! Law: STATE.md, in its order; the schema is derived from this page. Knows no rule.

use shared::fx::Fx;
use shared::ids::NONE;

use crate::column::{AnyColumn, Column, Reader};
use crate::leaves::LeafSet;
use crate::schema::{ColumnSpec, TableSpec};
use crate::slots::Slots;
use crate::value::Value;

/// Credits that an account can hold.
const BALANCE_MAX: i64 = 1 << 53;
const COUNT_MAX: i64 = 1_000_000_000;
const SLOT_MAX: i64 = NONE as i64;
/// 2^20 as fx.
const FX_MAX: i64 = 1 << 52;

/// What all tables can do; the columns of a table are its fields.
pub trait Table: Sync {
    /// The table's name and columns.
    fn spec(&self) -> &'static TableSpec;

    /// Which slots are alive.
    fn slots(&self) -> &Slots;

    /// Number of slots, dead ones included.
    fn rows(&self) -> u32 {
        self.slots().rows()
    }

    /// Tells whether a slot is there and alive.
    fn is_alive(&self, slot: u32) -> bool {
        self.slots().is_alive(slot)
    }

    /// All columns in schema order, `generation` and `alive` included.
    fn columns(&self) -> Vec<&dyn AnyColumn>;

    /// Makes the lowest dead slot (else a new row) alive, all zero but its generation.
    fn create(&mut self) -> u32;

    /// Makes a live slot dead: its generation rises, all else is zero. Only cleanup frees.
    fn free(&mut self, slot: u32);
}

/// Raw access to all columns: how a scenario, a snapshot or a test writes a table.
pub trait RawTable: Table {
    /// All columns in schema order, to be written.
    fn columns_mut(&mut self) -> Vec<&mut dyn AnyColumn>;

    /// Leaves of `alive` written since this reader took them last.
    fn take_alive(&mut self, reader: Reader) -> LeafSet;

    /// Forgets what was derived from columns that have been written.
    fn rederive(&mut self);
}

macro_rules! table {
    ($(#[$doc:meta])* $table:ident $name:literal {
        $($(#[$column_doc:meta])* $column:ident: $type:ty, $unit:literal, $range:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $table {
            slots: Slots,
            $($(#[$column_doc])* pub $column: Column<$type>,)*
        }

        impl $table {
            /// The table's name and columns.
            pub const SPEC: TableSpec = TableSpec {
                name: $name,
                columns: &[
                    spec::<u32>("generation", "count", count(SLOT_MAX)),
                    spec::<bool>("alive", "flag", count(1)),
                    $(spec::<$type>(stringify!($column), $unit, $range),)*
                ],
            };
        }

        impl Table for $table {
            fn spec(&self) -> &'static TableSpec {
                &Self::SPEC
            }

            fn slots(&self) -> &Slots {
                &self.slots
            }

            fn columns(&self) -> Vec<&dyn AnyColumn> {
                vec![&self.slots.generation, &self.slots.alive, $(&self.$column,)*]
            }

            fn create(&mut self) -> u32 {
                let slot = self.slots.lowest_dead();
                if slot == self.slots.rows() {
                    self.slots.generation.push(0);
                    self.slots.alive.push(false);
                    $(self.$column.push(Default::default());)*
                }
                self.slots.alive[slot] = true;
                slot
            }

            fn free(&mut self, slot: u32) {
                self.slots.bury(slot);
                $(self.$column[slot] = Default::default();)*
            }
        }

        impl RawTable for $table {
            fn columns_mut(&mut self) -> Vec<&mut dyn AnyColumn> {
                vec![&mut self.slots.generation, &mut self.slots.alive, $(&mut self.$column,)*]
            }

            fn take_alive(&mut self, reader: Reader) -> LeafSet {
                self.slots.alive.take_touched(reader)
            }

            fn rederive(&mut self) {
                self.slots.rederive();
            }
        }
    };
}

/// What a column's values may be.
struct Range {
    min: i64,
    max: i64,
    refers: Option<&'static str>,
    optional: bool,
}

const fn range(min: i64, max: i64) -> Range {
    Range {
        min,
        max,
        refers: None,
        optional: false,
    }
}

const fn count(max: i64) -> Range {
    range(0, max)
}

/// Slots of a table.
const fn slot(table: &'static str) -> Range {
    let refers = Some(table);
    Range {
        refers,
        ..count(SLOT_MAX)
    }
}

/// Slots of a table, or `NONE`.
const fn slot_or_none(table: &'static str) -> Range {
    Range {
        optional: true,
        ..slot(table)
    }
}

const fn spec<T: Value>(name: &'static str, unit: &'static str, range: Range) -> ColumnSpec {
    ColumnSpec {
        name,
        type_name: T::TYPE,
        width: size_of::<T>() as u64,
        scale: T::SCALE,
        unit,
        min: range.min,
        max: range.max,
        refers: range.refers,
        optional: range.optional,
    }
}

table! {
    /// The campaign's outcome: exactly one row, slot 0.
    Campaigns "campaign" {
        /// Who has won, or `NONE`.
        winner: u32, "slot", slot_or_none("faction");
        /// 0 as long as nobody has.
        won_turn: u32, "turn", count(COUNT_MAX);
    }
}

table! {
    /// The factions; their slots are the same in all universes.
    Factions "faction" {
        /// 0 none (commands only), 1 the built-in mind.
        mind: u8, "code", count(1);
        /// Its treasury.
        account: u32, "slot", slot("account");
        /// Where it began.
        home: u32, "slot", slot("system");
        /// 0 while in play.
        eliminated_turn: u32, "turn", count(COUNT_MAX);
        /// Units launched.
        ships_built: u32, "count", count(COUNT_MAX);
        /// Units destroyed in combat.
        ships_lost: u32, "count", count(COUNT_MAX);
        /// Planets conquered.
        planets_taken: u32, "count", count(COUNT_MAX);
    }
}

table! {
    /// Money: treasuries, and where money comes from and goes to.
    Accounts "account" {
        /// See `ACCOUNT_TREASURY` and its neighbours.
        kind: u8, "code", count(3);
        /// The faction of a treasury, else `NONE`.
        owner: u32, "slot", slot_or_none("faction");
        /// Credits; all balances together are 0.
        balance: i64, "credits", range(-BALANCE_MAX, BALANCE_MAX);
    }
}

table! {
    /// Star systems: the nodes of the lane graph.
    Systems "system" {
        /// Position in light years.
        x: Fx, "lightyears", range(-FX_MAX, FX_MAX);
        /// Position in light years.
        y: Fx, "lightyears", range(-FX_MAX, FX_MAX);
        /// Position in light years.
        z: Fx, "lightyears", range(-FX_MAX, FX_MAX);
    }
}

table! {
    /// Ways between systems, in both directions.
    Lanes "lane" {
        /// The lower end.
        a: u32, "slot", slot("system");
        /// The higher end.
        b: u32, "slot", slot("system");
        /// Turns that it takes at speed 1.
        weight: u32, "turns_at_speed_1", range(1, 1000);
    }
}

table! {
    /// Planets.
    Planets "planet" {
        /// Where it is.
        system: u32, "slot", slot("system");
        /// Index into the scenario's planet classes.
        class: u32, "index", count(65_535);
        /// Whose it is, or `NONE`.
        owner: u32, "slot", slot_or_none("faction");
        /// Credits per turn before the class factor.
        income: i64, "credits_per_turn", count(1_000_000);
        /// Who is taking it, or `NONE`.
        occupier: u32, "slot", slot_or_none("faction");
        /// For how long.
        occupied_turns: u32, "turn", count(1_000_000);
    }
}

table! {
    /// Units under construction.
    Builds "build" {
        /// Where.
        planet: u32, "slot", slot("planet");
        /// For whom.
        owner: u32, "slot", slot("faction");
        /// Index into the scenario's designs.
        design: u32, "index", count(65_535);
        /// 0: done or lost, removed in cleanup.
        turns_left: u32, "turn", count(1_000_000);
    }
}

table! {
    /// Fleets.
    Fleets "fleet" {
        /// Whose it is.
        owner: u32, "slot", slot("faction");
        /// Where it stands, or where its lane began.
        system: u32, "slot", slot("system");
        /// The lane's end while in a lane, else `NONE`.
        next: u32, "slot", slot_or_none("system");
        /// Where it goes, or `NONE`.
        destination: u32, "slot", slot_or_none("system");
        /// Lane weight already spent on the lane.
        progress: u32, "turns_at_speed_1", count(1000);
        /// See `POSTURE_STATIONED` and its neighbours.
        posture: u8, "code", count(2);
    }
}

table! {
    /// Units: single ships.
    Units "unit" {
        /// The fleet that it is in.
        fleet: u32, "slot", slot("fleet");
        /// Whose it is.
        owner: u32, "slot", slot("faction");
        /// Index into the scenario's designs.
        design: u32, "index", count(65_535);
        /// Hull points; 0: destroyed, removed in cleanup.
        hp: Fx, "hull", count(FX_MAX);
        /// Shield points.
        shield: Fx, "shield", count(FX_MAX);
        /// Units that it destroyed.
        kills: u32, "count", count(COUNT_MAX);
    }
}

/// All tables in schema order.
pub const SCHEMA: [TableSpec; 9] = [
    Campaigns::SPEC,
    Factions::SPEC,
    Accounts::SPEC,
    Systems::SPEC,
    Lanes::SPEC,
    Planets::SPEC,
    Builds::SPEC,
    Fleets::SPEC,
    Units::SPEC,
];

/// `account.kind` of a faction's treasury.
pub const ACCOUNT_TREASURY: u8 = 0;
/// `account.kind` of where income comes from.
pub const ACCOUNT_MINT: u8 = 1;
/// `account.kind` of where upkeep goes to.
pub const ACCOUNT_UPKEEP: u8 = 2;
/// `account.kind` of where the price of builds goes to.
pub const ACCOUNT_YARDS: u8 = 3;

/// `fleet.posture` of a fleet without a destination, at a system.
pub const POSTURE_STATIONED: u8 = 0;
/// `fleet.posture` of a fleet with a destination, at a system.
pub const POSTURE_UNDER_WAY: u8 = 1;
/// `fleet.posture` of a fleet in a lane.
pub const POSTURE_IN_LANE: u8 = 2;
