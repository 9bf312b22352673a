"""What a saboteur's build text may say, and what is refused before anything is started."""

import pytest

from tests.support.toy_builds import MILL, TOY
from vr_verify.engines.registry import resolve_build
from vr_verify.engines.saboteur.faults import FAULTS, Lie, lies_of, read_lie
from vr_verify.errors import UsageError


def test_a_lie_is_read_and_written_alike() -> None:
    assert read_lie("field@3") == Lie("field", 3)
    assert read_lie("field[unit.hp]@3") == Lie("field", 3, ("unit", "hp"))
    for fault in FAULTS:
        assert read_lie(f"{fault}@12").text == f"{fault}@12"
    assert read_lie("planted[unit.hp]@3").text == "planted[unit.hp]@3"


def test_nested_lies_are_listed_from_the_outside_in() -> None:
    nested = f"saboteur:field[cell.water]@3:saboteur:crash@4:{MILL}"
    assert lies_of(nested) == [Lie("field", 3, ("cell", "water")), Lie("crash", 4)]
    assert lies_of(MILL) == []
    assert lies_of(f"cmd:echo saboteur:field@3:{MILL}") == []


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("field@0", "expected a turn from 1, found 0"),
        ("field@-1", "expected saboteur:FAULT@TURN:ENGINE"),
        ("field@٣", "expected saboteur:FAULT@TURN:ENGINE"),
        ("field@", "expected saboteur:FAULT@TURN:ENGINE"),
        ("mood@3", "with a fault of field, order, draw"),
        ("field[unit]@3", "expected saboteur:FAULT@TURN:ENGINE"),
        ("crash[unit.hp]@3", "the fault crash alters no column; these do: field, digest-of-truth"),
    ],
)
def test_a_lie_that_cannot_be_told_is_refused_in_the_text(head: str, said: str) -> None:
    assert resolve_build(f"saboteur:field@1:{TOY}").argv[-1].endswith("ToyEngine")
    with pytest.raises(UsageError, match="saboteur") as refused:
        resolve_build(f"saboteur:{head}:{TOY}")
    assert said in refused.value.message
