"""Functions to compare: each has a right twin, and wrong ones with one fault each."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import msgspec

Count = Annotated[int, range(10_001)]
CRITICAL = 7_300


class Posture(enum.Enum):
    """How a hull moves."""

    STILL = 0
    MOVING = 1


class Place(NamedTuple):
    """A hex."""

    q: int
    r: int


@dataclass
class Hull:
    """A record with a bounded field."""

    hp: Annotated[int, msgspec.Meta(ge=0, le=400)]
    posture: Posture
    names: list[str]


class Fleet(msgspec.Struct):
    """A record of records."""

    at: Place
    hulls: list[Hull]


def damage(hp: Count, attack: Count) -> int:
    """Return the hit points that are left."""
    return max(hp - attack, 0)


def damage_again(hp: Count, attack: Count) -> int:
    """Return the same, written otherwise."""
    return hp - attack if hp > attack else 0


def damage_off_by_one(hp: Count, attack: Count) -> int:
    """Be wrong from one attack on."""
    return max(hp - attack, 0) + (attack >= CRITICAL)


def damage_bool(hp: Count, attack: Count) -> int:
    """Give a bool where 0 or 1 is due."""
    left = max(hp - attack, 0)
    return left if left > 1 else bool(left)


def repaired(fleet: Fleet) -> Fleet:
    """Return the fleet with each hull repaired by one."""
    hulls = [Hull(hull.hp + 1, hull.posture, list(hull.names)) for hull in fleet.hulls]
    return Fleet(fleet.at, hulls)


def repaired_again(fleet: Fleet) -> Fleet:
    """Return the same, written otherwise."""
    answer = Fleet(fleet.at, [])
    for hull in fleet.hulls:
        answer.hulls.append(Hull(1 + hull.hp, hull.posture, hull.names[:]))
    return answer


def repaired_in_place(fleet: Fleet) -> Fleet:
    """Give the same result, and change the argument."""
    answer = repaired(fleet)
    for hull in fleet.hulls:
        hull.hp += 1
    return answer


def repaired_in_place_again(fleet: Fleet) -> Fleet:
    """Do the same, in another order."""
    for hull in fleet.hulls:
        hull.hp += 1
    return Fleet(fleet.at, [Hull(h.hp, h.posture, list(h.names)) for h in fleet.hulls])


def repaired_wrongly(fleet: Fleet) -> Fleet:
    """Forget the second hull."""
    answer = repaired(fleet)
    if len(answer.hulls) > 1:
        answer.hulls[1].hp -= 1
    return answer


def third(value: float) -> float:
    """Divide."""
    return value / 3.0


def third_again(value: float) -> float:
    """Divide by another three."""
    return value / float(3)


def third_rounded(value: float) -> float:
    """Divide in another order of rounding."""
    return value * (1.0 / 3.0)


def parsed(text: str) -> int:
    """Count, or refuse with a ValueError."""
    if not text:
        raise ValueError("nothing to parse")
    return len(text)


def parsed_again(text: str) -> int:
    """Do the same in other words."""
    if text:
        return sum(1 for _ in text)
    raise ValueError("there is no text")


def parsed_with_key_error(text: str) -> int:
    """Refuse by another name."""
    if not text:
        raise KeyError("nothing to parse")
    return len(text)


def counting(count: Annotated[int, range(6)]) -> Iterator[int]:
    """Give numbers and then fail."""
    yield from range(count)
    raise StopAsyncIteration("later")


def counting_again(count: Annotated[int, range(6)]) -> Iterator[int]:
    """Do the same by hand."""
    number = 0
    while number < count:
        yield number
        number += 1
    raise StopAsyncIteration("at last")


def counting_less(count: Annotated[int, range(6)]) -> Iterator[int]:
    """Fail one item sooner once it counts."""
    yield from range(count - (count > 2))
    raise StopAsyncIteration("later")
