"""What a replay covered, counted as it goes: turns, digests, audits, rules.

It must not judge; the verb does that from the counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vr_verify.model.report import Checked, Violation
from vr_verify.session.turns import LiveSide

_Key = tuple[int, str, str, str, str]
_COUNTS: Final = (
    "turns",
    "turns_recomputed",
    "steps",
    "phases",
    "digests",
    "draw_digests",
    "event_digests",
    "draws",
    "events",
    "entities_audited",
)


def rules_fired(sides: Sequence[LiveSide]) -> dict[str, dict[str, int]]:
    """Return how often each rule has fired on each side that counts them."""
    return {
        side.name: dict.fromkeys(side.engine.description.rules, 0) | side.engine.rules_fired()
        for side in sides
        if side.engine.can("rules_fired")
    }


class RuleCounters:
    """What the rule counters of sides hold that is no part of the turns that were compared."""

    def __init__(self) -> None:
        self._beside: dict[str, dict[str, int]] = {}

    def begin(self, sides: Sequence[LiveSide]) -> None:
        """Count from here on: what has fired by now was played to come here."""
        self._beside = rules_fired(sides)

    def leave_out(self, since: Mapping[str, Mapping[str, int]], sides: Sequence[LiveSide]) -> None:
        """Leave out what fired since `since` was read, in turns that are played again."""
        for name, fired in rules_fired(sides).items():
            beside = self._beside.setdefault(name, {})
            for rule, times in fired.items():
                again = times - since.get(name, {}).get(rule, 0)
                beside[rule] = beside.get(rule, 0) + again

    def counted(self, sides: Sequence[LiveSide]) -> dict[str, dict[str, int]]:
        """Return how often each rule has fired on each side in the turns that were compared."""
        return {
            name: {
                rule: times - self._beside.get(name, {}).get(rule, 0)
                for rule, times in fired.items()
            }
            for name, fired in rules_fired(sides).items()
        }


@dataclass
class Coverage:
    """Counts of one run; `checked` and `violations` turn them into parts of the report."""

    turns: int = 0
    first_turn: int | None = None
    last_turn: int | None = None
    turns_recomputed: int = 0
    steps: int = 0
    phases: int = 0
    digests: int = 0
    draw_digests: int = 0
    event_digests: int = 0
    draws: int = 0
    events: int = 0
    entities_audited: int = 0
    invariants: int = 0
    advanced_to: int = -1
    """The last turn of those that were played unwatched; no part of the report."""
    _found: dict[_Key, list[str]] = field(default_factory=dict)
    _rules: dict[str, int] = field(default_factory=dict)

    def compared(self, turn: int, digests: Mapping[str, int], recomputed: bool) -> None:
        """Count a state that was compared, and its digests by their kind."""
        self.first_turn = turn if self.first_turn is None else self.first_turn
        self.last_turn = turn
        self.digests += sum(digests.values())
        self.draw_digests += digests.get("ledger", 0)
        self.event_digests += digests.get("events", 0)
        self.turns_recomputed += recomputed

    def audit(self, turn: int, sides: Iterable[LiveSide], level: str) -> None:
        """Have each side that can audit itself do so; findings of several sides are one."""
        for side in sides:
            if not side.engine.can("audit"):
                continue
            audit = side.engine.audit(level)
            self.entities_audited += audit.entities
            self.invariants = max(self.invariants, audit.invariants)
            for found in audit.findings:
                key = (turn, found.rule, found.severity, found.entity, found.message)
                reporters = self._found.setdefault(key, [])
                if side.name not in reporters:
                    reporters.append(side.name)

    def count_rules(self, fired: Mapping[str, Mapping[str, int]]) -> None:
        """Add how often each declared rule has fired on each side."""
        for counts in fired.values():
            for rule, times in counts.items():
                self._rules[rule] = self._rules.get(rule, 0) + times

    def add(self, later: "Coverage") -> None:
        """Add what was covered in turns that follow on these."""
        if self.first_turn is None:
            self.first_turn = later.first_turn
        if later.last_turn is not None:
            self.last_turn = later.last_turn
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.invariants = max(self.invariants, later.invariants)
        self.advanced_to = max(self.advanced_to, later.advanced_to)
        self._found |= later._found  # noqa: SLF001 - of this class
        for rule, times in later._rules.items():  # noqa: SLF001 - of this class
            self._rules[rule] = self._rules.get(rule, 0) + times

    def forget_rules(self) -> None:
        """Count no rules: the run did not come to its end."""
        self._rules.clear()

    def violations(self) -> tuple[Violation, ...]:
        """Return the findings in order of their turn, then as they were found."""
        return tuple(Violation(*key, tuple(sides)) for key, sides in self._found.items())

    def checked(self) -> Checked:
        """Return the counts as the report has them."""
        never = tuple(rule for rule, times in self._rules.items() if not times)
        return Checked(
            turns=self.turns,
            first_turn=self.first_turn,
            last_turn=self.last_turn,
            turns_recomputed=self.turns_recomputed,
            steps=self.steps,
            phases=self.phases,
            digests=self.digests,
            draw_digests=self.draw_digests,
            event_digests=self.event_digests,
            draws=self.draws,
            events=self.events,
            entities_audited=self.entities_audited,
            invariants=self.invariants,
            rules_fired=len(self._rules) - len(never),
            rules_total=len(self._rules),
            rules_never_fired=never,
        )
