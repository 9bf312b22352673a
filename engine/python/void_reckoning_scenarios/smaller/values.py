"""Values made plain: whole groups first, then parts of a group, then numbers half-way there.

Law: PROTOCOL.md, section 6.5, point 2: the distance from what is plain (`plain`) falls each time.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from void_reckoning_scenarios.smaller.case import Case, write_scenario
from void_reckoning_scenarios.smaller.commands import shift_generations
from void_reckoning_scenarios.smaller.mend import mend
from void_reckoning_scenarios.smaller.plain import Atom, Path, Plain, at, atoms
from void_reckoning_scenarios.smaller.plans import Made, Plan, parts

_Changes = list[tuple[Path, Plain]]
# state, universes, position, tables, table, generation, slot
_GENERATION_PATH_LENGTH = 7


def value_plans(case: Case) -> Iterator[Plan]:
    """Give the plans that make values plain."""
    groups = [list(members) for _, members in groupby(atoms(case), lambda atom: atom.group)]
    for members in groups:
        yield _plan(case, members)
    for members in groups:
        for part in parts(members):
            if len(part) < len(members):
                yield _plan(case, part)
    for members in groups:
        for atom in members:
            half = _half_way(case, atom)
            if half is not None:
                yield f"half of {atom.name}", partial(_made, case, [half])


def _plan(case: Case, members: Sequence[Atom]) -> Plan:
    changes = [change for atom in members for change in atom.parts]
    name = members[0].name
    if len(members) > 1:
        name = f"{len(members)} values of {members[0].group}: {name} and on"
    return name, partial(_made, case, changes)


def _half_way(case: Case, atom: Atom) -> tuple[Path, Plain] | None:
    """Return a single number half-way to plain; None where that is plain itself, or a code."""
    (path, plain), more = atom.parts[0], len(atom.parts) > 1
    found = at(case.value, path)
    if more or not isinstance(plain, int) or "owner" in path or "class" in path:
        return None
    distance = abs(found - plain) // 2
    return (path, plain + (distance if found > plain else -distance)) if distance else None


def _made(case: Case, changes: _Changes) -> Made:
    value = case.fresh()
    added = {}
    for path, new in changes:
        holder: Any = at(value, path[:-1])
        if len(path) == _GENERATION_PATH_LENGTH and path[5] == "generation":
            assert isinstance(new, int), "a generation is a number"
            added[int(path[2]), str(path[4]), int(path[6])] = new - holder[path[-1]]
        holder[path[-1]] = new
    mend(value)
    turns = shift_generations(case, added) if added else case.turns
    return write_scenario(value), None if turns == case.turns else turns
