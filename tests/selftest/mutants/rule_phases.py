"""Which phases a rule of the reference takes part in, as RULES.md, part III, says it.

A changed rule may show in these phases first and in no other. Written by hand from the law, not
from the code, so that it can contradict the code.
"""

from typing import Final

_PLACED: Final = {"orders", "decision"}
_PAID: Final = {"orders", "decision", "economy"}
_DRAWN: Final = {"decision", "combat"}
_WAYS: Final = {"orders", "decision", "movement"}
_STANDING: Final = {"decision", "economy", "movement", "combat", "invasion"}

_FILES: Final[dict[str, set[str]]] = {
    "combat_resolver/recharge.py": {"recharge"},
    "decision/orders.py": {"orders"},
    "decision/mind.py": {"decision"},
    "economy/accounts.py": _PAID,
    "economy/upkeep.py": {"economy"},
    "economy/production.py": {"production"},
    "pathfinding/route.py": _WAYS,
    "pathfinding/movement.py": {"movement"},
    "combat_resolver/damage.py": {"combat"},
    "combat_resolver/battle.py": {"combat"},
    "combat_resolver/invasion.py": {"invasion"},
    "campaign/cleanup.py": {"cleanup"},
    "campaign/victory.py": {"victory"},
    "fleets.py": _STANDING,
    "routes.py": _WAYS,
    "shared/fx.py": {"decision", "economy", "combat"},
    "shared/stream.py": _DRAWN,
}
# Where one function of a file takes part in other phases than the rest.
_FUNCTIONS: Final[dict[tuple[str, str], set[str]]] = {
    ("economy/production.py", "place_build"): _PLACED,
    ("economy/production.py", "_yards"): _PLACED,
    ("economy/production.py", ""): _PLACED | {"production"},
    ("pathfinding/route.py", "next_hop"): {"movement"},
    ("fleets.py", "fit_units"): {"economy"},
    ("fleets.py", "owners_by_system"): {"economy", "movement"},
    ("shared/fx.py", "mul_floor"): _DRAWN,
    ("shared/fx.py", "div_floor"): _DRAWN,
    ("shared/fx.py", "from_int"): {"decision"},
    ("shared/fx.py", "scale_floor"): {"economy"},
    ("shared/stream.py", "bounded"): {"combat"},
}
# No phase asks for these; their vectors hold them (`golden/vectors`).
UNPLAYED: Final = frozenset(
    {
        ("shared/fx.py", "sqrt_floor"),
        ("shared/fx.py", "to_int_floor"),
        ("shared/fx.py", "ratio_floor"),
        ("shared/stream.py", "block"),
        ("shared/stream.py", "draw_at"),
    }
)
FILES: Final = tuple(_FILES)
"""The files of the rules below the reference's folder, in the order of a turn."""


def phases_of(file: str, function: str) -> frozenset[str]:
    """Return the phases that a function of a rule's file takes part in; KeyError for no rule."""
    return frozenset(_FUNCTIONS.get((file, function), _FILES[file]))
