//! How often each rule has fired since init, those that never did included.
//! Law: RULES.md, Part II. Neither state nor event: no digest holds it.

use std::collections::BTreeMap;

/// Counts of fired rules, by the rules' names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Coverage {
    fired: BTreeMap<&'static str, u64>,
}

impl Coverage {
    /// Returns zero for each rule there is.
    #[must_use]
    pub fn new(rules: &[&'static str]) -> Self {
        Self {
            fired: rules.iter().map(|rule| (*rule, 0)).collect(),
        }
    }

    /// Counts a rule that has fired so many times. Precondition: the rule was given to `new`.
    pub fn fire(&mut self, rule: &str, times: u64) {
        let Some(fired) = self.fired.get_mut(rule) else {
            panic!("{rule:?} is not in the list of rules");
        };
        *fired += times;
    }

    /// Returns each rule's name and how often it fired, in order of names.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.fired.iter().map(|(rule, fired)| (*rule, *fired))
    }

    /// Returns the names of the rules that never fired, in order.
    pub fn never_fired(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.counts()
            .filter(|(_, fired)| *fired == 0)
            .map(|(rule, _)| rule)
    }
}
