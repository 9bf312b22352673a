"""Invariant `conservation`: money is moved, never made or lost.

Law: RULES.md, part IV. Twin: `engine/crates/global-auditor/src/conservation.rs`. Reads only.
"""

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.world import World


def conservation(world: World) -> list[Finding]:
    """Find a sum of all live accounts that is not 0."""
    total = sum(account.balance for account in world.accounts if account.alive)
    return [] if total == 0 else [Finding("", f"balances sum to {total}, expected 0")]
