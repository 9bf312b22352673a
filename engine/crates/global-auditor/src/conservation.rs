//! Money is neither made nor lost: all balances together are zero.
//! Law: RULES.md, Part IV. Twin: `global_auditor/conservation.py`.

use sim_cortex::{Table, World};

use crate::finding::{Finding, Severity};

/// Returns a finding if the balances of live accounts do not sum to zero.
#[must_use]
pub fn conservation(world: &World) -> Vec<Finding> {
    let account = &world.account;
    let live = account.slots().live();
    let sum: i128 = live.map(|slot| i128::from(account.balance[slot])).sum();
    if sum == 0 {
        return Vec::new();
    }
    vec![Finding {
        rule: "conservation",
        severity: Severity::Critical,
        universe: world.id,
        row: None,
        entity: String::new(),
        message: format!("balances sum to {sum}, expected 0"),
    }]
}
