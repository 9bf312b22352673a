"""`vr-verify record DIR`: a universe folder is played, its flaws told to people and to scripts."""

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.cli.program import one_document, run
from vr_verify.report import schema

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "void_reckoning_sample"
ORIGINAL = "VOID_RECKONING_DATA"
VALIDATOR = jsonschema.Draft202012Validator(schema.generate())


def test_flaws_are_in_the_document_and_in_short_on_the_page(tmp_path: Path) -> None:
    words = ["record", str(SAMPLE), "-o", str(tmp_path / "a.log"), "--engine", "rust"]
    told = run(*words, "--turns", "2", "--json")
    assert told.exit_code == 0, told.stderr
    document = one_document(told.stdout)
    VALIDATOR.validate(json.loads(told.stdout))
    flaws = document["flaws"]
    assert {"clipped", "dangling", "inexact", "near_match"} <= {flaw["kind"] for flaw in flaws}
    assert str(SAMPLE.parent) not in told.stdout, "no absolute paths"

    page = run(*words, "--turns", "2").stdout
    assert f"Flaws of the scenario's source ({len(flaws)})" in page
    clipped = sum(flaw["kind"] == "clipped" for flaw in flaws)
    assert f"clipped: {clipped} times in 4 files" in page
    assert f"and {clipped - 2} more" in page
    assert "--json lists every one" in page


def test_a_scenario_without_flaws_says_none(tmp_path: Path) -> None:
    words = ["record", "small", "-o", str(tmp_path / "a.log"), "--engine", "rust", "--turns", "1"]
    assert one_document(run(*words, "--json").stdout)["flaws"] == []
    assert "Flaws" not in run(*words).stdout


def test_a_folder_that_cannot_be_played_is_usage(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "universe"))
    roster = "universes/lantern_reach/units/procedural_roster.json"
    (folder / roster).write_bytes(b"\xff")
    result = run("record", str(folder), "-o", str(tmp_path / "a.log"), "--engine", "rust", "--json")
    assert result.exit_code == 2
    message = one_document(result.stdout)["message"]
    assert "3 factions, 0 ships" in message
    assert "procedural_roster.json" in message
    assert "not_utf8" in message
    assert not (tmp_path / "a.log").exists()


def test_the_sample_plays_ten_turns_in_lockstep(tmp_path: Path) -> None:
    _lockstep(str(SAMPLE), tmp_path / "a.log", 10)


@pytest.mark.slow
@pytest.mark.skipif(ORIGINAL not in os.environ, reason=f"{ORIGINAL} names no universe folder")
def test_the_originals_data_plays_fifty_turns_in_lockstep(tmp_path: Path) -> None:
    _lockstep(os.environ[ORIGINAL], tmp_path / "a.log", 50)


def _lockstep(folder: str, log: Path, turns: int) -> None:
    """Record on Rust, replay against the reference; battles must have been fought."""
    made = run("record", folder, "-o", str(log), "--engine", "rust", "--turns", str(turns))
    assert made.exit_code == 0, made.stderr
    result = run("replay", str(log), "--engine", "rust", "--against", "python", "--json")
    assert result.exit_code == 0, result.stderr
    document = one_document(result.stdout)
    assert document["outcome"] == "agreed"
    checked = document["checked"]
    assert (checked["turns"], checked["last_turn"]) == (turns, turns)
    assert not {"battle", "hit", "destruction", "conquest"} & set(checked["rules_never_fired"])
