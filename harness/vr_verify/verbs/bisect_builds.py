"""`bisect` between two builds: which turn, step, phase, entity and field they part at.

Spec: contract, section 3. Each build runs twice at the same time, and is compared with itself
before the two are compared. It must not print or exit.
"""

import shlex
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from msgspec import structs

from vr_verify.bisection import proportion
from vr_verify.bisection.asking import Again
from vr_verify.bisection.contest import Contest, Entrant
from vr_verify.bisection.duel import ROLES, Unstable
from vr_verify.bisection.flipping import Tally
from vr_verify.bisection.repetition import Repetition
from vr_verify.bisection.scan import common_range, refuse_other_run, scan
from vr_verify.bisection.segments import BY_HALVES, IN_ORDER
from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.registry import BuildSpec, resolve_build
from vr_verify.errors import EngineError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Divergence
from vr_verify.report.bisect_document import Bisection, BisectSide, Intermittence, Searched
from vr_verify.report.failure_text import STOPPED, told
from vr_verify.report.layout import counted
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment, remarks, verdict
from vr_verify.session.lockstep import RECORDED, FirstDivergence, Progress
from vr_verify.session.turn_ranges import turns_within

FURTHER_RUNS: Final = 10
LOG_PREFIX: Final = "log:"
SCAN: Final = "scan"
_ONLY_LAST: Final = (
    "The last segment is equal, and no other was executed: under --assume-persists that is all "
    "there is to find, but a difference that heals is missed so. Leave it out to search them all."
)
_NOT_PROVEN: Final = "a divergent turn, not proven first: --assume-persists searched by halves"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `turns` includes both ends; `runs` more are made of an unstable build.

    As many are made of each build at the turn where they part, unless `ask_again` is False.
    """

    turns: tuple[int, int] | None = None
    assume_persists: bool = False
    runs: int = FURTHER_RUNS
    limits: Limits = field(default_factory=Limits)
    progress: Progress | None = None
    ask_again: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """One of the two, as the caller named it: a build that can run, or a recording of one."""

    role: str
    text: str
    spec: BuildSpec | None = None
    log: RunLog | None = None


def bisect_builds(log: Path, good: str, bad: str, asked: Asked) -> Bisection:
    """Find where two builds part along a log; `log:FILE` names a recording in a build's place."""
    with ExitStack() as stack:
        opened = stack.enter_context(RunLog.open(log))
        watched = asked.progress or ignore_progress
        pair = (_given("good", good, stack, watched), _given("bad", bad, stack, watched))
        return compare(opened, log.name, pair, asked)


def _given(role: str, text: str, stack: ExitStack, watched: Progress) -> Given:
    if not text.startswith(LOG_PREFIX):
        return Given(role, text, resolve_build(text, watched))
    path = Path(text.removeprefix(LOG_PREFIX))
    return Given(role, text, log=stack.enter_context(RunLog.open(path)))


def _file_name(one: Given) -> str:
    return Path(one.text.removeprefix(LOG_PREFIX)).name


def compare(log: RunLog, name: str, pair: tuple[Given, Given], asked: Asked) -> Bisection:
    """Compare two builds along an open log called `name`: scanned if both were recorded."""
    recordings = {one.role: one.log for one in pair if one.log is not None}
    for recording in recordings.values():
        refuse_other_run(log, recording, "what log: names")
    builds = {one.spec.build for one in pair if one.spec is not None}
    own = [one for one in pair if one.spec is not None and one.spec.build == log.header.build]
    if len(own) == 1 and len(builds | {r.header.build for r in recordings.values()}) > 1:
        recordings.setdefault(own[0].role, log)
    turns = turns_within(log.turns, asked.turns)
    clipped = remarks.clipped(asked.turns, log.turns[0], log.turns[-1])
    logs = {RECORDED: log} | recordings
    spans = common_range(logs, turns)
    if spans is None:
        return Bisection(outcome=Outcome.NOTHING_COMPARED, message="The logs share no turn.")
    if len(recordings) == len(ROLES):
        return _scanned(recordings | logs, name, pair, spans, asked, clipped)
    return _Execution(next(iter(recordings.values()), log), name, pair, recordings, asked).report(
        spans, clipped
    )


