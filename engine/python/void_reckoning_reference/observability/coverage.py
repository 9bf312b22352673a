"""Coverage: how often each rule fired since the first state.

Law: RULES.md part II. A rule that never fired was never compared, and a report must say so;
therefore the names are given in advance and stay in the answer with 0.
"""

from collections.abc import Iterable


class Coverage:
    """Counts fired rules by name."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._fired = dict.fromkeys(rules, 0)

    def fire(self, rule: str, times: int = 1) -> None:
        """Count a rule that did something; its name is one of those given in advance."""
        assert rule in self._fired, f"'{rule}' is no rule that was announced"
        assert times >= 0, f"'{rule}' fired {times} times"
        self._fired[rule] += times

    def fired(self) -> dict[str, int]:
        """Return the count of every announced rule, in the order of announcement."""
        return dict(self._fired)
