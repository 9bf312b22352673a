"""Coverage: every announced rule is in the answer, fired or not."""

import pytest

from void_reckoning_reference.observability.coverage import Coverage


def test_rules_that_never_fired_stay_in_the_answer() -> None:
    coverage = Coverage(["recharge", "battle", "victory"])
    coverage.fire("battle")
    coverage.fire("battle", 4)
    coverage.fire("recharge", 0)
    assert list(coverage.fired().items()) == [("recharge", 0), ("battle", 5), ("victory", 0)]


def test_a_rule_nobody_announced_is_a_bug() -> None:
    coverage = Coverage(["battle"])
    with pytest.raises(AssertionError, match="no rule that was announced"):
        coverage.fire("batle")
    with pytest.raises(AssertionError, match="fired -1 times"):
        coverage.fire("battle", -1)
    assert coverage.fired() == {"battle": 0}


def test_what_was_handed_out_cannot_change_the_count() -> None:
    coverage = Coverage(["battle"])
    coverage.fired()["battle"] = 9
    assert coverage.fired() == {"battle": 0}
