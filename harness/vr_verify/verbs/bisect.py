"""`bisect`: where two builds part, which revision brought it, or what around one build does.

Spec: contract, section 3. It must not print or exit.
"""

from pathlib import Path

from vr_verify.errors import UsageError
from vr_verify.model.limits import Limits
from vr_verify.report.bisect_document import Bisection
from vr_verify.session.lockstep import Progress
from vr_verify.verbs.bisect_builds import FURTHER_RUNS, Asked, bisect_builds
from vr_verify.verbs.bisect_revisions import bisect_revisions
from vr_verify.verbs.bisect_surroundings import bisect_surroundings


def bisect(  # noqa: PLR0913, PLR0917 - one name for each option of the command
    log: Path | str,
    good: str,
    bad: str | None = None,
    repo: Path | str | None = None,
    name: str | None = None,
    surroundings: bool = False,
    turns: tuple[int, int] | None = None,
    assume_persists: bool = False,
    runs: int = FURTHER_RUNS,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Bisection:
    """Find where a good and a bad answer part along a log.

    `good` and `bad` are builds, or `log:FILE` for a recording of one; with `repo` they are
    revisions of that git repository, and `name` picks one of its engines; with `surroundings`
    there is no `bad`: what must not matter is varied around `good`. `turns` includes both ends.
    `runs` are made of a build that differs from itself. Outcomes: finding, agreed, intermittent,
    skipped, nothing_compared, or an engine's failure. Raises VrVerifyError for what cannot be done.

    Nothing is excused by declaration: segments start from recorded states, so that a declared
    difference would be counted in some of them only; `replay` and `diff` count over a whole run.
    """
    if repo is not None and surroundings:
        raise UsageError("--repo is about revisions and --surroundings about one build: take one")
    if (bad is None) != surroundings:
        wanted = "--surroundings varies what is around one build: leave --bad out"
        raise UsageError(wanted if surroundings else "name the other one by --bad")
    if name is not None and repo is None:
        raise UsageError("--name picks an engine of a revision: it goes with --repo")
    if runs < 1:
        raise UsageError(f"expected at least one run, found {runs}")
    asked = Asked(turns, assume_persists, runs, limits or Limits(), progress)
    if repo is not None and bad is not None:
        return bisect_revisions(Path(log), Path(repo), (good, bad), name, asked)
    if bad is not None:
        return bisect_builds(Path(log), good, bad, asked)
    return bisect_surroundings(Path(log), good, asked)
