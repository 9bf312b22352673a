"""The faces of the tool: a module that can be called, the decorator, the fixture, the extra."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import vr_verify
from tests.harness.twin import hulls
from vr_verify.twin.fixture import Comparer

pytest_plugins = ["vr_verify.twin.fixture"]

ORDERS = [
    "import vr_verify",
    "import vr_verify.twin",
    "import vr_verify.twin.fixture; import vr_verify",
    "from vr_verify.twin import compare; import vr_verify",
    "import vr_verify.verbs; from vr_verify.twin import domains; import vr_verify",
    "import vr_verify; vr_verify.twin; import vr_verify.twin.vectors",
]
_ASKED = """
def f(x: int) -> int: return x
def g(x: int) -> int: return x + (x > 40)
def h(x: int) -> int: return 1 + x - 1
assert vr_verify.twin(f, h, examples=5).agreed
assert vr_verify.twin(f, g, examples=5).counterexample.arguments == {"x": "41"}
assert vr_verify.twin.at(f, g, 3).agreed and not vr_verify.twin.at(f, g, 41).agreed
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("order", ORDERS)
def test_the_room_is_a_function_in_every_order_of_imports(order: str) -> None:
    done = run(order + _ASKED)
    assert (done.returncode, done.stderr) == (0, "")
    assert run(order + _ASKED.replace("x > 40", "x > 50")).returncode == 1


def test_importing_costs_nothing() -> None:
    program = "import vr_verify, sys; {}; assert 'hypothesis' not in sys.modules"
    assert run(program.format("vr_verify.twin.of")).returncode == 0
    assert run(program.format("import vr_verify.twin.fixture")).returncode == 0
    assert run(program.format("import hypothesis")).returncode == 1


def test_without_hypothesis_the_extra_is_named() -> None:
    absent = "import sys; sys.modules['hypothesis'] = None\nimport vr_verify\n"
    function = "def f(x: int) -> int: return x\ndef g(x: int) -> int: return x + 0\n"
    done = run(absent + function + "vr_verify.twin(f, g)")
    assert done.returncode == 1
    assert "pip install 'vr-verify[test]'" in done.stderr
    drawn = run(absent + function + "assert vr_verify.twin(f, g, examples=0, drawn=50).agreed")
    assert (drawn.returncode, drawn.stderr) == (0, "")


def test_the_line_to_run_shows_it_again() -> None:
    verdict = vr_verify.twin(hulls.damage, hulls.damage_off_by_one)
    assert verdict.counterexample is not None
    line = verdict.counterexample.reproduce
    assert line.startswith("python -c 'import tests.harness.twin.hulls, vr_verify; print(")
    program = line.removeprefix("python -c '").removesuffix("'")
    done = run(program)
    assert "DIVERGED" in done.stdout
    assert "damage(0, 7300)" in done.stdout
    assert "AGREED" in run(program.replace("7300", "7299")).stdout


def test_the_decorator_makes_a_test() -> None:
    bodies = []

    @vr_verify.twin.of(hulls.damage, hulls.damage_again, examples=10)
    def test_damage(verdict: Any) -> None:
        bodies.append(verdict.outcome)

    test_damage()
    assert bodies == ["agreed"]
    assert (test_damage.__name__, test_damage.__module__) == ("test_damage", __name__)

    @vr_verify.twin.of(hulls.damage, hulls.damage_off_by_one, examples=10)
    def test_wrong(verdict: Any) -> None:
        bodies.append(verdict.outcome)

    with pytest.raises(AssertionError, match=r"damage\(0, 7300\)"):
        test_wrong()
    assert bodies == ["agreed"]


def test_the_fixture_compares_and_fails(twin: Comparer, tmp_path: Path) -> None:
    assert twin(hulls.damage, hulls.damage_again, examples=10).agreed
    with pytest.raises(AssertionError, match=r"damage\(0, 7300\)"):
        twin(hulls.damage, hulls.damage_off_by_one, kept=tmp_path)
    assert list(tmp_path.rglob("*.json"))


_SUITE = """
pytest_plugins = ["vr_verify.twin.fixture"]
import vr_verify
def left(x: int) -> int: return x
def right(x: int) -> int: return x + (x > 40) * {fault}
def test_fixture(twin): twin(left, right, examples=5)
@vr_verify.twin.of(left, right, examples=5)
def test_decorated(verdict): assert verdict.cases.compared > 5
"""


def test_a_suite_of_a_stranger(tmp_path: Path) -> None:
    suite = tmp_path / "test_port.py"
    results = []
    for fault in (0, 1):
        suite.write_text(_SUITE.format(fault=fault))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
        results.append((done.returncode, "right(41)" in done.stdout, "left(41)" in done.stdout))
    assert results == [(0, False, False), (1, False, True)]
    assert len(list((tmp_path / "counterexamples").rglob("*.json"))) == 1
