"""What two sides may be: one function twice is no comparison, and what cannot be called is none."""

import math
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import vr_verify
from tests.harness.twin import hulls
from vr_verify.errors import UsageError
from vr_verify.twin import check_vectors
from vr_verify.twin.sameness import one_function


def scaled(factor: Any) -> Callable[[int], int]:
    """Make a function over a value of its own."""

    def scale(value: hulls.Count) -> int:
        return int(value * factor)

    return scale


class Ship:
    """Something with a method."""

    def turned(self, by: hulls.Count) -> int:
        """Turn."""
        return by % 6


SHIP, NUMBERS = Ship(), [1, 2]


@pytest.mark.parametrize(
    ("left", "same", "other"),
    [
        (hulls.damage, hulls.damage, hulls.damage_again),
        (scaled(3), scaled(3), scaled(4)),
        (scaled(3), scaled(3), scaled(True)),
        (scaled(NUMBERS), scaled(NUMBERS), scaled([1, 2])),
        (scaled(scaled(3)), scaled(scaled(3)), scaled(scaled(4))),
        (SHIP.turned, SHIP.turned, Ship().turned),
        (math.floor, math.floor, math.trunc),
        (NUMBERS.index, NUMBERS.index, [1, 2].index),
        (len, len, partial(len)),
    ],
)
def test_one_function_is_told_from_another(left: Any, same: Any, other: Any) -> None:
    assert one_function(left, same)
    assert not one_function(left, other)


def test_one_function_twice_is_no_agreement(tmp_path: Path) -> None:
    path = tmp_path / "damage.json"
    verdict = vr_verify.twin(hulls.damage, hulls.damage, vectors=path)
    assert (verdict.outcome, verdict.cases.compared) == ("nothing_compared", 0)
    assert "left and right are one function" in verdict.text
    assert not path.exists(), "what nobody compared is no golden answer"
    assert vr_verify.twin(scaled(3), scaled(3)).outcome == "nothing_compared"
    assert vr_verify.twin.at(hulls.damage, hulls.damage, 3, 2).outcome == "nothing_compared"
    assert vr_verify.twin(hulls.damage, hulls.damage_again, vectors=path).agreed
    assert path.exists()
    assert vr_verify.twin.at(hulls.damage, hulls.damage_again, 3, 2).agreed


def test_who_means_it_wraps_one_side() -> None:
    verdict = vr_verify.twin(hulls.damage, partial(hulls.damage))
    assert verdict.agreed, verdict.text
    assert verdict.cases.compared > 300


_PORT = """
import vr_verify
from slow import f as left
try:
    from native import f as right
except ImportError:
    from slow import f as right
print(vr_verify.twin(left, right, examples=5).outcome)
"""


def test_a_port_that_is_not_there_is_not_taken_for_it(tmp_path: Path) -> None:
    source = "def f(x: int) -> int: return x\n"
    (tmp_path / "slow.py").write_text(source)
    (tmp_path / "port.py").write_text(_PORT)
    said = []
    for native in (None, source):
        if native is not None:
            (tmp_path / "native.py").write_text(native)
        argv = [sys.executable, "-B", "port.py"]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=tmp_path)
        said.append(done.stdout.strip())
    assert said == ["nothing_compared", "agreed"]


def test_a_side_that_cannot_be_called_is_refused(tmp_path: Path) -> None:
    five: Any = 5
    with pytest.raises(UsageError, match=r"the right side: expected a function, found 5 \(int\)"):
        vr_verify.twin(hulls.damage, five)
    with pytest.raises(UsageError, match=r"the left side: expected a function, found 5 \(int\)"):
        vr_verify.twin.at(five, hulls.damage, 3, 2)
    with pytest.raises(UsageError, match="the right side: expected a function"):
        check_vectors(five, tmp_path / "none.json")
    assert vr_verify.twin(hulls.damage, hulls.damage_again, examples=5).agreed


class Opaque:
    """An object without an equality of its own."""

    def __init__(self, size: int) -> None:
        self.size = size


class Plain(Opaque):
    """The same with one."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other.size == self.size

    __hash__ = None  # type: ignore[assignment] - equal objects, and they can change


def test_a_parameter_that_cannot_be_compared_is_called_one() -> None:
    def size(x: Opaque) -> int:
        return x.size

    def size_again(x: Opaque) -> int:
        return 0 + x.size

    with pytest.raises(UsageError, match="parameter x: cannot tell whether a call changed it") as c:
        vr_verify.twin(size, size_again, given={"x": [Opaque(3)]})
    assert "objects of type Opaque" in c.value.message
    assert "result" not in c.value.message
    assert vr_verify.twin(size, size_again, given={"x": [Plain(3)]}).agreed
    with pytest.raises(UsageError, match="cannot compare results of type Opaque at"):
        vr_verify.twin(Opaque, lambda size: Opaque(size + 0), given={"size": [3]})


def test_a_function_without_parameters_has_one_case(tmp_path: Path) -> None:
    calls = []

    def width() -> int:
        calls.append("left")
        return 6

    def width_again() -> int:
        return 2 * 3

    path = tmp_path / "width.json"
    verdict = vr_verify.twin(width, width_again, vectors=path)
    assert (verdict.outcome, verdict.cases.compared, verdict.called_twice) == ("agreed", 1, 1)
    assert verdict.text.endswith("1 case compared (1 boundary), 1 of them twice, seed 0")
    assert verdict.vectors is not None
    assert (verdict.vectors.cases, check_vectors(width, path).agreed) == (1, True)
    assert len(calls) == 4, "compared, asked again, written, checked"
    wrong = vr_verify.twin(width, lambda: 7)
    assert wrong.counterexample is not None
    assert (wrong.outcome, wrong.counterexample.call) == ("diverged", "width()")
