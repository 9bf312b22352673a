"""Which factor flips an answer, found with made-up runs: alone, together, or none at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from vr_verify.bisection.flipping import RUNS_SETTLED_MAX, Flipping, flipping_factors
from vr_verify.bisection.run_answer import AnswerWriter, Difference, RunAnswer
from vr_verify.engines.factors import Factor, Setting
from vr_verify.errors import EngineCrashed, EngineTimedOut
from vr_verify.model.run import Digests, Halt

FACTORS = tuple(
    Factor(name, name, (Setting(f"{name}-1"), Setting(f"{name}-2")))
    for name in ("moon", "tide", "wind", "rain")
)


def answer(*values: int, halt: Halt | None = None) -> RunAnswer:
    """Make an answer with a state digest for each turn."""
    writer = AnswerWriter(0)
    for value in values:
        writer.add(Digests(value.to_bytes(32, "big")))
    if halt is not None:
        writer.add(Digests(), halt)
    return writer.answer(None)


GOOD, BAD, OTHER = answer(1, 2, 3), answer(1, 2, 4), answer(1, 5, 6)
Rule = Callable[[set[str], int], RunAnswer]


@dataclass
class Made:
    """Runs by a rule: names of settings and the number of the run give the answer."""

    rule: Rule
    played: list[set[str]] = field(default_factory=list)

    def play(self, settings: Sequence[Setting]) -> RunAnswer:
        """Play."""
        self.played.append({setting.name for setting in settings})
        return self.rule(self.played[-1], len(self.played))

    def flips(self, **options: object) -> Flipping:
        """Find what flips it."""
        refused = options.pop("refused", "")
        return flipping_factors(
            self.play,
            lambda setting: "no such thing" if setting.name == refused else None,
            FACTORS,
            **options,  # type: ignore[arg-type]  # the options of the function under test
        )


def blamed(found: Flipping) -> list[str]:
    return [trial.setting.name for trial in found.blamed]


def test_a_steady_build_is_blamed_for_nothing_and_all_was_tried() -> None:
    made = Made(lambda names, number: GOOD)
    found = made.flips()
    assert (blamed(found), found.combination, found.base.steady) == ([], None, True)
    assert found.runs == len(made.played) == 4 + 3 * 8 + 3 * 2
    assert [len(trial.tally.settings) for trial in found.together] == [4, 4]
    guilty = Made(lambda names, number: BAD if "tide-2" in names else GOOD).flips()
    assert blamed(guilty) == ["tide-2"]
    assert guilty.together == [], "one factor explains it"


def test_the_place_is_that_of_the_first_turn_that_differs() -> None:
    found = Made(lambda names, number: OTHER if "moon-1" in names else GOOD).flips()
    (trial,) = found.blamed
    assert {one.difference(trial.reference) for one in trial.differing} == {Difference(1, "state")}
    assert (trial.flips, trial.steadies) == (True, False)


def test_more_runs_are_played_until_chance_is_ruled_out_and_no_more() -> None:
    found = Made(lambda names, number: BAD if "tide-2" in names else GOOD).flips(times=1)
    (trial,) = found.blamed
    assert len(trial.differing) == trial.tally.runs == 5
    assert found.base.runs == 4


def test_a_rare_fault_is_not_laid_at_the_factor_that_it_met() -> None:
    found = Made(lambda names, number: BAD if number % 17 == 6 else GOOD).flips()
    assert blamed(found) == []
    assert found.runs < 40 * RUNS_SETTLED_MAX
    assert any(trial.differing for listed in found.trials.values() for trial in listed)


def test_an_answer_that_varies_from_run_to_run_is_steadied_by_its_factor() -> None:
    def rule(names: set[str], number: int) -> RunAnswer:
        seeds = [name for name in names if name.startswith("wind")]
        value = number if not seeds else 1000 + int(seeds[0] == "wind-2")
        return answer(1, value) if "rain-2" not in names else answer(1, value + 5000)

    found = Made(rule).flips()
    assert found.bases[0].steady is False
    assert [tally.steady for tally in found.bases] == [False, True]
    # On top of it the next factor is found, which the first one had hidden.
    assert blamed(found) == ["wind-1", "wind-2", "rain-2"]
    assert [trial.steadies for trial in found.blamed] == [True, True, False]
    assert [s.name for s in found.blamed[2].tally.settings] == ["wind-1", "rain-2"]


def test_a_coin_is_p_of_k_and_nobody_is_blamed() -> None:
    coins = 0x9E3779B97F4A7C159E3779B97F4A7C15
    found = Made(lambda names, number: BAD if coins >> number % 127 & 1 else GOOD).flips(
        preferred=GOOD
    )
    plain = found.bases[0]
    assert (blamed(found), plain.steady, len(found.bases)) == ([], False, 1)
    assert plain.runs >= 10
    assert 0 < len(plain.differing(plain.usual(GOOD))) < plain.runs


def test_two_that_flip_it_only_together_are_found_and_no_third_with_them() -> None:
    both = {"moon-1", "rain-1"}
    found = Made(lambda names, number: BAD if both <= names else GOOD).flips()
    assert blamed(found) == []
    assert found.combination is not None
    assert [setting.name for _, setting in found.combination.pairs] == ["moon-1", "rain-1"]
    other = Made(lambda names, number: BAD if {"moon-2", "rain-2"} <= names else GOOD).flips()
    assert other.combination is not None
    assert [setting.name for _, setting in other.combination.pairs] == ["moon-2", "rain-2"]


def test_two_that_steady_it_only_together() -> None:
    both = {"tide-1", "rain-1"}
    found = Made(lambda names, number: GOOD if both <= names else answer(1, number % 3)).flips()
    assert found.combination is not None
    assert [setting.name for _, setting in found.combination.pairs] == ["tide-1", "rain-1"]
    assert found.combination.steadies


def test_what_is_refused_is_not_played_and_says_why() -> None:
    made = Made(lambda names, number: GOOD)
    found = made.flips(refused="moon-1")
    assert not any("moon-1" in names for names in made.played)
    first, second = found.trials["moon"]
    assert (first.refused, first.tally.runs) == ("no such thing", 0)
    assert (second.refused, second.tally.runs) == (None, 3)


def test_a_failing_engine_is_an_answer_too() -> None:
    def failed(error: type[EngineCrashed] | type[EngineTimedOut]) -> RunAnswer:
        writer = AnswerWriter(0)
        writer.add(Digests((1).to_bytes(32, "big")))
        return writer.failed(error("mill", "the wheel broke"))

    crash, hang = failed(EngineCrashed), failed(EngineTimedOut)
    found = Made(lambda names, number: crash if "tide-1" in names else GOOD).flips()
    assert blamed(found) == ["tide-1"]
    (trial,) = found.blamed
    assert trial.differing[0].difference(trial.reference) == Difference(1, "crashed")
    hanging = Made(lambda names, number: hang if "tide-1" in names else GOOD).flips()
    assert hanging.trials["tide"][0].tally.runs == 1, "waiting again would say no more"
    first = Made(lambda names, number: crash).flips()
    assert (first.failed, first.runs, first.trials) == (True, 1, {})


@pytest.mark.parametrize(
    ("other", "place"),
    [
        (answer(1, 2, 3), None),
        (answer(1, 2, 9), Difference(2, "state")),
        (answer(7, 2, 9), Difference(0, "state")),
        (answer(1, 2), Difference(2, "halt")),
        (answer(1, 2, halt=Halt("flood")), Difference(2, "halt")),
    ],
)
def test_answers_part_at_the_first_turn_that_differs(
    other: RunAnswer, place: Difference | None
) -> None:
    assert GOOD.difference(other) == other.difference(GOOD) == place


def test_what_only_one_side_tells_is_no_difference_and_a_false_digest_is() -> None:
    told, silent = AnswerWriter(5), AnswerWriter(5)
    told.add(Digests(b"s" * 32, b"l" * 32, b"e" * 32))
    silent.add(Digests(b"s" * 32))
    assert told.answer(None).difference(silent.answer(None)) is None
    assert told.answer(b"s" * 32).difference(silent.answer(b"t" * 32)) == Difference(5, "digest")
    told.correct_state(b"x" * 32)
    assert told.answer(None).difference(silent.answer(None)) == Difference(5, "state")
