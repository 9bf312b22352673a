"""Invariants of one universe's world, one file and one function each. They read only.

`conservation` · `references` · `range` · `one_place` · `legal_phase`. Law: RULES.md, part IV.
Knows no turn.
"""

from typing import NamedTuple


class Finding(NamedTuple):
    """What breaks an invariant: an entity as text, or empty, and the message of RULES.md."""

    entity: str
    message: str
