//! Which rows of a table are alive, and which generation each is in.
//! Law: RULES.md, Part III ("creates"), campaign/cleanup ("freeing"). Knows no other column.

use crate::column::Column;

/// The two columns that every table starts with.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    pub(crate) generation: Column<u32>,
    pub(crate) alive: Column<bool>,
    /// No slot below is dead. Derived, so that a creation need not look at every slot.
    full_to: u32,
}

impl Slots {
    /// Number of slots, dead ones included.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.alive.rows()
    }

    /// Tells whether a slot is there and alive.
    #[must_use]
    pub fn is_alive(&self, slot: u32) -> bool {
        self.alive.at(slot) == Some(&true)
    }

    /// Returns a slot's generation, or nothing beyond the rows.
    #[must_use]
    pub fn generation(&self, slot: u32) -> Option<u32> {
        self.generation.at(slot).copied()
    }

    /// Live slots, ascending.
    pub fn live(&self) -> impl Iterator<Item = u32> + '_ {
        let slots = (0_u32..).zip(self.alive.as_slice());
        slots.filter(|(_, alive)| **alive).map(|(slot, _)| slot)
    }

    /// Number of live slots.
    #[must_use]
    pub fn live_count(&self) -> u64 {
        self.live().fold(0, |count, _| count + 1)
    }

    /// Returns the lowest dead slot, or the row count if all are alive.
    pub(crate) fn lowest_dead(&mut self) -> u32 {
        let dead = (self.full_to..self.rows()).find(|&slot| !self.alive[slot]);
        self.full_to = dead.unwrap_or_else(|| self.rows());
        self.full_to
    }

    /// Makes a slot dead: its generation rises; after the greatest comes 0.
    pub(crate) fn bury(&mut self, slot: u32) {
        assert!(self.is_alive(slot), "slot {slot} is freed but not alive");
        self.alive[slot] = false;
        self.generation[slot] = self.generation[slot].wrapping_add(1);
        self.full_to = self.full_to.min(slot);
    }

    /// Forgets what was derived: the columns have been written from outside.
    pub(crate) fn rederive(&mut self) {
        self.full_to = 0;
    }
}
