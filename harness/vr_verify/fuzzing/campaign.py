"""A campaign: case after case on resident engines, until the cases or the patience run out.

Spec: contract, section 3. The same seed on the same engines is the same campaign. It must not
know how cases are made or kept.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from vr_verify.fuzzing.bout import REFUSAL, Played
from vr_verify.fuzzing.canary import TRIES_MAX, Canary
from vr_verify.fuzzing.case_source import CaseSource
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.corpus import features
from vr_verify.fuzzing.draws import Draws, SeededDraws
from vr_verify.fuzzing.findings import Findings, Met
from vr_verify.fuzzing.residents import Residents
from vr_verify.session.declared_runs import Rows, over_runs
from vr_verify.session.lockstep import Progress
from vr_verify.session.turns import LiveSide

FAILURES_MAX: Final = 20
"""After so many failures of an engine, each of which takes new workers, a campaign ends."""


@dataclass
class Tally:
    """What a campaign did. `cases` were compared; `refused` ones no side takes.

    `turns` were executed and compared; `halted` cases ended in one error on all sides alike.
    `declared` is what all cases met of declared differences, None where there is no file of them.
    """

    cases: int = 0
    refused: int = 0
    first_refusal: str = ""
    turns: int = 0
    halted: int = 0
    failures: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    declared: Rows | None = None

    def count(self, played: Played) -> None:
        """Count a case that was played, or refused by all."""
        if played.refused:
            self.refused += 1
            self.first_refusal = self.first_refusal or played.refused
            return
        self.cases += 1
        if played.declared is not None:
            self.declared = over_runs([self.declared or (), played.declared], part=True)
        self.turns += max(0, played.turns - 1)
        self.halted += played.halt is not None
        self.failures += played.failure is not None

    def rules_fired(self, sides: Sequence[LiveSide]) -> dict[str, int]:
        """Add up how often each rule fired in the last case, as one side tells; return that."""
        teller = next((side.engine for side in sides if side.engine.can("rules_fired")), None)
        if teller is None:
            return {}
        fired = dict.fromkeys(teller.description.rules, 0) | teller.rules_fired()
        for rule, times in fired.items():
            self.rules[rule] = self.rules.get(rule, 0) + times
        return fired


class Campaign:
    """The loop: make a case, play it, learn from it, note what parts.

    `tally`, `findings` and `canaries` (at the start, at the end) are there also when it is cut
    short. `taken` counts the cases that were made, `rules_in_last` the rules that fired in the
    last one that all sides agreed on.
    """

    def __init__(
        self,
        residents: Residents,
        source: CaseSource,
        findings: Findings,
    ) -> None:
        self.residents, self.source, self.findings = residents, source, findings
        self.tally = Tally()
        self.canaries = (Canary(), Canary())
        self.taken = self.rules_in_last = 0
        self._latest: deque[tuple[int, Case, Played]] = deque(maxlen=TRIES_MAX)
        self._before: Case | None = None

    @property
    def gave_up(self) -> bool:
        """Whether engines failed too often to go on."""
        return self.tally.failures >= FAILURES_MAX

    def take(self, draws: Draws) -> Played:
        """Make the next case out of these decisions, and play it."""
        number, self.taken = self.taken, self.taken + 1
        case = self.source.make(number, draws)
        played = self.residents.play(case)
        self.tally.count(played)
        if not played.parted and not played.refused:
            fired = self.tally.rules_fired(self.residents.sides)
            self.rules_in_last = sum(1 for times in fired.values() if times)
            shown = features(played.turns, played.halt, fired)
            self.source.corpus.admit(case, shown, played.turns, played.halt is not None)
        if played.parted:
            self._note(number, case, played)
        if played.failure is None and not played.refused and played.kind != REFUSAL:
            self._watch(number, case, played)
        if not played.refused:
            # What no side takes leaves nothing behind; what fails is followed by new workers.
            self._before = None if played.failure is not None else case
        return played

    def _note(self, number: int, case: Case, played: Played) -> None:
        """Name the fault, and look at it on fresh workers; then go on with unspoilt ones."""
        fault = self.residents.fault(case, played)
        noted = self.findings.note(fault, Met(number, case, played, self._before))
        if noted.spoilt:
            self.residents.restart()

    def _watch(self, number: int, case: Case, played: Played) -> None:
        """Try the first canary on this case, and keep the case for the last one."""
        if self.canaries[0].wanted:
            self.canaries[0].try_on(self.residents, number, case, played)
        self._latest.append((number, case, played))

    def finish(self) -> None:
        """Try the last canary on the latest cases, the very last one first."""
        for number, case, played in reversed(self._latest):
            if not self.canaries[1].wanted:
                break
            self.canaries[1].try_on(self.residents, number, case, played)


def run_campaign(
    campaign: Campaign, cases: int, seed: int, progress: Progress | None = None
) -> None:
    """Play `cases` cases; case `i` has decisions of its own, from the seed and `i` alone."""
    for number in range(cases):
        if campaign.gave_up:
            break
        campaign.take(SeededDraws(seed, number))
        if progress is not None:
            progress("fuzz", number + 1, cases)
    campaign.finish()
