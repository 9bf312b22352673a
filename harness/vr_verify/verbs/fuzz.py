"""`fuzz`: two engines at one generated or changed run after another; what parts them is kept.

Spec: contract, section 3. It must not print or exit.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, default_build, resolve_build
from vr_verify.errors import EngineError, IoFailed, UsageError, VrVerifyError
from vr_verify.fuzzing.bases import base_case
from vr_verify.fuzzing.campaign import Campaign, run_campaign
from vr_verify.fuzzing.case_source import SIZE_DEFAULT, TURNS_DEFAULT, Bounds, CaseSource
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.draws import SEED_MAX
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.findings import Findings
from vr_verify.fuzzing.residents import Residents
from vr_verify.fuzzing.shrinking import shrink_case
from vr_verify.model.limits import Limits
from vr_verify.report.fuzz_document import FuzzReport
from vr_verify.session.declared_runs import DeclaredFile
from vr_verify.session.lockstep import Progress
from vr_verify.session.log_engine import NO_ENGINE, build_against
from vr_verify.verbs.fuzz_commands import Asked
from vr_verify.verbs.fuzz_report import Stopped, fuzz_report

CASES_DEFAULT: Final = 100
FOLDER_DEFAULT: Final = Path("replays") / "regress"
ANSWER_LIMIT_S: Final = 60.0
_SHRINK_TRIES_MAX: Final = 400
_SIZE_MAX: Final = 1000


def fuzz(  # noqa: PLR0913 - one name for each option of the command
    cases: int = CASES_DEFAULT,
    seed: int = 0,
    *,
    engine: str | None = None,
    against: str | None = None,
    sources: Sequence[str | Path] = (),
    size: int = SIZE_DEFAULT,
    turns: int = TURNS_DEFAULT,
    search: bool = False,
    out: Path | str = FOLDER_DEFAULT,
    shrink: bool = True,
    progress: Progress | None = None,
    limits: Limits | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
) -> FuzzReport:
    """Play `cases` runs on two engines, and keep each fault that parts them.

    `engine` is a build, by default the first registered one, `against` another, by default the
    counterpart that it declares. Runs come from the generator of either, of a size up to `size`,
    and from changes of runs; `sources` are logs or scenarios to change. `turns` bounds each run.
    `search` has hypothesis make the decisions. `declared` is a file of declared differences: its
    bounds hold in each case, and a whole campaign must meet all of them; `today` is as for
    `replay`. Faults are kept in `out`, made small by `shrink`.
    Raises VrVerifyError for what cannot be done; a failure of an engine is a finding. Ctrl-C, and
    what goes wrong after the first case, give a report of what was found.
    """
    _check(cases, seed, size, turns)
    day = datetime.now(UTC).date() if today is None else today
    known = None if declared is None else DeclaredFile(Path(declared), day)
    asked = Asked(
        cases,
        seed,
        engine,
        against,
        tuple(map(str, sources)),
        size,
        turns,
        search,
        Path(out),
        None if known is None else known.path,
    )
    each = replace(limits or Limits(answer_s=ANSWER_LIMIT_S), workers=2)
    specs = _builds(engine, against, each)
    drive = _driver(search)
    _make_folder(asked.folder)
    findings = Findings(specs, each, asked.folder, _small if shrink else None, known)
    with Residents(specs, each, declared=known) as residents:
        bases = [base_case(source, residents.sides, turns) for source in asked.sources]
        source = CaseSource(residents, bases, Bounds(size, turns))
        campaign = Campaign(residents, source, findings)
        stopped: Stopped = None
        try:
            drive(campaign, cases, seed, progress)
        except (EngineError, KeyboardInterrupt) as error:
            stopped = error
        except (VrVerifyError, OSError) as error:
            if not campaign.tally.cases:
                raise  # there is nothing yet that a document could tell
            stopped = error
        return fuzz_report(asked, campaign, stopped)


def _check(cases: int, seed: int, size: int, turns: int) -> None:
    """Refuse numbers that make no campaign."""
    for name, found, least, most in (
        ("cases", cases, 1, SEED_MAX),
        ("seed", seed, 0, SEED_MAX),
        ("size", size, 0, _SIZE_MAX),
        ("turns", turns, 1, SEED_MAX),
    ):
        if not least <= found <= most:
            raise UsageError(f"{name}: expected {least} to {most}, found {found}")


def _make_folder(folder: Path) -> None:
    """Make the folder to keep faults in, and see that it takes files, before any is found."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"--out {folder}: expected a folder, found a file") from error
    except OSError as error:
        raise IoFailed(f"--out {folder}: cannot write here: {error.strerror}") from error


def _builds(engine: str | None, against: str | None, limits: Limits) -> list[BuildSpec]:
    """Find the two builds."""
    if against == NO_ENGINE:
        raise UsageError("--against none: a campaign is about two engines")
    first = default_build() if engine is None else resolve_build(engine)
    if against is not None:
        return [first, resolve_build(against)]
    with Engine(first, limits) as started:
        second = build_against(started, None)
        if second is None:
            said = f"{started.name} declares no counterpart"
            raise UsageError(f"{said}: name the engine to compare it with by --against")
    return [first, second]


def _driver(search: bool) -> Callable[[Campaign, int, int, Progress | None], None]:
    """Return what makes the decisions of a campaign."""
    if not search:
        return run_campaign
    try:
        driver: Callable[[Campaign, int, int, Progress | None], None]
        driver = import_module("vr_verify.fuzzing.search").search
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        advice = "install it, or leave --search out"
        raise UsageError(
            f"--search needs the package hypothesis, not found here: {advice}"
        ) from error
    return driver


def _small(case: Case, residents: Residents, fault: Fault) -> Case:
    """Make a case small that goes on starting from its scenario, which says more than a state."""
    tries = _SHRINK_TRIES_MAX
    return shrink_case(case, residents, fault, tries, from_later_state=False).case
