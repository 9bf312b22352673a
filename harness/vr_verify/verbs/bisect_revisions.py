"""`bisect --repo`: the revision of a git repository that brought a difference.

Spec: contract, section 3. What cannot be built or fails is passed over, never blamed. It must not
print or exit.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from msgspec import structs

from vr_verify.bisection.asking import ask_again
from vr_verify.bisection.duel import BAD, GOOD, Unstable
from vr_verify.bisection.history import Span, Verdict, first_bad
from vr_verify.bisection.repetition import Repetition
from vr_verify.bisection.run_answer import RunAnswer
from vr_verify.engines.builds import git
from vr_verify.engines.builds.git import Commit
from vr_verify.engines.builds.revision import resolve_revision
from vr_verify.engines.builds.spec import Progress, ignore_progress
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineCannotStart, UsageError
from vr_verify.model.outcome import Outcome
from vr_verify.report.bisect_document import Bisection, RevisionRow, Revisions
from vr_verify.report.failure_text import STOPPED, without_folders
from vr_verify.report.layout import condensed
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.bisect_builds import (
    Asked,
    Given,
    asked_side,
    compare,
    counts_text,
    intermittence,
    repeated,
)

_NOT_FROM_STATES = (
    "The revisions differ in a run from the start and not from recorded states: what differs was "
    "carried along, and the place is not known."
)


@dataclass
class _History:
    """A row of commits after a good one, and what came of those that were tried."""

    repo: Path
    name: str | None
    good: Commit
    row: list[Commit]
    watched: Progress
    specs: dict[str, BuildSpec] = field(default_factory=dict)
    tried: list[RevisionRow] = field(default_factory=list)

    def spec(self, commit: Commit) -> BuildSpec:
        """Build a commit, or find it built."""
        if commit.id not in self.specs:
            self.specs[commit.id] = resolve_revision(
                self.repo, commit.short, self.name, progress=self.watched
            )
        return self.specs[commit.id]

    def note(
        self, commit: Commit, verdict: str, turn: int | None = None, reason: str | None = None
    ) -> None:
        """Keep what came of a commit."""
        said = None if reason is None else without_folders(condensed(reason))
        self.tried.append(RevisionRow(commit.id, commit.subject, verdict, turn, said))

    def document(self, span: Span | None = None) -> Revisions:
        """Return the document's part; `span` None: nothing is known of the first bad one."""
        between = len(self.row)
        if span is None:
            return Revisions(between=between, tried=tuple(self.tried))
        known = {row.hash: row for row in self.tried}
        left = tuple(known[self.row[at].id] for at in span.candidates)
        return Revisions(
            between=between,
            tried=tuple(self.tried),
            candidates=left,
            first_bad=left[0] if len(left) == 1 else None,
            last_good=known[self.commit(span.good).id],
        )

    def commit(self, at: int) -> Commit:
        """Return the commit at a place of the row; -1 is the good one before it."""
        return self.good if at < 0 else self.row[at]


def bisect_revisions(
    log: Path, repo: Path, revisions: tuple[str, str], name: str | None, asked: Asked
) -> Bisection:
    """Find the first bad revision along the first parents from a good one to a bad one.

    A merge is one step. A revision is bad if its run is not that of the good one. UsageError where
    the ends are not good and bad; the failure of an end is raised, that of another is its verdict.
    """
    good = git.commit_of(repo, revisions[0])
    row = git.commits_between(repo, *revisions, first_parent=True)
    if not row:
        raise UsageError(f"{revisions[0]} and {revisions[1]} name one revision, {good.short}")
    before = git.commit_of(repo, f"{row[0].id}^1")
    if before.id != good.id:
        raise UsageError(
            f"{revisions[0]} came in by a merge: on the main line to {revisions[1]} the revision "
            f"before {row[0].short} is {before.short}; name that one, or one before it, by --good"
        )
    with RunLog.open(log) as opened:
        history = _History(repo, name, good, row, asked.progress or ignore_progress)
        return _Search(opened, log, history, asked).run()


