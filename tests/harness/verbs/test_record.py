"""`record`: what goes into a log, and each kind of bad input."""

import json
from pathlib import Path

import pytest

from tests.support.toy_builds import MILL, TOY, toy_scenario
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.report.documents import StepCommands
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.inspect import inspect
from vr_verify.verbs.record import record


def test_every_turn_is_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "mill.log"
    report = record("mill-3", path, turns=4, engine=MILL)
    assert report.outcome == "agreed"
    assert report.log is not None
    assert (report.log.path, report.log.turns, report.log.last_turn) == ("mill.log", 5, 4)
    assert report.log.bytes == path.stat().st_size
    with RunLog.open(path) as log:
        assert log.complete
        assert list(log.turns) == [0, 1, 2, 3, 4]
        assert log.header.has == ("state", "ledger", "events")
        assert log.state(4).turn == 4
        assert log.record(4).digests.state is not None


def test_thirty_turns_are_the_default_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    record("mill-1", tmp_path / "a.log", engine=MILL, progress=lambda *said: told.append(said))
    assert told == [("record", turn, 30) for turn in range(1, 31)]


def test_a_seed_changes_the_run_and_the_same_seed_does_not(tmp_path: Path) -> None:
    digests = []
    for number, seed in enumerate((1, 1, 2)):
        path = tmp_path / f"{number}.log"
        record("mill-3", path, turns=2, seed=seed, engine=MILL)
        with RunLog.open(path) as log:
            digests.append(log.record(2).run_chain)
    assert digests[0] == digests[1] != digests[2]


def test_commands_reach_their_step(tmp_path: Path) -> None:
    file = tmp_path / "commands.json"
    command = '{"universe":0,"slot":1,"add":"100"}'
    file.write_text(f'[{{"turn":2,"step":"evening","commands":[{command}]}}]')
    path = tmp_path / "mill.log"
    value = json.loads(file.read_text())
    assert record("mill-3", path, turns=3, engine=MILL, commands=value).outcome == "agreed"
    with RunLog.open(path) as log:
        from_value = log.record(3).run_chain
    report = record("mill-3", path, turns=3, engine=MILL, commands=file)
    with RunLog.open(path) as log:
        assert log.record(3).run_chain == from_value
    assert report.message == "commands: 1 given"
    listed = (StepCommands("evening", ('{"add":"100","slot":1,"universe":0}',)),)
    assert inspect(path, turn=2).commands == listed
    assert inspect(path, turn=1).commands == ()
    with RunLog.open(path) as log:
        assert log.record(1).commands_by_step == ((), ())
        given = {"universe": 0, "slot": 1, "add": "100"}
        assert log.record(2).commands_by_step == ((), (given,))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "commands.json"),
        ("{}", "expected a list"),
        ('[{"turn":1}]', "entry 0: expected the keys"),
        ('[{"turn":"1","step":"evening","commands":[]}]', "entry 0: expected turn as a number"),
        ('[{"turn":9,"step":"evening","commands":[]}]', "expected a turn of 1 to 3, found 9"),
        ('[{"turn":1,"step":"noon","commands":[]}]', "expected a step of morning, evening"),
        ('[{"turn":1,"step":"evening","commands":[1]}]', "entry 0, command 0"),
        (
            '[{"turn":1,"step":"evening","commands":[{"x":1}]}]',
            "refuses the commands of turn 1, step evening",
        ),
    ],
)
def test_a_bad_commands_file_is_named_with_its_entry(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "commands.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        record("mill-3", tmp_path / "a.log", turns=3, engine=MILL, commands=file)


def test_an_engine_without_names_for_scenarios_reads_the_file(tmp_path: Path) -> None:
    scenario = toy_scenario(tmp_path)
    scenario.write_text('{ "note" : "any order",\n "cells" : ["1"] }')
    path = tmp_path / "toy.log"
    record(scenario, path, turns=1, engine=TOY)
    with RunLog.open(path) as log:
        assert log.header.scenario == b'{"cells":["1"],"note":"any order"}'


def test_bad_input_is_named(tmp_path: Path) -> None:
    scenario, path = toy_scenario(tmp_path), tmp_path / "a.log"
    with pytest.raises(MissingFileError, match="no such file"):
        record(tmp_path / "none.json", path, engine=TOY)
    with pytest.raises(UsageError, match="takes no seed"):
        record(scenario, path, seed=4, engine=TOY)
    with pytest.raises(UsageError, match="at least 1"):
        record(scenario, path, turns=0, engine=TOY)
    with pytest.raises(MissingFileError, match="there is no folder"):
        record(scenario, tmp_path / "none" / "a.log", engine=TOY)
    scenario.write_text('{"cells": 0.5}')
    with pytest.raises(UsageError, match=r"toy\.json"):
        record(scenario, path, engine=TOY)
    scenario.write_text('{"cells":[]}')
    with pytest.raises(UsageError, match="cells: expected at least one"):
        record(scenario, path, engine=MILL)
