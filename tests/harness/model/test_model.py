"""Outcomes, errors and the report: one exit code each, and a JSON that the contract shows."""

import json

import msgspec
import pytest

from vr_verify import errors
from vr_verify.model.outcome import EXIT_CODES, SEVERITY_ORDER, Outcome, worst
from vr_verify.model.report import Checked, Divergence, Report
from vr_verify.model.run import NONE, Halt


def test_every_outcome_has_an_exit_code_of_the_order() -> None:
    assert set(EXIT_CODES) == set(Outcome)
    assert set(EXIT_CODES.values()) == set(SEVERITY_ORDER)


def test_the_gravest_outcome_wins() -> None:
    ordered = ["bug", "interrupted", "io_failed", "crashed", "bad_log", "diverged", "skipped"]
    rank = [Outcome(name) for name in [*ordered, "usage", "agreed"]]
    for at, outcome in enumerate(rank):
        assert worst(reversed(rank[at:])) is outcome
    assert worst([]) is Outcome.NOTHING_COMPARED


def test_every_error_names_an_outcome_of_the_table() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    named = {kind.outcome for kind in kinds if issubclass(kind, errors.VrVerifyError)}
    assert named <= set(Outcome)
    assert {"usage", "bad_log", "timed_out", "io_failed", "interrupted", "skipped"} <= named


def test_messages_say_where_expected_and_found() -> None:
    error = errors.BadLogError(7, "a footer", "nothing", "a.log")
    assert error.message == "a.log: bad log at byte 7: expected a footer, found nothing"
    died = errors.EngineCrashed("rust", "signal 11")
    assert died.message == "engine rust crashed: signal 11"


def test_what_does_not_apply_is_left_out_and_zeros_stand() -> None:
    divergence = Divergence("state", 42, values={"rust": "12.5"})
    report = Report(command="replay", outcome="diverged", checked=Checked(), divergence=divergence)
    value = json.loads(msgspec.json.encode(report))
    assert list(value)[:4] == ["schema", "command", "outcome", "complete"]
    assert value["violations"] == value["environment"] == []
    assert value["checked"]["steps"] == 0
    assert value["divergence"]["values"] == {"rust": "12.5"}
    assert "message" not in value
    assert "entity" not in value["divergence"]


def test_a_halt_survives_its_json_and_no_other_shape_is_taken() -> None:
    halt = Halt("range", 1, "combat", 0, "unit", 17, "hp")
    assert Halt.from_json(halt.as_json()) == halt
    assert Halt("x").slot == NONE
    for faulty in (
        {"error": "x"},
        halt.as_json() | {"step": "1"},
        halt.as_json() | {"step": True},
        halt.as_json() | {"slot": 2**32},
        halt.as_json() | {"more": 1},
    ):
        with pytest.raises(ValueError, match="expected"):
            Halt.from_json(faulty)
