"""The checker is seen to find a planted regression, and to be silent where it must."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import baseline, groups
from tests.bench.__main__ import judge, write
from tests.bench.checking import Baseline, Finding, check, succeeded
from tests.bench.measuring import measured
from tests.bench.page import page
from tests.bench.pairs import Round, Rounds, Samples, interleaved
from tests.bench.rows import NOISY, Case, Results, Row, Share, Skipped, Stated, at_least, at_most

BEFORE: Baseline = {"native/fast": 0.5, "native/speed": 4.0}


def played(a: int, b: int, noise: Sequence[int] = (0,)) -> Rounds:
    """Return rounds of given times; of each two neighbours the second is slower by the noise."""
    waiting = list(noise)

    def measure(count: int) -> list[Round]:
        found = []
        for at in range(count):
            drift = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            outer, inner = (a, b) if at % 2 == 0 else (b, a)
            found.append(Round(at % 2 == 0, (outer, inner, inner + inner * drift // 100, outer)))
        return found

    return measure


def case(
    key: str = "native/fast", a: int = 500, b: int = 1000, noise: Sequence[int] = (0,)
) -> Case:
    return Case(key, "a", "b", played(a, b, noise), at_most(0.6), rounds_min=4, rounds_max=8)


def speed(a: int) -> Case:
    return Case("native/speed", "a", "b", played(a, 1000), at_least(3), "more", rounds_min=4)


def ran(*cases: Case) -> Results:
    results = Results()
    for one in cases:
        results.add(measured(one))
    return results


def findings(results: Results, before: Baseline) -> dict[str, Finding]:
    return {one.key: one.finding for one in check(results, before)}


@pytest.mark.parametrize(("a", "finding"), [(549, Finding.HELD), (551, Finding.REGRESSION)])
def test_a_planted_regression_is_found_and_its_clean_twin_is_not(a: int, finding: Finding) -> None:
    results = ran(case(a=a), speed(4000))
    checked = check(results, BEFORE)
    assert checked[0].finding is finding
    assert checked[1].finding is Finding.HELD
    assert succeeded(checked, results) is (finding is Finding.HELD)


@pytest.mark.parametrize(("a", "finding"), [(3700, Finding.HELD), (3600, Finding.REGRESSION)])
def test_where_more_is_better_less_is_a_regression(a: int, finding: Finding) -> None:
    assert findings(ran(speed(a)), {"native/speed": 4.0})["native/speed"] is finding


def test_a_noisy_control_gives_no_verdict_however_bad_the_ratio() -> None:
    results = ran(case(a=5000, noise=[5, 5, 0, 0, 5, 5, 5, 5]), speed(4000))
    checked = check(results, BEFORE)
    assert [one.finding for one in checked] == [Finding.NOISY, Finding.HELD]
    assert results.rows[0].verdict == NOISY
    assert succeeded(checked, results), "the other row was judged"


def test_a_run_in_which_nothing_could_be_judged_has_failed() -> None:
    share = Share("native/size", "part", "whole", 1, 2, at_most(1))
    for results in (ran(), ran(case(noise=[5, 5, 0, 0, 5])), ran(case("native/new"))):
        results.add(share)
        before = {"native/size": 0.5} | ({"native/fast": 0.5} if results.rows else {})
        results.add(Skipped("native/fast", "not here"))
        assert not succeeded(check(results, before), results)


def test_a_row_that_is_gone_has_failed_and_a_skipped_one_is_told() -> None:
    results = ran(case())
    assert findings(results, BEFORE)["native/speed"] is Finding.MISSING
    assert not succeeded(check(results, BEFORE), results)
    results.add(Skipped("native/speed", "no compiler"))
    assert findings(results, BEFORE)["native/speed"] is Finding.SKIPPED
    assert succeeded(check(results, BEFORE), results)


def test_a_share_that_grew_is_a_regression() -> None:
    results = ran(case())
    results.add(Share("native/size", "part", "whole", 60, 100, at_most(1)))
    before = {"native/fast": 0.5}
    assert findings(results, before | {"native/size": 0.5})["native/size"] is Finding.REGRESSION
    assert findings(results, before | {"native/size": 0.56})["native/size"] is Finding.HELD


def test_a_control_that_is_off_is_measured_again_up_to_the_limit() -> None:
    calm = measured(case(noise=[9, 0, 0, 0]))
    assert calm.judged
    assert len(calm.samples.rounds) == 4
    late = measured(case(noise=[9, 9, 9, 0, 0, 0, 0, 0, 0]))
    never = measured(case(noise=[9, 9, 0, 0, 9, 9, 0, 0]))
    assert (len(late.samples.rounds), late.judged) == (6, True)
    assert (len(never.samples.rounds), never.judged) == (8, False)


def test_a_steady_drift_is_spread_and_no_shift() -> None:
    times = iter(range(1000, 1200))

    def slower() -> int:
        return next(times)

    row = Row(case(), Samples(tuple(interleaved(slower, slower)(8))))
    assert row.samples.ratio.middle == pytest.approx(1, abs=1e-3)
    assert row.samples.control.middle == pytest.approx(1, abs=1e-3)
    assert row.samples.control.low < 1 < row.samples.control.high


def test_the_baseline_keeps_what_could_not_be_judged_and_other_groups_and_sets(
    tmp_path: Path,
) -> None:
    path = tmp_path / "baseline.json"
    first = ran(case(), speed(4000), Case("logs/open", "a", "b", played(1, 1)))
    assert baseline.write(first, "avx2", ["native", "logs"], path) == []
    assert baseline.write(first, "avx512", ["native", "logs"], path) == []
    second = ran(case(a=900, noise=[5, 5, 0, 0, 5]), speed(5000))
    assert baseline.write(second, "avx2", ["native"], path) == ["native/fast"]
    assert baseline.read("avx2", path) == {
        "logs/open": 1.0,
        "native/fast": 0.5,
        "native/speed": 5.0,
    }
    assert baseline.read("avx512", path) == BEFORE | {"logs/open": 1.0}
    assert baseline.read("neon", path) == {}


@pytest.mark.parametrize(("a", "code"), [(500, 0), (700, 1)])
def test_the_command_answers_by_its_exit_code(
    a: int, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.json"
    monkeypatch.setattr(baseline, "PATH", path)
    baseline.write(ran(case()), "avx2", ["native"], path)
    monkeypatch.setenv("VR_ISA", "avx2")
    monkeypatch.setitem(groups.GROUPS, "native", lambda: iter([case(a=a)]))
    assert judge(["native"]) == code
    monkeypatch.setenv("VR_ISA", "neon")
    assert judge(["native"]) == 1, "a set without a baseline checks nothing"


def test_a_doubted_row_is_measured_again_and_all_its_pairs_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(groups.GROUPS, "native", lambda: iter([case()]))
    asked: list[int] = []

    def doubted(row: Row) -> bool:
        asked.append(len(row.samples.rounds))
        return len(asked) == 1

    told: list[object] = []
    results = groups.measure(["native"], told.append, doubted)
    assert asked == [4, 8]
    assert told == results.rows
    assert len(results.rows[0].samples.rounds) == 8


def test_the_page_comes_from_the_json_alone_and_tells_every_figure(tmp_path: Path) -> None:
    results = ran(case(), speed(2000), case("native/loud", noise=[5, 5, 0, 0, 5]))
    results.add(Share("storage/size", "part", "whole", 1, 4, at_most(1)))
    results.add(Stated("logs/rate", "rate", 12.5, "MB/s"))
    results.add(Skipped("bridge/nothing", "no C compiler here"))
    kept = tmp_path / "apart.json"
    kept.write_text(json.dumps([Stated("huge/memory", "kept apart", 470, "MB").document()]))
    write(results, tmp_path / "bench.json", tmp_path / "BENCH.md", kept)
    text = (tmp_path / "BENCH.md").read_text()
    assert "| kept apart | 470 MB |" in text
    assert text == page(json.loads((tmp_path / "bench.json").read_text()))
    assert "| a | b | **0.5** (0.5 … 0.5) | 8 | 1.000 (1.000 … 1.000) | ≤ 0.6 | met |" in text
    assert "| ≥ 3 | missed |" in text
    assert NOISY in text
    assert "Goals:** 4: 2 met, 1 missed, 1 without verdict" in text
    assert "- a: missed. Why was not looked into.\n" in text
    assert "Not measured: `bridge/nothing`: no C compiler here." in text
    assert "| not measured |" in text, "seeds whose rows are not there"
