"""Faults that a campaign has met: each once, played again on fresh workers, made small and kept.

Spec: contract, section 3. The same fault again is counted, looked at again now and then, and not
kept again. It must not know where cases come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineError, UsageError
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.keepsakes import fault_shown, log_shows
from vr_verify.fuzzing.regress import Kept, keep_for_ever
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.limits import Limits
from vr_verify.report.failure_text import told
from vr_verify.session.declared_runs import DeclaredFile

Shrinker = Callable[[Case, Residents, Fault], Case]
"""Makes a case small that shows a fault on residents, which may be spoilt by what it tries."""

KEPT_WHOLE: Final = "made small, it does not show on fresh workers: kept whole"


@dataclass(slots=True)
class Finding:
    """A fault, the first case that showed it, and how often it was met.

    `reproduced`: fresh workers show it. If not, `after_case_before` says whether they do when they
    play the case before it first: state is left from one case to the next. `small` is the case
    that was kept; `shown`: fresh workers show the fault over what was kept. `kept_else` are files
    kept of it beside that: the case before, or what was kept while it was not reproduced.
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
    kept_else: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A case in which the sides parted on workers that had played `before` just before it."""

    number: int
    case: Case
    played: Played
    before: Case | None


class Noted(NamedTuple):
    """The finding that a fault belongs to; `spoilt` workers do not show what fresh ones do."""

    finding: Finding
    spoilt: bool


class Findings:
    """All faults of a campaign, in the order in which they were met first.

    A fault is known by the name that fresh workers give it; only one that they do not show has the
    name under which it was met.
    """

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

    def note(self, fault: Fault, met: Met) -> Noted:
        """Count a fault that is known; play again, shrink and keep one that is not.

        `fault` is as the workers named it that met it. They may be spoilt by earlier cases: fresh
        ones play the case again, and name it anew if they show it. They do so until they have
        shown the fault once, and then at its 2nd, 4th, 8th … sighting.
        """
        known = self._by_id.get(fault.id)
        if known is not None and known.reproduced and not _is_power_of_two(known.seen + 1):
            known.seen += 1
            return Noted(known, spoilt=False)
        with Residents(self._specs, self._limits, declared=self._declared) as fresh:
            again = fresh.play(met.case)
            named = fresh.fault(met.case, again) if again.parted else fault
            finding = self._entered(named, met, again, fresh)
        return Noted(finding, spoilt=not again.parted or named != fault)

    def _entered(self, named: Fault, met: Met, again: Played, fresh: Residents) -> Finding:
        """List a fault under this name, or count it; the first case that shows it is kept."""
        failure = again.failure or met.played.failure
        message = "" if failure is None else told(failure)
        known = self._by_id.get(named.id)
        if known is None:
            known = Finding(named, met.number, met.case, met.case, again.parted, message=message)
            self._by_id[named.id] = known
            self.listed.append(known)
        else:
            known.seen += 1
            if known.reproduced or not again.parted:
                return known
            known.reproduced, known.number, known.message = True, met.number, message
            known.case = known.small = met.case
            known.after_case_before = False
        self._keep(known, met.before, fresh)
        return known

    def _keep(self, finding: Finding, before: Case | None, fresh: Residents) -> None:
        """Write what is left of a finding: whole if it cannot be made small in peace."""
        try:
            if not finding.reproduced:
                finding.after_case_before = _shown_after(before, finding.case, fresh)
            elif self._shrinker is not None:
                self._make_small(finding, self._shrinker, fresh)
        except (EngineError, UsageError):
            pass  # what cannot even be begun on the side that shrinks is kept as it was found
        finally:
            # What plays it for the log, and for the proof, has played nothing else.
            fresh.restart()
            self._write(finding, before, fresh)

    def _make_small(self, finding: Finding, shrinker: Shrinker, fresh: Residents) -> None:
        """Make the case small, unless it takes what the tries left behind in the workers."""
        small = shrinker(finding.case, fresh, finding.fault)
        if small == finding.case:
            return
        fresh.restart()
        if fault_shown(small, fresh) == finding.fault:
            finding.small = small
        else:
            finding.message = "; ".join(filter(None, (finding.message, KEPT_WHOLE)))

    def _write(self, finding: Finding, before: Case | None, fresh: Residents) -> None:
        """Write the case, and the one before it where it takes both; look whether it shows."""
        name, earlier = finding.fault.id, finding.kept
        if earlier is not None:
            finding.kept_else = (*earlier.files, *finding.kept_else)
        if not finding.reproduced:
            finding.kept = keep_for_ever(finding.small, name, self._folder, fresh)
            if before is not None:
                also = keep_for_ever(before, f"{name}.before", self._folder, fresh)
                finding.kept_else = also.files
            return
        finding.kept = keep_for_ever(finding.small, name, self._folder, fresh, finding.fault)
        if finding.kept.log:
            fresh.restart()
            finding.shown = log_shows(self._folder / finding.kept.log, fresh, finding.fault)


def _shown_after(before: Case | None, case: Case, fresh: Residents) -> bool:
    """Whether workers that have played nothing but `before` part in a case."""
    if before is None:
        return False
    fresh.restart()
    return not fresh.play(before).parted and fresh.play(case).parted


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
