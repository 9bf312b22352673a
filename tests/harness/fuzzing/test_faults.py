"""What a fault is called: the same in every run that shows it, another for every other fault."""

from dataclasses import fields, replace

import pytest

from tests.support.mill_engine import SCHEMA, STEPS
from vr_verify.canonical.schema import parse_schema
from vr_verify.compare.states import Place
from vr_verify.errors import EngineCrashed, EngineTimedOut
from vr_verify.fuzzing.faults import (
    NOT_REPRODUCED,
    Fault,
    failure_fault,
    halt_fault,
    parted_fault,
)
from vr_verify.model.run import Halt
from vr_verify.session.locate import Located, Spot
from vr_verify.session.trace import Streams

FAULT = Fault("diverged", "state", "grind", "cell", "water")
NOTHING = Streams({}, {})


def test_each_part_is_in_the_name_and_the_name_is_the_same_for_ever() -> None:
    assert FAULT.id == Fault("diverged", "state", "grind", "cell", "water").id == "39af3727a2c70a38"
    others = [replace(FAULT, **{each.name: "other"}) for each in fields(Fault)]
    # A part that moves to its neighbour's place is another fault.
    others.append(Fault("diverged", "state", "grindcell", "", "water"))
    assert len({FAULT.id, *(other.id for other in others)}) == len(fields(Fault)) + 2


def test_the_place_is_said_in_one_line() -> None:
    assert FAULT.place == "state, grind, cell.water"
    assert Fault("crashed", detail="exit status #", side="rust").place == "exit status #, rust"
    assert Fault("crashed").place == "crashed"


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (
            "turn 3, step evening: in step: RuntimeError: wheel 17 of 40",
            "RuntimeError: wheel # of #",
        ),
        ("turn 412, step x: turn 7: in advance: exit status 134", "exit status #"),
        ("in init: KeyError: 'a'; its last words:\n  File\nKeyError: 'a'", "KeyError: 'a'"),
        (
            "in step: exit status 1; its last words:\n  File x\nPanic: slot 7 at 0x7f3a is dead",
            "exit status #: Panic: slot # at # is dead",
        ),
        ("in step: killed by SIGABRT", "killed by SIGABRT"),
        ("in step: no file /home/one/engine/lib.so\nmore", "no file lib.so"),
        ("", ""),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_failure_is_named_by_its_first_words_without_numbers_and_places(
    detail: str, words: str
) -> None:
    assert failure_fault(EngineCrashed("rust", detail)) == Fault(
        "crashed", detail=words, side="rust"
    )
    assert failure_fault(EngineTimedOut("rust", detail)).outcome == "timed_out"


def halt(error: str, phase: str = "rain", slot: int = 1) -> Halt:
    return Halt(error, 0, phase, 0, "cell", slot, "water")


def test_a_halt_is_named_by_the_errors_of_both_sides_and_the_phase_that_they_share() -> None:
    one = halt_fault([halt("flood"), None])
    assert one == Fault("diverged", "halt", "rain", detail="flood or none")
    assert halt_fault([None, halt("flood", slot=7)]) == one
    assert halt_fault([halt("flood"), halt("drought")]).detail == "drought or flood"
    assert halt_fault([halt("flood"), halt("flood", "soak")]).phase == ""


def test_a_divergence_is_named_by_where_it_shows_first() -> None:
    schema = parse_schema(SCHEMA)
    water = schema.tables[0].positions["water"]
    place = Place(0, 0, water, 2)

    def named(located: Located, at_end: str = "cell.flour", kind: str = "state") -> Fault:
        return parted_fault(kind, located, schema, STEPS, at_end)

    exact = Located(True, Spot(1, 0), (place,), NOTHING)
    assert named(exact) == FAULT
    # The rest of the place belongs to the run.
    assert named(replace(exact, places=(Place(1, 0, water, 0), place))) == FAULT
    assert named(replace(exact, places=())) == replace(FAULT, column="flour")
    assert named(replace(exact, spot=Spot(1, None))) == replace(FAULT, phase="")
    gone = named(Located(False, None, (), NOTHING))
    assert gone == Fault("diverged", "state", table="cell", column="flour", detail=NOT_REPRODUCED)
    unknown = named(Located(True, None, (), NOTHING), at_end="")
    assert unknown == Fault("diverged", "state")
