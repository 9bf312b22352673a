"""Small seeded changes of a JSON value in place: numbers to boundaries, elements moved about.

Integers are changed as integers and decimal texts as decimal texts, so that a value keeps the
form that its reader expects. It must not know what a value means.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from vr_verify.canonical.json_text import INTEGER_MAX, INTEGER_MIN
from vr_verify.fuzzing.draws import Draws, chosen

BOUNDARIES: Final = (
    0, 1, -1, 2, 10, 255, 256, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, -(2**63),
    2**64 - 1,
)  # fmt: skip
Key = str | int
Place = tuple[Any, Key]
"""A container and where in it a value stands."""

_DEPTH_MAX: Final = 64
_ASKED: Final = 8
_DECIMAL_DIGITS_MAX: Final = 20


def number_of(value: Any) -> int | None:
    """Return the number that an integer or a decimal text stands for; None for all else."""
    if type(value) is int:
        return value
    if isinstance(value, str) and len(value) <= _DECIMAL_DIGITS_MAX:
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and str(int(value)) == value:
            return int(value)
    return None


def like(value: Any, number: int) -> Any:
    """Return a number in the form that `value` has, held within what canonical JSON can say."""
    held = min(max(number, INTEGER_MIN), INTEGER_MAX)
    return str(held) if isinstance(value, str) else held


def leaf_place(root: Any, draws: Draws) -> Place | None:
    """Walk down to a value that holds no others, each branch as likely as its siblings."""
    place: Place | None = None
    value = root
    for _ in range(_DEPTH_MAX):
        keys = _keys(value)
        if not keys:
            break
        key = chosen(draws, keys)
        place, value = (value, key), value[key]
    return place


def list_in(root: Any, draws: Draws) -> list[Any] | None:
    """Walk down as far as a random depth, and return the last list on the way; None if none."""
    found: list[Any] | None = None
    value = root
    for _ in range(_DEPTH_MAX):
        if isinstance(value, list) and value:
            found = value
            if draws.below(2):
                break
        keys = _keys(value)
        if not keys:
            break
        value = value[chosen(draws, keys)]
    return found


def _keys(value: Any) -> list[Key]:
    if isinstance(value, dict):
        return sorted(value)
    return list(range(len(value))) if isinstance(value, list) else []


def change_value(root: Any, elsewhere: Any, draws: Draws) -> bool:
    """Change one value somewhere in `root`; `elsewhere` is where plausible values are taken from.

    Returns whether anything could be changed.
    """
    for _ in range(_ASKED):
        place = leaf_place(root, draws)
        if place is None:
            return False
        container, key = place
        value = container[key]
        changed = _changed(container, key, value, elsewhere, draws)
        if type(changed) is type(value) and changed != value:
            container[key] = changed
            return True
    return False


def _changed(container: Any, key: Key, value: Any, elsewhere: Any, draws: Draws) -> Any:
    """Return another value of the same form."""
    if isinstance(value, bool):
        return not value
    number = number_of(value)
    if number is None or draws.below(4) == 0:
        return _taken(value, key, elsewhere, draws)
    ways: tuple[Callable[[], int], ...] = (
        lambda: chosen(draws, BOUNDARIES),
        lambda: number + chosen(draws, (1, -1, 2, -2, 10, -10)),
        lambda: number * chosen(draws, (2, 3, -1, 16)),
        lambda: number // chosen(draws, (2, 3, 10)),
        lambda: _of_neighbours(container, number, draws),
    )
    return like(value, chosen(draws, ways)())


def _of_neighbours(container: Any, number: int, draws: Draws) -> int:
    """Return the least or the greatest number that stands beside this one."""
    beside = container if isinstance(container, list) else list(container.values())
    numbers = [found for item in beside if (found := number_of(item)) is not None]
    return chosen(draws, (min(numbers, default=number), max(numbers, default=number)))


def _taken(value: Any, key: Key, elsewhere: Any, draws: Draws) -> Any:
    """Return a value of the same form from elsewhere, one of the same key if it is met."""
    met: Any = value
    for container, other in _leaves(elsewhere, draws):
        item = container[other]
        if type(item) is type(value) and item != value:
            if other == key or isinstance(key, int):
                return item
            met = item
    return met


def _leaves(root: Any, draws: Draws) -> Iterator[Place]:
    for _ in range(_ASKED):
        if (place := leaf_place(root, draws)) is not None:
            yield place


def change_list(root: Any, draws: Draws) -> bool:
    """Remove, double or swap elements of one list somewhere in `root`.

    Returns whether there was a list to change.
    """
    listed = list_in(root, draws)
    if listed is None:
        return False
    at, other = draws.below(len(listed)), draws.below(len(listed))
    match draws.below(4):
        case 0:
            del listed[at]
        case 1:
            listed.insert(other, _copied(listed[at]))
        case 2:
            listed[at], listed[other] = listed[other], listed[at]
        case _:
            first, last = sorted((at, other))
            del listed[first : last + 1]
    return True


def _copied(value: Any) -> Any:
    """Copy a JSON value, so that a later change of one does not change the other."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value
