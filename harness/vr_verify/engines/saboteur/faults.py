"""The catalogue of faults, and a lie as a build's text asks for it: `FAULT[TABLE.COLUMN]@TURN`.

It must not know how a lie is told; `lies.py`, `proxy.py` and `breakdown.py` do.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """What a fault does, what it takes, and how long it goes on.

    `needs`: capabilities of the wrapped engine. `lasts`: a run that starts behind its turn meets
    it too. `alters`: it makes one value false, whose column the caller may choose.
    """

    says: str
    needs: tuple[str, ...] = ()
    lasts: bool = False
    alters: bool = False


FAULTS: Final[dict[str, Fault]] = {
    "field": Fault(
        "from the turn on, one value of one live entity is wrong; the digest agrees with it",
        lasts=True,
        alters=True,
    ),
    "order": Fault(
        "from the turn on, two rows' values are swapped; the digest agrees with it", lasts=True
    ),
    "draw": Fault("in the turn, the ledger holds one draw more; no state changes", ("draws",)),
    "late": Fault("in the turn, the digest is that of the turn before", ("digest",)),
    "digest-of-truth": Fault(
        "from the turn on, one value is wrong; the digest is that of the truth",
        ("digest",),
        lasts=True,
        alters=True,
    ),
    "wrong-digest": Fault("in the turn, the digest is wrong; the state is right", ("digest",)),
    "planted": Fault(
        "after the turn, one value is made wrong in the engine itself, which goes on from it",
        ("snapshot",),
        alters=True,
    ),
    "lost-in-restore": Fault(
        "a restore of the turn or a later one leaves one column at zero",
        ("snapshot",),
        lasts=True,
        alters=True,
    ),
    "swallowed-command": Fault(
        "from the turn on, the first step that has commands plays without them", lasts=True
    ),
    "no-digest": Fault("from the turn on, the declared digest is missing", ("digest",), lasts=True),
    "right-until-asked-twice": Fault(
        "from the turn on, one value is wrong whenever the same values are read a second time",
        lasts=True,
        alters=True,
    ),
    "right-only-when-watched": Fault(
        "from the turn on, the digest is wrong unless phases are asked for",
        ("digest", "phases"),
        lasts=True,
    ),
    "right-only-when-stepped": Fault(
        "from the turn on, the digest is wrong where whole turns are played by one call",
        ("digest",),
        lasts=True,
    ),
    "false-node": Fault(
        "from the turn on, one value is wrong; the digest and the tops of the trees agree with it, "
        "nodes below them do not",
        ("tree",),
        lasts=True,
        alters=True,
    ),
    "row-left-out": Fault(
        "in the turn, one row that it has changed is in neither its changed rows nor its sketch",
        ("changed_rows",),
    ),
    "crash": Fault("the turn's last answer is an abort"),
    "hang": Fault("the turn's last answer never comes"),
    "growth": Fault("the turn's last answer takes memory, 64 MiB at a time, up to 2 GiB"),
    "torn-frame": Fault("half of the turn's last answer, then the end"),
    "garbage-frame": Fault("in place of the turn's last answer come bytes that are no frame"),
    "none": Fault("nothing is false: the control of all others", lasts=True),
}
FORM: Final = "saboteur:FAULT@TURN:ENGINE"
_HEAD: Final = re.compile(r"([a-z-]+)(?:\[([^\[\].:@]+)\.([^\[\].:@]+)\])?@([0-9]{1,20})")
_BUILD: Final = re.compile(rf"saboteur:({_HEAD.pattern}):")


@dataclass(frozen=True, slots=True)
class Lie:
    """A fault, the turn that it is about, and the column (table, column) if one was chosen."""

    fault: str
    turn: int
    column: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """The lie as it is written."""
        chosen = "" if self.column is None else f"[{'.'.join(self.column)}]"
        return f"{self.fault}{chosen}@{self.turn}"

    @property
    def lasts(self) -> bool:
        """Whether a run that starts behind the turn meets it too."""
        return FAULTS[self.fault].lasts

    def is_due(self, turn: int) -> bool:
        """Whether a run that comes to the end of this turn meets it there."""
        return turn >= self.turn if self.lasts else turn == self.turn


def read_lie(text: str) -> Lie:
    """Read `FAULT@TURN` or `FAULT[TABLE.COLUMN]@TURN`; ValueError says what was expected."""
    match = _HEAD.fullmatch(text)
    if match is None or match[1] not in FAULTS:
        raise ValueError(f"expected {FORM} with a fault of {', '.join(FAULTS)}")
    fault, table, column, turn = match.groups()
    if int(turn) < 1:
        raise ValueError(f"the fault {fault}: expected a turn from 1, found {turn}")
    if table and not FAULTS[fault].alters:
        altering = ", ".join(name for name, one in FAULTS.items() if one.alters)
        raise ValueError(f"the fault {fault} alters no column; these do: {altering}")
    return Lie(fault, int(turn), (table, column) if table else None)


def lies_of(build: str) -> list[Lie]:
    """List the lies that a build's text asks for, the outermost first."""
    found: list[Lie] = []
    while (match := _BUILD.match(build)) is not None:
        found.append(read_lie(match[1]))
        build = build[match.end() :]
    return found