def _scanned(
    logs: dict[str, RunLog],
    name: str,
    pair: tuple[Given, Given],
    turns: tuple[int, int],
    asked: Asked,
    said: list[str],
) -> Bisection:
    """Compare two recordings, nothing executed."""
    good, bad = (logs[role] for role in ROLES)
    beside = {role: logs[role] for role in ROLES}
    beside |= {} if logs[RECORDED] in (good, bad) else {RECORDED: logs[RECORDED]}
    found = scan(beside, turns, asked.progress)
    names = [name if one.log is None else _file_name(one) for one in pair]
    again = shlex.join(["vr-verify", "diff", *names])
    parted = None
    if found.first is not None:
        parted = verdict.divergence(verdict.Evidence(good, found, found.first, None, again))
        if parted.kind == "state" and parted.table is None:
            said = [*said, f"entity and field are unknown: no state of turn {parted.turn} is kept"]
    headers = {role: log.header for role, log in beside.items()}
    facts = {
        role: environment.recorded_facts(h.engine, h.build, h.rules_version) | h.environment
        for role, h in headers.items()
    }
    count = turns[1] - turns[0] + 1
    method = Searched(SCAN, 0, 0, 0, count, 0, *turns, None if parted is None else True)
    return Bisection(
        outcome=Outcome.AGREED if parted is None else Outcome.FINDING,
        complete=good.complete and bad.complete,
        message="; ".join(said) or None,
        sides={
            role: BisectSide(h.engine, h.build, h.rules_version, True, 0)
            for role, h in headers.items()
            if role in ROLES
        },
        environment=environment.side_differences(facts),
        searched=method,
        divergence=parted,
    )


class _Execution:
    """Two builds, at least one of which runs, along one log."""

    def __init__(
        self,
        log: RunLog,
        name: str,
        pair: tuple[Given, Given],
        recordings: dict[str, RunLog],
        asked: Asked,
    ) -> None:
        self.log, self.pair, self.asked = log, pair, asked
        named = [_file_name(one) for one in pair if one.log is log]
        self.name = named[0] if named else name
        self.recorded = frozenset(recordings)

    def report(self, turns: tuple[int, int], said: list[str]) -> Bisection:
        """Execute, and say what was found; an engine's failure and Ctrl-C are outcomes too."""
        good, bad = (Entrant(o.role, o.spec, o.role in self.recorded) for o in self.pair)
        asked = self.asked
        runs = asked.runs if asked.ask_again else 0
        contest = Contest(self.log, (good, bad), turns, asked.limits, runs, asked.progress)
        try:
            contest.run(asked.assume_persists)
            if isinstance(contest.finding, Unstable):
                return self._intermittent(contest, contest.finding, said)
        except (EngineError, KeyboardInterrupt) as error:
            if contest.duel is None:
                raise
            return self._unfinished(contest, error)
        return self._judged(contest, said)

    def _judged(self, contest: Contest, said: list[str]) -> Bisection:
        """Judge: a divergence, nothing executed, only the last segment executed, or agreement."""
        parted = self._divergence(contest)
        searched_all = contest.executed == len(contest.segments)
        if parted is not None:
            outcome = Outcome.FINDING
            log_first, sides = self.log.turns[0], contest.sides
            unknown = verdict.unlocated(parted, log_first, sides)
            said = [*filter(None, [unknown]), *said]
            if self.asked.assume_persists and len(contest.segments) > 1:
                said = [_NOT_PROVEN, *said]
        elif not contest.executed:
            outcome, said = Outcome.NOTHING_COMPARED, ["no turn was executed and compared", *said]
        elif not searched_all:
            outcome, said = Outcome.SKIPPED, [_ONLY_LAST, *said]
        else:
            outcome = Outcome.AGREED
        said += self._apart_from_log(contest)
        return structs.replace(self._facts(contest, outcome, said), divergence=parted)

    def _divergence(self, contest: Contest) -> Divergence | None:
        """Put together what is known of the divergence, if there is one."""
        found = contest.comparison
        if found is None or found.first is None:
            return None
        evidence = verdict.Evidence(
            self.log, found, found.first, contest.located, self._again(contest, found.first)
        )
        return verdict.divergence(evidence)

    def _again(self, contest: Contest, first: FirstDivergence) -> str:
        """Return the command that shows the divergent turn again."""
        live = [one.text for one in self.pair if one.spec is not None]
        engine, against = live if len(live) > 1 else (live[0], "none")
        words = ["vr-verify", "replay", self.name, "--engine", engine, "--against", against]
        words += ["--turns", f"{first.turn}:{first.turn}"]
        words += ["--trace", "draws"] if all(s.engine.can("draws") for s in contest.sides) else []
        return shlex.join(words)

    def _intermittent(self, contest: Contest, found: Unstable, said: list[str]) -> Bisection:
        """Run the build that differs from itself more often, and count, unless that was done."""
        spec = next(one.spec for one in self.pair if one.role == found.role)
        assert spec is not None, "a recording alone cannot differ from itself"
        limits = replace(self.asked.limits, workers=1)
        played = Repetition(self.log, spec, limits, contest.turns)
        again = contest.again.get(found.role)
        if again is not None:
            counts = intermittence(found, again.tally, again.varied)
        else:
            counts = intermittence(found, repeated(played, self.asked))
        report = self._facts(contest, Outcome.INTERMITTENT, [counts_text(counts), *said])
        return structs.replace(report, intermittent=counts)

    def _unfinished(self, contest: Contest, error: EngineError | KeyboardInterrupt) -> Bisection:
        """Report what was found before an engine failed or the work was stopped."""
        parted = self._divergence(contest)
        compared = [] if contest.duel is None else contest.duel.turns
        if parted is not None:
            so_far = f"the builds part at turn {parted.turn}"
        elif compared:
            so_far = f"{counted(len(compared), 'turn')} compared and equal, up to {max(compared)}"
        else:
            so_far = "no turn was compared"
        if isinstance(error, EngineError):
            outcome, failed = Outcome(error.outcome), told(error)
        else:
            outcome, failed = Outcome.INTERRUPTED, STOPPED
        report = self._facts(contest, outcome, [f"{failed}; {so_far}"])
        return structs.replace(report, complete=False, divergence=parted)

    def _apart_from_log(self, contest: Contest) -> list[str]:
        """Say which build does not even play what was recorded, and from where on."""
        duel = contest.duel
        apart = {} if duel is None or self.recorded else duel.apart_from_log
        parted = None if contest.comparison is None else contest.comparison.first
        return [
            f"{role} differs from the log at turn {turn}"
            for role, turn in apart.items()
            if parted is None or turn < parted.turn
        ]

    def _facts(self, contest: Contest, outcome: Outcome, said: list[str]) -> Bisection:
        """Return the document with all but what was found."""
        notes = [note for one in self.pair if one.spec for note in one.spec.notes]
        return Bisection(
            outcome=outcome,
            complete=self.log.complete,
            message="; ".join([*said, *notes]) or None,
            sides={one.role: self._side(contest, one) for one in contest.entrants},
            environment=contest.environment(),
            searched=self._searched(contest),
        )

    def _side(self, contest: Contest, entrant: Entrant) -> BisectSide:
        header = self.log.header
        if not entrant.live or entrant.spec is None:
            return BisectSide(header.engine, header.build, header.rules_version, True, 0)
        described = entrant.live[0].engine.description
        named = (described.name, entrant.spec.build, described.rules_version)
        side = BisectSide(*named, entrant.recorded, entrant.runs)
        return asked_side(side, contest.again.get(entrant.role))

    def _searched(self, contest: Contest) -> Searched:
        assert contest.duel is not None, "asked for when sides have started"
        walk, turns = contest.duel.walk, contest.duel.turns
        one_by_one = not self.asked.assume_persists or len(contest.segments) < 2
        return Searched(
            method=BY_HALVES if self.asked.assume_persists else IN_ORDER,
            segments=len(contest.segments),
            executions=contest.executed,
            turns=walk.played,
            turns_compared=len(turns),
            turns_recomputed=walk.recomputed,
            first_turn=min(turns, default=None),
            last_turn=max(turns, default=None),
            proven_first=None if contest.comparison is None else one_by_one,
        )


