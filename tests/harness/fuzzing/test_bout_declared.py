"""One case under declared differences: what they excuse, and every way to part beside them."""

from datetime import date
from pathlib import Path

import pytest

from tests.harness.fuzzing.test_bout import CASE, honest, sides
from tests.harness.session.test_declared import FLOUR, TODAY, declared
from tests.support.fine_mills import fine
from vr_verify.errors import UsageError
from vr_verify.fuzzing.bout import Played, play_case
from vr_verify.model.report import DeclaredDifference
from vr_verify.session.declared_runs import DeclaredFile, over_runs
from vr_verify.session.turns import LiveSide

__all__ = ["honest"]
KNOWN = FLOUR | {"count_max": 9}


def played(
    folder: Path, pair: tuple[LiveSide, ...], entry: dict[str, object], today: date = TODAY
) -> Played:
    """Play the case under one declaration."""
    file = DeclaredFile(declared(folder, entry), today)
    names = tuple(side.name for side in pair)
    return play_case(CASE, pair, declaring=lambda schema: file.tally(schema, names))


def row(found: Played) -> DeclaredDifference:
    """Return the only declaration."""
    assert found.declared is not None
    (only,) = found.declared
    return only


@pytest.mark.parametrize("name", ["FineHardy", "BlindFineHardy"])
def test_what_is_declared_parts_nobody_and_is_counted(
    tmp_path: Path, honest: tuple[LiveSide, ...], name: str
) -> None:
    with sides("HardyMill", fine(name)) as pair:
        assert play_case(CASE, pair) == Played(3, 2, "state")
        for _ in range(2):
            found = played(tmp_path, pair, KNOWN)
            assert found == Played(6)
            # One cell at the ends of turns 2 to 5, by 1 to 4.
            assert (row(found).counted, row(found).largest, row(found).status) == (4, "4", "held")
    clean = played(tmp_path, honest, KNOWN)
    assert (clean, row(clean).counted, row(clean).status) == (Played(6), 0, "not_reached")


@pytest.mark.parametrize(
    ("entry", "turns", "turn"),
    [
        (KNOWN | {"count_max": 3}, 6, 5),
        (KNOWN | {"tolerance": 2}, 5, 4),
        (KNOWN | {"turns": "3:9"}, 3, 2),
        (KNOWN | {"sides": ["1"]}, 6, None),
    ],
)
def test_its_bounds_hold_in_the_case(
    tmp_path: Path, entry: dict[str, object], turns: int, turn: int | None
) -> None:
    with sides("HardyMill", fine("FineHardy")) as pair:
        assert played(tmp_path, pair, entry) == Played(turns, turn, "state" if turn else "")
        assert played(tmp_path, pair, KNOWN, date(2031, 1, 1)) == Played(3, 2, "state")


@pytest.mark.parametrize(
    ("fault", "turn", "kind"),
    [
        ("field[cell.water]@4", 4, "state"),
        ("wrong-digest@4", 4, "digest"),
        ("draw@3", 3, "draws"),
        ("field[cell.water]@1", 1, "state"),
    ],
)
def test_another_fault_beside_it_parts_the_sides_at_its_turn(
    tmp_path: Path, fault: str, turn: int, kind: str
) -> None:
    with sides("HardyMill", f"saboteur:{fault}:{fine('FineHardy')}") as pair:
        assert played(tmp_path, pair, KNOWN) == Played(turn + 1, turn, kind)
    with sides("Shallow", fine("FineHardy")) as pair:
        assert played(tmp_path, pair, KNOWN).kind == "halt"


def test_what_does_not_show_again_is_not_excused(tmp_path: Path) -> None:
    with sides("HardyMill", fine("OnceFineHardy")) as pair:
        assert played(tmp_path, pair, KNOWN) == Played(3, 2, "state")
        assert played(tmp_path, pair, KNOWN) == Played(6)


def test_a_column_that_is_not_there_is_told_even_where_nothing_differs(
    tmp_path: Path, honest: tuple[LiveSide, ...]
) -> None:
    with pytest.raises(UsageError, match="no column 'flower'"):
        played(tmp_path, honest, KNOWN | {"path": "cell.flower"})
    assert played(tmp_path, honest, KNOWN) == Played(6)


def test_several_runs_are_added_up_and_judged_once(
    tmp_path: Path, honest: tuple[LiveSide, ...]
) -> None:
    with sides("HardyMill", fine("FineHardy")) as pair:
        one = played(tmp_path, pair, KNOWN).declared
        none = played(tmp_path, honest, KNOWN).declared
        assert one is not None
        assert none is not None
        for rows, part, expected in (
            ([one, none], False, (4, 1, "held")),
            ([over_runs([one, one], part=True), one], False, (12, 3, "held")),
            ([none, none], False, (0, 0, "unused")),
            ([none, none], True, (0, 0, "not_reached")),
        ):
            (added,) = over_runs(rows, part)
            assert (added.counted, added.runs, added.status) == expected
