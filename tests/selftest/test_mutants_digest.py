"""Digests that leave something out: found as `digest`, since the harness computes its own.

Of the harness itself by patching it in this process, of the reference by a changed copy; those of
the fast engine are in `test_mutants_rust.py`. The clean twin stands beside each.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

import vr_verify
from tests.selftest.builds import wet_log
from tests.selftest.mutants.overlay import replaced
from tests.selftest.mutants.python_rules import SHIPPED, plant, reference
from tests.support.toy_builds import MILL
from tests.support.tree import ROOT
from vr_verify.canonical import tree

Digest = Callable[..., bytes]
HarnessSlip = tuple[str, str, Callable[[Digest], Digest], int]
DIGESTS: Final = "shared/digest.py"

# What is left out, the function, how it is called then, and the first turn at which that shows.
OF_HARNESS: Final[list[HarnessSlip]] = [
    ("a column's name", "column_digest", lambda real: lambda t, c, *rest: real(t, "", *rest), 0),
    ("rows", "column_digest", lambda real: lambda t, c, rows, n, top: real(t, c, 0, n, top), 0),
    (
        "a length",
        "column_digest",
        lambda real: lambda t, c, rows, n, top: real(t, c, rows, 0, top),
        0,
    ),
    ("the values", "column_digest", lambda real: lambda *one: real(*one[:-1], bytes(32)), 0),
    (
        "a column",
        "table_digest",
        lambda real: lambda t, rows, columns: real(t, rows, columns[1:]),
        0,
    ),
    ("a table", "universe_digest", lambda real: lambda at, tables: real(at, tables[:-1]), 0),
    ("a universe's id", "universe_digest", lambda real: lambda at, tables: real(0, tables), 0),
    ("the schema", "root_digest", lambda real: lambda s, *rest: real(bytes(32), *rest), 0),
    ("the scenario", "root_digest", lambda real: lambda s, c, *rest: real(s, bytes(32), *rest), 0),
    ("the turn", "root_digest", lambda real: lambda s, c, turn, us: real(s, c, 0, us), 1),
    ("a universe", "root_digest", lambda real: lambda s, c, turn, us: real(s, c, turn, us[:-1]), 0),
]

# What is left out, and the words of the reference's digest that say it, without it.
OF_REFERENCE: Final = [
    ("rows", ".text(column).u64(rows)", ".text(column)", "digest"),
    ("a length", ".u64(rows).u64(len(payload))", ".u64(rows)", "digest"),
    ("a column", "for column in columns:", "for column in columns[1:]:", "digest"),
    ("a universe's id", "Packer().u32(id).u32(", "Packer().u32(", "digest"),
    (
        "the turn",
        "raw(_digest(scenario_digest)).u64(turn)",
        "raw(_digest(scenario_digest))",
        "digest",
    ),
    ("a leaf's key", "key = _level_key(table, column, 0)", 'key = _level_key("", "", 0)', "digest"),
    ("the ledger's turn", "Packer().u64(turn).raw(ledger)", "Packer().raw(ledger)", "draws"),
    ("the events' turn", "Packer().u64(turn).raw(events)", "Packer().raw(events)", "events"),
]
ALL_OF_HARNESS: Final = pytest.param(OF_HARNESS, marks=pytest.mark.slow)
ALL_OF_REFERENCE: Final = pytest.param(OF_REFERENCE, marks=pytest.mark.slow)


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Have the harness hash everything anew, and keep nothing of what it has hashed."""
    memories = [one for one in vars(tree).values() if hasattr(one, "cache_clear")]
    assert memories
    for memory in memories:
        memory.cache_clear()
    try:
        yield
    finally:
        for memory in memories:
            memory.cache_clear()


@pytest.mark.parametrize("chosen", [OF_HARNESS[:2], ALL_OF_HARNESS], ids=["some", "all"])
def test_a_harness_that_leaves_something_out_disagrees_with_every_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[HarnessSlip]
) -> None:
    log = wet_log(tmp_path)
    assert vr_verify.replay(log, MILL, MILL).outcome == "agreed"
    told = {}
    for what, function, change, _ in chosen:
        with monkeypatch.context() as patch, nothing_remembered():
            patch.setattr(tree, function, change(getattr(tree, function)))
            found = vr_verify.replay(log, MILL, MILL).divergence
        # Nobody stands alone: it is the harness that does.
        told[what] = found and (found.kind, found.turn, found.odd_one_out)
    assert told == {what: ("digest", turn, None) for what, _, _, turn in chosen}


@pytest.mark.parametrize("chosen", [OF_REFERENCE[:2], ALL_OF_REFERENCE], ids=["some", "all"])
def test_a_reference_that_leaves_something_out_is_found_by_the_recomputation(
    tmp_path: Path, chosen: list[tuple[str, str, str, str]]
) -> None:
    log, text = ROOT / "replays" / SHIPPED[0], (reference() / DIGESTS).read_text()
    clean = plant(tmp_path / "clean", {})
    assert vr_verify.replay(log, "rust", clean, turns=(0, 1)).outcome == "agreed"
    told = {}
    for number, (what, before, after, _) in enumerate(chosen):
        files = {DIGESTS: replaced(text, before, after)}
        build = plant(tmp_path / str(number), files)
        found = vr_verify.replay(log, "rust", build, turns=(0, 1)).divergence
        told[what] = found and (found.kind, found.turn, found.odd_one_out, found.entity)
    assert told == {what: (kind, 0, "python", None) for what, *_, kind in chosen}


def test_a_log_of_its_own_does_not_excuse_it(tmp_path: Path) -> None:
    clean, changed = tmp_path / "clean", tmp_path / "changed"
    text = (reference() / DIGESTS).read_text()
    text = replaced(text, ".text(column).u64(rows)", ".text(column)")
    outcomes = []
    for folder, files in ((clean, {}), (changed, {DIGESTS: text})):
        build, own = plant(folder, files), folder / "own.log"
        made = vr_verify.record("small", own, turns=2, engine=build)
        found = vr_verify.replay(own, build, "none").divergence
        outcomes.append((made.outcome, found and (found.kind, found.turn)))
    assert outcomes == [("agreed", None), ("agreed", ("digest", 0))]
