"""Watching a turn without changing it: RULES.md part II.

`ledger` what was drawn · `events` what happened · `coverage` which rules fired. Nothing here is
read by a rule: whether anyone watches makes no difference to state.
"""
