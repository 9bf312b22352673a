"""Two functions compared: each fault is found and made simple, and its clean twin agrees."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

import vr_verify
from tests.harness.twin import hulls
from vr_verify.errors import UsageError
from vr_verify.twin import Floats, Integers, Tolerance, TwinVerdict


def found(verdict: TwinVerdict) -> Any:
    """Return the counterexample of a verdict."""
    assert verdict.counterexample is not None, verdict.text
    return verdict.counterexample


def test_an_off_by_one_is_shrunk_to_the_boundary() -> None:
    clean = vr_verify.twin(hulls.damage, hulls.damage_again)
    assert (clean.outcome, clean.counterexample) == ("agreed", None)
    assert clean.cases.compared > 300
    verdict = vr_verify.twin(hulls.damage, hulls.damage_off_by_one)
    assert verdict.outcome == "diverged"
    example = found(verdict)
    assert example.arguments == {"hp": "0", "attack": "7300"}
    assert example.results == {"left": "0", "right": "1"}
    assert (example.kind, example.path) == ("value", "$")


def test_hypothesis_alone_shrinks_to_the_same_boundary() -> None:
    only = {"given": {name: st.integers(0, 10_000) for name in ("hp", "attack")}}
    assert vr_verify.twin(hulls.damage, hulls.damage_again, **only).cases.searched == 300
    verdict = vr_verify.twin(hulls.damage, hulls.damage_off_by_one, **only)
    assert found(verdict).arguments == {"hp": "0", "attack": "7300"}
    assert found(verdict).found_by == "searched"


def test_the_same_work_gives_the_same_bytes() -> None:
    pairs = [vr_verify.twin(hulls.damage, hulls.damage_bool, seed=5) for _ in range(2)]
    assert msgspec.json.encode(pairs[0]) == msgspec.json.encode(pairs[1])
    assert pairs[0].outcome == "diverged"
    other = vr_verify.twin(hulls.damage, hulls.damage_bool, seed=6)
    assert msgspec.json.encode(other) != msgspec.json.encode(pairs[0])


@pytest.mark.parametrize(
    ("right", "kind", "path"),
    [
        (hulls.repaired_in_place, "argument", "fleet.hulls[0].hp"),
        (hulls.repaired_wrongly, "value", "$.hulls[1].hp"),
    ],
)
def test_records_are_made_from_hints_and_descended(right: Any, kind: str, path: str) -> None:
    assert vr_verify.twin(hulls.repaired, hulls.repaired_again, examples=40).agreed
    example = found(vr_verify.twin(hulls.repaired, right))
    assert (example.kind, example.path) == (kind, path)
    assert "tests.harness.twin.hulls.Fleet(at=" in example.arguments["fleet"]


def test_a_change_of_arguments_that_both_make_is_agreement_and_said() -> None:
    assert vr_verify.twin(hulls.repaired, hulls.repaired_again, examples=40).changed is None
    verdict = vr_verify.twin(hulls.repaired_in_place, hulls.repaired_in_place_again, examples=40)
    assert (verdict.outcome, verdict.changed) == ("agreed", ("fleet",))
    assert "both change their arguments alike: fleet" in verdict.text


def test_exceptions_agree_by_name_and_stage() -> None:
    def otherwise(text: str) -> int:
        if not text:
            raise ValueError("in other words")
        return len(text)

    verdict = vr_verify.twin(hulls.parsed, otherwise)
    assert verdict.agreed
    assert verdict.raised is not None
    assert verdict.raised["ValueError"] >= 1
    assert "both raise ValueError" in verdict.text
    example = found(vr_verify.twin(hulls.parsed, hulls.parsed_with_key_error))
    assert (example.kind, example.arguments) == ("exception", {"text": "''"})
    assert example.results["right"].startswith("raises KeyError")


def test_an_iterators_exception_has_its_place() -> None:
    verdict = vr_verify.twin(hulls.counting, hulls.counting_again)
    assert verdict.outcome == "nothing_compared", "all cases raise"
    example = found(vr_verify.twin(hulls.counting, hulls.counting_less))
    assert example.arguments == {"count": "3"}
    assert example.results["left"] == "raises StopAsyncIteration at item 3: later"


def test_a_tolerance_is_counted_declared_and_needed() -> None:
    exact = vr_verify.twin(hulls.third, hulls.third_rounded)
    assert (exact.outcome, found(exact).path) == ("diverged", "$")
    near = Tolerance("multiplied by the inverse", relative=1e-15, absolute=5e-324)
    verdict = vr_verify.twin(hulls.third, hulls.third_rounded, tolerances=[near])
    assert verdict.agreed, verdict.text
    assert verdict.tolerances is not None
    (use,) = verdict.tolerances
    assert 0 < use.used < use.compared
    assert f"{use.used} of {use.compared} within tolerance" in verdict.text
    unused = vr_verify.twin(hulls.third, hulls.third_again, tolerances=[near])
    assert unused.outcome == "violated"
    assert "never needed" in str(unused.message)
    few = Tolerance("as above", relative=1e-15, absolute=5e-324, uses_max=1)
    assert vr_verify.twin(hulls.third, hulls.third_rounded, tolerances=[few]).outcome == "violated"


def test_a_tolerance_too_narrow_does_not_hide_a_difference() -> None:
    near = Tolerance("a little", relative=1e-9)
    reals = {"x": Floats(0.0, 1e8)}
    assert vr_verify.twin(lambda x: x, lambda x: x, given=reals).agreed
    apart = vr_verify.twin(lambda x: x, lambda x: x + (x > 1e6), given=reals, tolerances=[near])
    assert apart.outcome == "diverged"
    path = Tolerance("only the second", absolute=2, path="$[1]")
    pair: Callable[[int], Any] = lambda x: (x, x)  # noqa: E731 - two functions of one line
    given = {"x": range(100)}
    second = vr_verify.twin(pair, lambda x: (x, x + 1), given=given, tolerances=[path])
    assert second.agreed
    first = vr_verify.twin(pair, lambda x: (x + 1, x), given=given, tolerances=[path])
    assert found(first).path == "$[0]"


def test_a_side_that_differs_from_itself_is_intermittent() -> None:
    calls = iter(range(10**6))

    def drifting(hp: hulls.Count, attack: hulls.Count) -> int:
        return hulls.damage(hp, attack) + (next(calls) % 40 == 39)

    assert vr_verify.twin(hulls.damage, hulls.damage_again).outcome == "agreed"
    for pair in ((hulls.damage, drifting), (drifting, hulls.damage), (drifting, partial(drifting))):
        verdict = vr_verify.twin(*pair)
        assert verdict.outcome == "intermittent", verdict.text
        assert found(verdict).side == ("right" if pair[0] is hulls.damage else "left")
        assert set(found(verdict).values) == {"first", "again"}


def test_a_panic_is_a_crash_even_where_both_do() -> None:
    panic = type("PanicException", (BaseException,), {})

    def panics(hp: hulls.Count) -> int:
        if hp > 9000:
            raise panic("overflow")
        return hp

    assert vr_verify.twin(lambda hp: hp, lambda hp: hp, given={"hp": hulls.Count}).agreed
    for left in (partial(panics), lambda hp: hp):
        verdict = vr_verify.twin(left, panics, given={"hp": hulls.Count})
        assert verdict.outcome == "crashed"
        assert found(verdict).arguments == {"hp": "9001"}


def test_what_is_made_simpler_stays_a_fault_of_its_kind() -> None:
    panic = type("PanicException", (BaseException,), {})

    def differs_before_it_panics(hp: hulls.Count) -> int:
        if hp > 9000:
            raise panic("overflow")
        return hp + (hp > 4000)

    verdict = vr_verify.twin(lambda hp: hp, differs_before_it_panics)
    assert (verdict.outcome, found(verdict).arguments) == ("crashed", {"hp": "9001"})

    def differs(hp: hulls.Count) -> int:
        return hp + (hp > 4000)

    verdict = vr_verify.twin(lambda hp: hp, differs)
    assert (verdict.outcome, found(verdict).arguments) == ("diverged", {"hp": "4001"})


def test_an_interrupt_is_no_answer() -> None:
    def interrupted(hp: hulls.Count, attack: hulls.Count) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vr_verify.twin(interrupted, hulls.damage)


def test_nothing_compared_is_no_agreement() -> None:
    nothing = vr_verify.twin(hulls.damage, hulls.damage_again, where=lambda hp, attack: False)
    assert (nothing.outcome, nothing.message) == ("nothing_compared", "no case was compared")
    assert nothing.cases.refused > 0
    assert vr_verify.twin(hulls.damage, hulls.damage_again, examples=0, drawn=0).agreed
    searched = {"given": {"x": st.integers()}}
    none = vr_verify.twin(lambda x: x, lambda x: x, examples=0, **searched)
    assert none.outcome == "nothing_compared"
    assert vr_verify.twin(lambda x: x, lambda x: x, examples=1, **searched).agreed


def test_a_precondition_holds_for_every_case() -> None:
    seen = []

    def ordered(low: hulls.Count, high: hulls.Count) -> int:
        seen.append((low, high))
        return high - low

    verdict = vr_verify.twin(
        ordered, lambda low, high: high - low + (low > 40), where=lambda low, high: low <= high
    )
    assert found(verdict).arguments == {"low": "41", "high": "41"}
    assert seen
    assert all(low <= high for low, high in seen)


def test_cases_of_the_caller_come_with_their_name() -> None:
    cases = {"the one that failed in March": (9, 3)}
    with pytest.raises(UsageError, match="expected 2 arguments, found 1"):
        vr_verify.twin(hulls.damage, hulls.damage_again, cases={"too few": (1,)})
    assert (
        vr_verify.twin(hulls.damage, hulls.damage_again, cases=cases, examples=0).cases.named == 1
    )
    wrong = vr_verify.twin(
        hulls.damage, lambda hp, attack: 6 * (hp != 9), cases=cases, examples=0, drawn=0
    )
    assert found(wrong).found_by == "named"


def test_parameters_with_defaults_are_also_left_out() -> None:
    def dealt(hp: hulls.Count, *, share: hulls.Count = 100) -> int:
        return hp * share // 100

    def dealt_with_another_default(hp: hulls.Count, *, share: hulls.Count = 50) -> int:
        return hp * share // 100

    def dealt_again(hp: hulls.Count, *, share: hulls.Count = 100) -> int:
        return share * hp // 100

    assert vr_verify.twin(dealt, dealt_again).agreed
    example = found(vr_verify.twin(dealt, dealt_with_another_default))
    assert set(example.arguments) == {"hp"}
    assert example.call == "dealt(1)"


@pytest.mark.parametrize(
    ("left", "right", "options", "message"),
    [
        (lambda x: x, lambda x: x, {}, "parameter x has no type hint"),
        (hulls.damage, lambda hp: hp, {}, "the right function does not take"),
        (
            hulls.damage,
            hulls.damage_again,
            {"given": {"armour": int}},
            "no parameter is called armour",
        ),
        (hulls.damage, hulls.damage_again, {"examples": -1}, "examples of 0 or more"),
        (hulls.damage, hulls.damage_again, {"given": {"hp": []}}, "an empty one"),
        (lambda x: object(), lambda x: object(), {"given": {"x": int}}, "give view="),
    ],
)
def test_what_makes_no_sense_is_refused(
    left: Any, right: Any, options: dict[str, Any], message: str
) -> None:
    assert vr_verify.twin(hulls.damage, hulls.damage_again, examples=5).agreed
    with pytest.raises(UsageError, match=message):
        vr_verify.twin(left, right, **options)
    with pytest.raises(UsageError, match="no option is called exampels"):
        vr_verify.twin(hulls.damage, hulls.damage_again, exampels=5)  # type: ignore[call-arg]


def test_native_functions_without_hints_take_those_of_the_other_side() -> None:
    def floor(x: float) -> int:
        return int(x) - (x < int(x))

    finite = {"x": Integers(-(2**40), 2**40)}
    assert vr_verify.twin(floor, math.floor, given=finite).agreed
    bounded = {"x": st.floats(-1e9, 1e9)}
    assert vr_verify.twin(floor, math.floor, given=bounded).agreed
    assert found(vr_verify.twin(floor, math.trunc, given=bounded)).kind == "value"


def test_a_message_of_many_lines_stays_on_one() -> None:
    def loud(hp: hulls.Count) -> int:
        raise ValueError("first\n\x1b[31msecond")

    example = found(vr_verify.twin(loud, lambda hp: hp))
    assert example.results["left"] == "raises ValueError: first  [31msecond"