class _Search:
    """A history tried along one log."""

    def __init__(self, log: RunLog, path: Path, history: _History, asked: Asked) -> None:
        self.log, self.path, self.history, self.asked = log, path, history, asked
        self.said: list[str] = []
        self.reference: RunAnswer | None = None
        self.answers: dict[str, RunAnswer] = {}
        self._expected = max(1, (len(history.row) - 1).bit_length()) + 2

    def run(self) -> Bisection:
        """Check both ends, search between them, and compare the two that are left."""
        history = self.history
        try:
            if (unstable := self._ends()) is not None:
                return unstable
            span = first_bad(len(history.row), self._test)
            return self._compared(span)
        except KeyboardInterrupt:
            said = f"{STOPPED}; {len(history.tried)} revisions were tried"
            return self._document(Outcome.INTERRUPTED, said, complete=False)

    def _ends(self) -> Bisection | None:
        """Run the good and the bad one twice each; the document of one that differs from itself."""
        history, answers = self.history, dict[str, RunAnswer]()
        for role, commit in ((GOOD, history.good), (BAD, history.row[-1])):
            played = self._repetition(commit)
            first, second = (self._sound(played.play()) for _ in range(2))
            if (place := first.difference(second)) is not None:
                found = Unstable(role, place.turn, place.kind)
                counts = intermittence(found, repeated(played, self.asked))
                document = self._document(Outcome.INTERMITTENT, counts_text(counts))
                return structs.replace(document, intermittent=counts)
            answers[role] = self.answers[commit.id] = first
            self._tick()
        self.reference = good = answers[GOOD]
        place = answers[BAD].difference(good)
        recorded = self._repetition(history.good).recorded()
        apart = good.difference(recorded)
        if place is None:
            names = f"{history.row[-1].short} is not bad: it plays like {history.good.short}"
            both = "" if apart is None else f"; both differ from the log at turn {apart.turn}"
            raise UsageError(f"{names}{both}")
        if apart is not None:
            self.said.append(f"the good revision differs from the log at turn {apart.turn}")
        history.note(history.good, GOOD)
        history.note(history.row[-1], BAD, place.turn)
        return None

    def _sound(self, answer: RunAnswer) -> RunAnswer:
        """Return an end's answer; its failure is that of the whole."""
        if answer.error is not None:
            raise answer.error
        return answer

    def _repetition(self, commit: Commit) -> Repetition:
        spec = self.history.spec(commit)
        return Repetition(self.log, spec, replace(self.asked.limits, workers=1), self.asked.turns)

    def _test(self, at: int) -> Verdict:
        """Try one revision between the ends."""
        history, commit = self.history, self.history.row[at]
        self._tick()
        try:
            answer = self._repetition(commit).play()
        except EngineCannotStart as error:
            history.note(commit, str(error.outcome), reason=error.message)
            return Verdict.UNKNOWN
        except UsageError as error:  # no engine in it, or one that refuses the scenario
            history.note(commit, str(Outcome.SKIPPED), reason=error.message)
            return Verdict.UNKNOWN
        if answer.error is not None:
            history.note(commit, answer.failure, reason=answer.error.message)
            return Verdict.UNKNOWN
        assert self.reference is not None, "the ends are tried first"
        self.answers[commit.id] = answer
        place = answer.difference(self.reference)
        history.note(commit, GOOD if place is None else BAD, None if place is None else place.turn)
        return Verdict.GOOD if place is None else Verdict.BAD

    def _tick(self) -> None:
        if self.asked.progress is not None:
            done = len(self.history.tried)
            self.asked.progress("revisions", done, max(self._expected, done + 1))

    def _compared(self, span: Span) -> Bisection:
        """Compare the last good revision with the first one that is known to be bad."""
        history = self.history
        ends = (history.commit(span.good), history.commit(span.bad))
        specs = [history.spec(commit) for commit in ends]
        pair = [Given(r, s.text, s) for r, s in zip((GOOD, BAD), specs, strict=True)]
        name = self._log_name()
        document = self._dated(compare(self.log, name, (pair[0], pair[1]), self.asked), ends)
        said = [*self.said, *filter(None, [document.message]), *self._merge(span)]
        if document.outcome == Outcome.INTERMITTENT:
            return structs.replace(document, revisions=history.document())
        if document.outcome in (Outcome.AGREED, Outcome.SKIPPED):
            document = self._asked_from_start(document, ends)
            if document.outcome == Outcome.INTERMITTENT:
                return structs.replace(document, revisions=history.document())
            document = structs.replace(document, outcome=str(Outcome.FINDING))
            said.append(_NOT_FROM_STATES)
        message = self._message(said)
        return structs.replace(document, message=message, revisions=history.document(span))

    def _log_name(self) -> str:
        """Name the log as seen from the repository, if it is in it; else by its file's name."""
        repo = self.history.repo.resolve()
        inside = self.path.resolve().is_relative_to(repo)
        return self.path.resolve().relative_to(repo).as_posix() if inside else self.path.name

    def _dated(self, document: Bisection, ends: tuple[Commit, Commit]) -> Bisection:
        """Add each side's revision."""
        commits = dict(zip((GOOD, BAD), ends, strict=True))
        sides = {
            role: structs.replace(side, revision=commits[role].id)
            for role, side in (document.sides or {}).items()
        }
        return structs.replace(document, sides=sides or None)

    def _asked_from_start(self, document: Bisection, ends: tuple[Commit, Commit]) -> Bisection:
        """Ask both again where they part in runs from the start; one may waver only there."""
        good, bad = (self.answers[commit.id] for commit in ends)
        place = bad.difference(good)
        assert place is not None, "the one is bad because it is not like the good one"
        sides = dict(document.sides or {})
        for role, commit, before in zip((GOOD, BAD), ends, (good, bad), strict=True):
            whole, asked = self._repetition(commit), self.asked
            turns = (whole.first, min(place.turn, whole.last))
            played = Repetition(self.log, whole.spec, whole.limits, turns)
            known = before.until(played.last)
            again = ask_again(played, known, asked.runs, progress=asked.progress)
            if (wavers := again.place) is not None:
                found = Unstable(role, wavers.turn, wavers.kind)
                counts = intermittence(found, again.tally, again.varied)
                document = self._document(Outcome.INTERMITTENT, counts_text(counts))
                return structs.replace(document, sides=sides, intermittent=counts)
            sides[role] = asked_side(sides[role], again)
        return structs.replace(document, sides=sides)

    def _merge(self, span: Span) -> list[str]:
        """Say that the first bad revision is a merge, which was taken as one step."""
        commit = self.history.commit(span.bad)
        before = self.history.commit(span.bad - 1)
        inside = len(git.commits_between(self.history.repo, before.id, commit.id)) - 1
        if len(span.candidates) > 1 or inside < 1:
            return []
        return [
            f"{commit.short} is a merge, taken as one step: --bad {commit.short}^2 looks inside"
        ]

    def _message(self, said: list[str]) -> str | None:
        """Join what is to be said; changes that are not committed are not in any build."""
        changed = "the repository has uncommitted changes, which were not used"
        known = any("uncommitted" in one for one in said)
        if not known and git.has_changes(self.history.repo):
            said = [*said, changed]
        return "; ".join(said) or None

    def _document(self, outcome: Outcome, said: str, complete: bool = True) -> Bisection:
        message = self._message([said, *self.said])
        return Bisection(
            outcome=str(outcome),
            complete=complete and self.log.complete,
            message=message,
            revisions=self.history.document(),
        )
