"""Ids as text: one text for one entity, and nothing else is read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import ids

U32 = st.integers(0, 2**32 - 1)
TABLE = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1)


def test_none_is_the_greatest_u32() -> None:
    assert ids.NONE == 2**32 - 1


@given(U32, TABLE, U32, U32)
@example(0, "unit", ids.NONE, 0)
def test_what_is_written_is_read(universe: int, table: str, slot: int, generation: int) -> None:
    text = ids.format_id(universe, table, slot, generation)
    assert text == "%d/%s/%d:%d" % (universe, table, slot, generation)  # noqa: UP031 (another way)
    assert ids.parse_id(text) == (universe, table, slot, generation)


@given(st.text("0123456789/:+-_ au\u0663", max_size=12))
@example("0/unit/17:2")
def test_whatever_is_read_is_what_would_be_written(text: str) -> None:
    parts = ids.parse_id(text)
    assert parts is None or ids.format_id(*parts) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0/unit/17",
        "0/unit/17:",
        "0/unit/:2",
        "/unit/17:2",
        "0//17:2",
        "0/unit/17:2:3",
        "0/unit/17/2",
        "0/unit/x/17:2",
        "0/unit/017:2",
        "00/unit/17:2",
        "+0/unit/17:2",
        "0/unit/-1:2",
        "0/unit/1_7:2",
        "0/unit/17:2 ",
        " 0/unit/17:2",
        "0/unit/17:2\n",
        "0/Unit/17:2",
        "0/unit2/17:2",
        "0/unité/17:2",
        "0/unit/4294967296:2",
        "0/unit/\u0661\u0667:2",
        "0/unit/²:2",
        "0/unit/" + "1" * 5000 + ":2",
    ],
)
def test_anything_else_is_no_id(text: str) -> None:
    assert ids.parse_id("0/unit/17:2") == (0, "unit", 17, 2)
    assert ids.parse_id(text) is None


def test_an_impossible_id_is_never_written() -> None:
    with pytest.raises(AssertionError, match="no u32"):
        ids.format_id(0, "unit", 2**32, 0)
    with pytest.raises(AssertionError, match="no u32"):
        ids.format_id(-1, "unit", 0, 0)
    for table in ("", "Unit", "unit/", "9"):
        with pytest.raises(AssertionError, match="no name of a table"):
            ids.format_id(0, table, 0, 0)
