"""Faults that a campaign has met: each once, played again on fresh workers, made small and kept.

Spec: contract, section 3. The same fault again is counted and not kept again. It must not know
where cases come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineError, UsageError
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.regress import Kept, keep_for_ever
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.limits import Limits
from vr_verify.report.failure_text import told
from vr_verify.session.declared_runs import DeclaredFile

Shrinker = Callable[[Case, Residents, Fault], Case]
"""Makes a case small that shows a fault on residents; the case that it returns shows it too."""


@dataclass(slots=True)
class Finding:
    """A fault, the first case that showed it, and how often it was met.

    `reproduced`: fresh workers show it. If not, `after_case_before` says whether they do when they
    play the case before it first: state is left from one case to the next. `small` is the case
    that was kept; `shown`: replaying what was kept shows the fault.
    """

    fault: Fault
    number: int
    case: Case
    small: Case
    reproduced: bool
    after_case_before: bool = False
    seen: int = 1
    shown: bool = False
    message: str = ""
    kept: Kept | None = None
    kept_before: Kept | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A case in which the sides parted on workers that had played `before` just before it."""

    number: int
    case: Case
    played: Played
    before: Case | None


class Findings:
    """All faults of a campaign, in the order in which they were met first."""

    def __init__(
        self,
        specs: Sequence[BuildSpec],
        limits: Limits | None,
        folder: Path,
        shrinker: Shrinker | None = None,
        declared: DeclaredFile | None = None,
    ) -> None:
        self._declared = declared
        self._specs, self._limits = tuple(specs), limits
        self._folder, self._shrinker = folder, shrinker
        self._by_id: dict[str, Finding] = {}
        self.listed: list[Finding] = []

    def note(self, fault: Fault, met: Met) -> Finding:
        """Count a fault that is known; play again, shrink and keep one that is not.

        `fault` is as the workers named it that met it. They may be spoilt by earlier cases: fresh
        ones play the case again, and name it anew if they show it.
        """
        known = self._by_id.get(fault.id)
        if known is not None:
            known.seen += 1
            return known
        with Residents(self._specs, self._limits, declared=self._declared) as fresh:
            again = fresh.play(met.case)
            named = fresh.fault(met.case, again) if again.parted else fault
            known = self._by_id.get(named.id)
            if known is None:
                return self._added(fault, self._made(named, met, again), met.before, fresh)
        known.seen += 1
        self._by_id[fault.id] = known
        return known

    def _made(self, fault: Fault, met: Met, again: Played) -> Finding:
        failure = again.failure or met.played.failure
        message = "" if failure is None else told(failure)
        return Finding(fault, met.number, met.case, met.case, again.parted, message=message)

    def _added(
        self, met_as: Fault, finding: Finding, before: Case | None, fresh: Residents
    ) -> Finding:
        """List a new finding, and keep it: whole if it cannot be made small in peace."""
        self._by_id[met_as.id] = self._by_id[finding.fault.id] = finding
        self.listed.append(finding)
        try:
            if not finding.reproduced:
                finding.after_case_before = _shown_after(before, finding.case, fresh)
            elif self._shrinker is not None:
                finding.small = self._shrinker(finding.case, fresh, finding.fault)
        except (EngineError, UsageError):
            # What cannot even be begun on the side that shrinks is kept as it was found.
            fresh.restart()
        finally:
            self._keep(finding, before, fresh)
        return finding

    def _keep(self, finding: Finding, before: Case | None, fresh: Residents) -> None:
        """Write the case; and the one before it where it takes both."""
        name = finding.fault.id
        finding.kept = keep_for_ever(finding.small, name, self._folder, fresh)
        if before is not None and not finding.reproduced:
            finding.kept_before = keep_for_ever(before, f"{name}.before", self._folder, fresh)


def _shown_after(before: Case | None, case: Case, fresh: Residents) -> bool:
    """Whether workers that have played nothing but `before` part in a case."""
    if before is None:
        return False
    fresh.restart()
    return not fresh.play(before).parted and fresh.play(case).parted
