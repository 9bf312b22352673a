//! A set of slots that is read in id order, whatever the order of its writing.
//! Used where a rule goes over some of a table's rows. Knows no table.

use crate::leaves::LeafSet;

/// Slots, as bits. Grows by itself.
#[derive(Clone, Debug, Default)]
pub struct SlotSet(LeafSet);

impl SlotSet {
    /// Puts a slot in or takes it out.
    pub fn set(&mut self, slot: u32, is_in: bool) {
        if is_in {
            self.0.insert(slot as usize);
        } else {
            self.0.remove(slot as usize);
        }
    }

    /// Tells whether a slot is in the set.
    #[must_use]
    pub fn contains(&self, slot: u32) -> bool {
        self.0.contains(slot as usize)
    }

    /// Slots of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|slot| {
            let Ok(slot) = u32::try_from(slot) else {
                unreachable!("only slots are put in");
            };
            slot
        })
    }
}

impl FromIterator<u32> for SlotSet {
    fn from_iter<I: IntoIterator<Item = u32>>(slots: I) -> Self {
        let mut set = Self::default();
        slots.into_iter().for_each(|slot| set.set(slot, true));
        set
    }
}