def repeated(played: Repetition, asked: Asked) -> Tally:
    """Run a build that differs from itself as often as was asked for."""
    tally = Tally()
    for done in range(1, asked.runs + 1):
        tally.answers.append(played.play())
        if asked.progress is not None:
            asked.progress("further runs", done, asked.runs)
    return tally


def asked_side(side: BisectSide, again: Again | None) -> BisectSide:
    """Return a side with how often it was asked again."""
    if again is None:
        return side
    return structs.replace(side, asked_again=again.tally.runs, varied=again.varied)


def intermittence(found: Unstable, again: Tally, varied: tuple[str, ...] = ()) -> Intermittence:
    """Return the document's part about a build that differs from itself."""
    differing = again.unusual()
    ends = proportion.interval(differing, again.runs)
    place = (found.role, found.turn, found.kind)
    return Intermittence(*place, differing, again.runs, ends, proportion.METHOD, varied)


def counts_text(found: Intermittence) -> str:
    """Say in one sentence that a build differs from itself, and how often."""
    said = f"{found.side} differs from itself at turn {found.turn}"
    under = f", under another {' and '.join(found.varied)} each," if found.varied else ""
    runs = counted(found.runs, "further run")
    if not found.differing:
        return f"{said}; {runs}{under} give one answer, which it did not always give"
    return f"{said}; {found.differing} of {runs}{under} differ from the most common answer"
