"""Every name that one list gives another is there; no timing."""

import re

from tests.bench import groups, native, seeds
from tests.bench.page import _TITLES, number
from tests.support.tree import ROOT

CRATE = ROOT / "engine" / "crates" / "bench" / "src" / "rows.rs"


def test_the_page_has_a_title_for_each_group_and_no_other() -> None:
    assert list(_TITLES) == list(groups.GROUPS)


def test_each_native_row_is_in_the_crate_and_has_a_key_of_its_own() -> None:
    there = set(re.findall(r'\("(\w+)", \w+::\w+\)', CRATE.read_text()))
    assert there, "a check over nothing is a failure"
    rows = {one.row for one in native.ROWS}
    assert rows <= there
    assert len({one.key for one in native.ROWS}) == len(native.ROWS)


def test_each_seed_names_a_row_of_a_group_or_says_that_there_is_none() -> None:
    assert {one.row.split("/")[0] for one in seeds.SEEDS} <= set(groups.GROUPS)
    row = {
        "key": "bridge/nothing",
        "seconds": {"what": 0.05, "against": 0.01},
        "work": {"count": 1_000_000, "unit": "call"},
        "ratio": {"median": 2.0},
    }
    told = {one["what"]: one["ours"] for one in seeds.compared([row])}
    assert told["one call over the bridge"] == "50 ns"
    assert told["a turn of 1,000,000 entities"] is None


def test_figures_are_written_without_powers_of_ten() -> None:
    assert [number(value) for value in (0, 0.00001234, 0.5, 12.345, 123456.7)] == [
        "0",
        "0.000012",
        "0.5",
        "12.3",
        "123,457",
    ]
    assert [seeds.duration(value) for value in (2, 0.0025, 3.1e-6, 5e-9)] == [
        "2 s",
        "2.5 ms",
        "3.1 µs",
        "5 ns",
    ]


def test_a_group_apart_is_measured_only_where_it_is_named() -> None:
    assert set(groups.GROUPS) > groups.APART > set()
    assert set(groups.chosen("*")) == set(groups.GROUPS) - groups.APART
    assert groups.chosen("huge") == ["huge"]
