"""Domains and type hints: what is made belongs to its domain, what is simpler stays inside."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal, NewType

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.twin.hulls import Fleet, Hull, Place, Posture
from vr_verify.errors import UsageError
from vr_verify.twin import Choices, Floats, Integers, Items, Strings
from vr_verify.twin.domains import Domain, Searched
from vr_verify.twin.hints import domain_of, given_domain

Credits = NewType("Credits", int)

HINTS: list[Any] = [
    int,
    bool,
    float,
    str,
    bytes,
    None,
    Posture,
    Place,
    Hull,
    Fleet,
    Credits,
    Literal["a", 3],
    list[int],
    tuple[int, ...],
    tuple[int, str],
    set[int],
    frozenset[bool],
    dict[str, int],
    Mapping[int, list[bool]],
    Sequence[Place],
    int | None,
    list[float] | None,
    Annotated[int, range(3, 9)],
    Annotated[int, msgspec.Meta(gt=3, lt=9)],
    Annotated[float, msgspec.Meta(ge=0, lt=1)],
    Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)],
    Annotated[list[int], msgspec.Meta(min_length=2)],
    Annotated[int, msgspec.Meta(ge=0, le=2**64 - 1)],
]


def numbers(seed: int) -> Iterator[int]:
    """Give u64 numbers that do not end."""
    return ((seed + 7919 * step) * 0x9E3779B97F4A7C15 % 2**64 for step in itertools.count())


@pytest.mark.parametrize("hint", HINTS, ids=str)
def test_what_a_hint_makes_belongs_to_its_domain(hint: Any) -> None:
    domain = domain_of(hint)
    assert domain.drawable
    values = [domain.usual(), *domain.boundaries()]
    values += [domain.drawn(numbers(seed)) for seed in range(50)]
    assert len(values) > 50
    for value in values:
        assert domain.holds(value), value
        simpler = list(itertools.islice(domain.simpler(value), 60))
        assert all(map(domain.holds, simpler)), (value, simpler)
    assert not domain.holds(object())
    msgspec.json.encode(domain.described())


@pytest.mark.parametrize("hint", [int, Hull, dict[str, int], set[int], tuple[int, str]], ids=str)
def test_hypothesis_draws_from_the_same_domain(hint: Any) -> None:
    domain = domain_of(hint)
    drawn = []

    @settings(max_examples=40, database=None)
    @given(domain.strategy())
    def draw(value: Any) -> None:
        drawn.append(value)

    draw()
    assert len(drawn) > 20
    assert all(map(domain.holds, drawn))


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (domain_of(int), 2**63 - 1, 2**63),
        (domain_of(int), 1, True),
        (domain_of(HINTS[-1]), 2**64 - 1, -1),
        (domain_of(Annotated[int, msgspec.Meta(gt=3, lt=9)]), 4, 3),
        (Floats(0.0, 1.0), 1.0, float("nan")),
        (domain_of(float), float("nan"), 1),
        (Strings(bytes, 2, 2), b"ab", b"abc"),
        (Items(Integers(0, 3)), [3], [4]),
        (Choices((1, 2)), 1, True),
        (domain_of(int | None), None, "x"),
    ],
)
def test_a_domain_ends_where_it_says(domain: Domain, inside: Any, outside: Any) -> None:
    assert domain.holds(inside)
    assert not domain.holds(outside)


@pytest.mark.parametrize("start", [2**63 - 1, -(2**63), 12345, -7])
def test_simpler_integers_lead_to_any_boundary(start: int) -> None:
    for limit in (1, 7300, 2**31, abs(start)):
        if limit > abs(start):
            continue
        sign = 1 if start > 0 else -1
        value = start
        while smaller := next(
            (v for v in Integers(-(2**63), 2**63 - 1).simpler(value) if v * sign >= limit), None
        ):
            value = smaller
        assert value == sign * limit


def test_what_nobody_knows_is_left_to_hypothesis_or_refused() -> None:
    assert isinstance(domain_of(Fraction), Searched)
    assert isinstance(given_domain(st.integers()), Searched)
    with pytest.raises(UsageError, match="no values can be made"):
        domain_of(Any)

    class Untyped(tuple[int, ...]):
        _fields = ("a",)

    with pytest.raises(UsageError, match="without a type: a"):
        domain_of(Untyped)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (range(3, 9), Integers(3, 8)),
        (range(0, 9, 4), Choices((0, 4, 8))),
        ([7, 9], Choices((7, 9))),
        (Integers(1, 2), Integers(1, 2)),
        (bool, Choices((False, True))),
    ],
)
def test_what_a_caller_gives_is_a_domain(value: Any, expected: Domain) -> None:
    assert given_domain(value) == expected
