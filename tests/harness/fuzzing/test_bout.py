"""One case on engines that run: every way in which sides can part, beside a twin that does not."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.fuzz_mills import BASE, build
from tests.support.toy_builds import NewRulesMill, variant
from tests.support.tree import ROOT
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineCrashed, SkippedError
from vr_verify.fuzzing.bout import DECLARED, REFUSAL, Played, play_case
from vr_verify.fuzzing.cases import Case
from vr_verify.session.turns import LiveSide

COMMAND = {"universe": 3, "slot": 1, "add": "7"}
CASE = Case(BASE, (((COMMAND,),), ((), (COMMAND,)), (), (), ()))
FOUR_CELLS = Case(BASE.replace(b'"6"', b'"6","9"'), CASE.turns)


@contextmanager
def sides(*names: str) -> Iterator[tuple[LiveSide, ...]]:
    with ExitStack() as stack:
        builds = [resolve_build(name if ":" in name else build(name)) for name in names]
        started = [stack.enter_context(Engine(one)) for one in builds]
        yield tuple(LiveSide(str(at), engine) for at, engine in enumerate(started))


@pytest.fixture(scope="module")
def honest() -> Iterator[tuple[LiveSide, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        with sides("HardyMill", "HardyMill") as pair:
            yield pair


@pytest.mark.parametrize(
    ("name", "case", "turns", "turn", "kind"),
    [
        ("SlowWheel", CASE, 3, 2, "state"),
        ("BlindSlowWheel", CASE, 3, 2, "state"),
        ("Shallow", CASE, 2, 1, "halt"),
        ("Talkative", CASE, 3, 2, "events"),
        ("Picky", FOUR_CELLS, 1, 0, REFUSAL),
        ("OtherSteps", FOUR_CELLS, 1, 0, DECLARED),
        ("saboteur:draw@3:" + build("HardyMill"), CASE, 4, 3, "draws"),
        ("saboteur:wrong-digest@5:" + build("HardyMill"), CASE, 6, 5, "state"),
        ("saboteur:digest-of-truth@2:" + build("HardyMill"), CASE, 6, 5, "digest"),
    ],
)
def test_each_way_to_part_is_found_at_its_turn_and_the_honest_twin_agrees(
    honest: tuple[LiveSide, ...], name: str, case: Case, turns: int, turn: int, kind: str
) -> None:
    with sides("HardyMill", name) as pair:
        assert play_case(case, pair) == Played(turns, turn, kind)
        # They can be given the next case, whatever they were in the middle of.
        assert play_case(Case(BASE, ()), pair) == Played(1)
    assert play_case(case, honest) == Played(6)


def test_engines_without_digests_are_compared_by_their_values() -> None:
    with sides("BlindMill", "HardyMill") as pair:
        assert play_case(CASE, pair) == Played(6)
    with sides("BlindMill", "BlindSlowWheel") as pair:
        assert play_case(CASE, pair) == Played(3, 2, "state")
    with sides("BlindMill", "BlindMill") as pair:
        assert play_case(CASE, pair) == Played(6)


def test_a_halt_of_all_is_agreement_and_so_is_a_refusal_by_all(
    honest: tuple[LiveSide, ...],
) -> None:
    amid = play_case(Case(BASE, ((), (({"slot": 77},),))), honest)
    assert not amid.parted
    assert "no command of a mill" in amid.refused
    with sides("Shallow", "Shallow") as pair:
        played = play_case(CASE, pair)
        assert (played.turns, played.turn, played.parted) == (2, None, False)
        assert played.halt is not None
        assert played.halt.error == "flood"
        refused = play_case(Case(b"{}", ((),)), pair)
        assert not refused.parted
        assert "decimal texts" in refused.refused
        assert play_case(CASE, pair) == played


def test_commands_of_steps_that_are_not_there_are_left_out(honest: tuple[LiveSide, ...]) -> None:
    wide = Case(BASE, (((), (), (COMMAND,)), ((COMMAND,), (), (), ())))
    narrow = Case(BASE, ((), ((COMMAND,),)))
    assert play_case(wide, honest) == play_case(narrow, honest) == Played(3)


def test_what_cannot_be_compared_or_fails_is_raised() -> None:
    other_rules = variant(NewRulesMill.__name__)
    with (
        sides("HardyMill", other_rules) as pair,
        pytest.raises(SkippedError, match="rules versions"),
    ):
        play_case(CASE, pair)
    with (
        sides("HardyMill", "Breaking") as pair,
        pytest.raises(EngineCrashed, match="the wheel broke"),
    ):
        play_case(CASE, pair)
