"""One number changed in one twin is found: turn, step, phase, entity, field and each side's value.

The changed twin is a copy of the reference with one edit, run as a build of its own; the clean copy
of the same files gives nothing.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

import vr_verify

PACKAGES = ("void_reckoning_reference", "void_reckoning_adapter", "void_reckoning_scenarios")
TWIN = "python-class:void_reckoning_adapter.python:PythonEngine"
# A rule's file, the text to change, its change; then where the first difference must show.
EDITS = [
    pytest.param(
        "combat_resolver/damage.py",
        "return damage - ",
        "return 1 + damage - ",
        ("combat", "unit", {"hp", "shield"}),
        id="damage",
    ),
    pytest.param(
        "economy/upkeep.py",
        "return scale_floor(total, factor)",
        "return 1 + scale_floor(total, factor)",
        ("economy", "account", {"balance"}),
        id="upkeep",
    ),
]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record thirty turns of the small campaign."""
    path = tmp_path_factory.mktemp("changed") / "small.log"
    assert vr_verify.record("small", path, engine="rust", turns=30).outcome == "agreed"
    return path


def copied(folder: Path) -> Path:
    """Copy the installed reference and what it needs, to be changed."""
    for package in PACKAGES:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, folder / package)
    return folder / "void_reckoning_reference"


@pytest.mark.parametrize(("file", "before", "after", "place"), EDITS)
def test_a_changed_number_is_found_at_its_place(
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    before: str,
    after: str,
    place: tuple[str, str, set[str]],
) -> None:
    reference = copied(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert vr_verify.replay(log, against=TWIN).outcome == "agreed"

    source = (reference / file).read_text()
    assert source.count(before) == 1
    (reference / file).write_text(source.replace(before, after))
    report = vr_verify.replay(log, against=TWIN, fail_fast=True)

    assert report.outcome == "diverged"
    found = report.divergence
    assert found is not None
    phase, table, columns = place
    assert (found.phase, found.table, found.kind) == (phase, table, "state")
    assert found.column in columns
    assert found.odd_one_out == "python"
    assert found.step is not None
    assert found.step.startswith("faction ")
    assert found.reproduced is True
    assert found.values is not None
    assert set(found.values) == {"rust", "python", "recorded"}
    assert found.values["rust"] == found.values["recorded"] != found.values["python"]
