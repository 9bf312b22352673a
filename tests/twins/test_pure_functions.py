"""Each pure function of RULES.md, Rust against the reference, over its whole proven range.

`vr_verify.twin` compares them, as it would any two functions; a planted fault shows that it finds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vr_verify
from tests.golden.catalogue import FUNCTIONS
from tests.golden.faces import ask_native, ask_reference
from tests.golden.parameters import Function, Key, Kind, Number, OneOf
from void_reckoning_reference.economy.upkeep import refund
from vr_verify.twin import Choices, Integers, Strings, TwinVerdict
from vr_verify.twin.domains import Domain

EXAMPLES = 150
Answers = Callable[[str, tuple[Any, ...]], Any]


def domain(kind: Kind) -> Domain:
    """Return a kind of argument of the catalogue as a domain."""
    match kind:
        case Number(low, high):
            return Integers(low, high)
        case OneOf(values):
            return Choices(values)
        case Key():
            return Strings(bytes, 32, 32)
    raise AssertionError(f"an unknown kind: {kind}")


def compared(place: str, left: Answers, right: Answers, **options: Any) -> TwinVerdict:
    """Compare two ways to answer for a function of the catalogue, over its whole domain."""
    options.setdefault("examples", EXAMPLES)
    function = FUNCTIONS[place]
    if isinstance(function, Function):
        given: Any = {name: domain(kind) for name, kind in function.parameters.items()}
        sides = [lambda *own, ask=ask: ask(place, own) for ask in (left, right)]
        options["where"] = function.holds
    else:
        # What is made of lists and texts comes from the catalogue's strategy as a whole.
        given = {"arguments": function.strategy()}
        options["cases"] = {comment: (own,) for comment, own in function.examples}
        sides = [lambda arguments, ask=ask: ask(place, arguments) for ask in (left, right)]
    options = {"examples": EXAMPLES} | options
    return vr_verify.twin(*sides, given=given, function=place, **options)


@pytest.mark.parametrize("place", sorted(FUNCTIONS))
def test_the_twins_agree(place: str) -> None:
    verdict = compared(place, ask_reference, ask_native)
    assert verdict.agreed, verdict.text
    # A domain may be smaller than the examples asked for.
    assert verdict.cases.searched >= 50
    assert verdict.called_twice >= 10


def wrong_at_one_boundary(cost: int, share: int) -> int:
    """Give back one too much where everything is given back."""
    return refund(cost, share) + (share == 2**32)


def wrong_from_one_cost_on(cost: int, share: int) -> int:
    """Be off by one from a million on."""
    return refund(cost, share) - (cost > 10**6)


def rounded_up(cost: int, share: int) -> int:
    """Round to the wrong side."""
    return -(-cost * share >> 32)


@pytest.mark.parametrize(
    ("fault", "simplest"),
    [
        (wrong_at_one_boundary, {"cost": "0", "share": "4294967296"}),
        (wrong_from_one_cost_on, {"cost": "1000001", "share": "0"}),
        (rounded_up, {"cost": "1", "share": "1"}),
    ],
)
def test_a_planted_fault_is_shrunk_to_its_boundary(
    fault: Any, simplest: dict[str, str], tmp_path: Path
) -> None:
    place = "economy/upkeep.refund"
    assert compared(place, ask_reference, ask_native, kept=tmp_path).agreed
    verdict = compared(place, lambda _, own: fault(*own), ask_native, kept=tmp_path)
    assert verdict.counterexample is not None, verdict.text
    assert verdict.counterexample.arguments == simplest
    # The find is replayed first from now on; the true twins pass it.
    again = compared(place, lambda _, own: fault(*own), ask_native, kept=tmp_path)
    assert (again.outcome, again.cases.compared, again.cases.kept) == ("diverged", 1, 1)
    clean = compared(place, ask_reference, ask_native, kept=tmp_path)
    assert (clean.outcome, clean.cases.kept) == ("agreed", 1)


def test_a_planted_fault_in_bytes_is_found() -> None:
    place = "shared/codec.encode_ledger"
    assert compared(place, ask_reference, ask_native).agreed

    def bent(name: str, own: tuple[Any, ...]) -> Any:
        answer = ask_native(name, own)
        return answer[:-1] if len(own[0]) > 1 else answer

    verdict = compared(place, ask_reference, bent, cases={})
    assert verdict.outcome == "diverged"
    assert verdict.counterexample is not None
    assert verdict.counterexample.kind == "value"
