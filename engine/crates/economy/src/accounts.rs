//! Money moves between accounts and nowhere else: every change is one transfer with two sides.
//! Law: RULES.md, economy/accounts. Twin: `economy/accounts.py`. Does not ask whether the source
//! has the money: who calls knows.

use sim_cortex::tables::ACCOUNT_TREASURY;
use sim_cortex::{Table, Turn, World};

/// Moves `amount` ≥ 0 credits from one account to another; nothing happens for 0. `cause` is the
/// event that brought it about, or `NONE`.
pub fn transfer(
    turn: &mut Turn,
    source: u32,
    target: u32,
    amount: i64,
    cause: u32,
    reason: &'static str,
) {
    assert!(
        amount >= 0,
        "transfer: {amount} credits from account {source} to {target}"
    );
    if amount == 0 {
        return;
    }
    let balance = &mut turn.world.account.balance;
    balance[source] -= amount;
    balance[target] += amount;
    let fields = [("target", i64::from(target)), ("amount", amount)];
    turn.emit(
        "transaction",
        Some(("account", source)),
        &fields,
        cause,
        reason,
    );
}

/// Returns the universe's account of a kind of which there is one: mint, upkeep or yards.
pub(crate) fn account_of_kind(world: &World, kind: u8) -> u32 {
    assert!(
        kind != ACCOUNT_TREASURY,
        "each faction has a treasury of its own"
    );
    let mut live = world.account.slots().live();
    let Some(account) = live.find(|&account| world.account.kind[account] == kind) else {
        unreachable!("a scenario has one account of kind {kind}");
    };
    account
}
