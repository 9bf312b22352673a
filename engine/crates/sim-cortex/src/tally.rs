//! A small count by number: which owners, which designs, how many of each.
//! Used by `muster`, where there are a hundred thousand of them. Knows not what is counted.

/// (number, how many), numbers ascending, none of none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Vec<(u32, u32)>);

impl Tally {
    /// Numbers and how often each was counted, ascending.
    pub(crate) fn kinds(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Counts one more, or one less. Precondition: only what was counted is taken back.
    pub(crate) fn count(&mut self, number: u32, comes: bool) {
        let place = self.0.binary_search_by_key(&number, |(number, _)| *number);
        match place.map(|at| (at, self.0.get_mut(at))) {
            Err(at) if comes => self.0.insert(at, (number, 1)),
            Ok((_, Some((_, count)))) if comes => *count += 1,
            Ok((at, Some((_, 1)))) => {
                self.0.remove(at);
            }
            Ok((_, Some((_, count)))) => *count -= 1,
            Ok((_, None)) | Err(_) => unreachable!("{number} is taken back and was not counted"),
        }
    }
}
