"""Every change of money: a transfer between two accounts, so that the sum stays 0.

Law: RULES.md, `economy/accounts`. Twin: `engine/crates/economy/src/accounts.rs`. Knows no price.
"""

from void_reckoning_reference.turn import Turn


def transfer(turn: Turn, source: int, target: int, amount: int, cause: int, reason: str) -> None:
    """Move `amount` credits, at least 0, between two account slots; 0 leaves no trace.

    `cause` is the sequence number of the event that brought it about, or NONE.
    """
    assert amount >= 0, f"a transfer of {amount}"
    if amount == 0:
        return
    turn.world.accounts[source].balance -= amount
    turn.world.accounts[target].balance += amount
    fields = (("target", target), ("amount", amount))
    turn.emit("transaction", ("account", source), fields, cause, reason)
