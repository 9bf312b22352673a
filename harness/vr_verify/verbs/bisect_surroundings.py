"""`bisect --surroundings`: what around one build flips its answer, and where the answers part.

Spec: contract, sections 3 and 6.7. It must not print or exit.
"""

import shlex
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from vr_verify.bisection import proportion
from vr_verify.bisection.duel import BAD, GOOD
from vr_verify.bisection.flipping import Flipping, Tally, Trial, flipping_factors
from vr_verify.bisection.repetition import Repetition
from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.factors import FACTORS, Manner, surrounded
from vr_verify.engines.registry import resolve_build
from vr_verify.model.outcome import Outcome
from vr_verify.report.bisect_document import Bisection, Flip, Intermittence
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.bisect_builds import Asked, Given, compare, counts_text

_PLAIN = "as it is"


def bisect_surroundings(log: Path, build: str, asked: Asked) -> Bisection:
    """Find the factor that flips a build's answer, else the few that do so together.

    The build is run twice as it is first, and held against the log. Raises the failure of an
    engine that fails as it is.
    """
    spec = resolve_build(build, asked.progress or ignore_progress)
    with RunLog.open(log) as opened:
        played = Repetition(opened, spec, asked.limits, asked.turns)
        found = flipping_factors(
            played.play,
            played.refusal,
            FACTORS,
            preferred=played.recorded(),
            progress=asked.progress,
        )
        if (error := found.base.answers[0].error) is not None:
            raise error
        flip = _flip(found, played)
        if not found.bases[0].steady:
            return _intermittent(found.bases[0], flip)
        again = ["vr-verify", "stress", log.name, "--engine", build]
        return _told(played, log.name, found, flip, again, asked)


def _blamed(found: Flipping) -> Trial | None:
    """Return the first settings that flip the answer, alone or together."""
    return next(iter(found.blamed), found.combination)


def _flip(found: Flipping, played: Repetition) -> Flip:
    """Return the document's part about what was varied."""
    blamed = _blamed(found)
    trials = [trial for listed in found.trials.values() for trial in listed]
    tried = dict.fromkeys(trial.pairs[0][0].name for trial in trials if trial.refused is None)
    return Flip(
        factors={} if blamed is None else {one.name: s.name for one, s in blamed.pairs},
        tried=tuple(tried),
        not_varied={
            f"{trial.pairs[0][0].name} {trial.setting.name}": trial.refused
            for trial in trials
            if trial.refused is not None
        },
        runs=found.runs,
        turns=played.turns,
        first_turn=played.first,
        last_turn=played.last,
    )


def _intermittent(plain: Tally, flip: Flip) -> Bisection:
    """Say that the build differs from itself as it is; a factor may make it steady."""
    usual = plain.usual()
    places = [answer.difference(usual) for answer in plain.differing(usual)]
    turn, kind = min((place.turn, place.kind) for place in places if place is not None)
    ends = proportion.interval(plain.unusual(), plain.runs)
    counts = Intermittence(GOOD, turn, kind, plain.unusual(), plain.runs, ends, proportion.METHOD)
    return Bisection(
        outcome=str(Outcome.INTERMITTENT),
        message=counts_text(counts),
        intermittent=counts,
        surroundings=flip,
    )


def _apart_from_log(found: Flipping, played: Repetition) -> str | None:
    """Say where the build as it is plays otherwise than was recorded."""
    recorded = played.recorded()
    place = found.bases[0].usual(recorded).difference(recorded)
    if place is None:
        return None
    return f"{GOOD} differs from the log at turn {place.turn} ({place.kind})"


def _not_flipped(log: RunLog, flip: Flip, apart: str | None) -> Bisection:
    """Say that no factor flips the answer; that of another run than the log's is no agreement."""
    said = "no factor flips the answer" if flip.tried else "nothing can be varied here"
    if apart is not None:
        outcome, said = Outcome.DIVERGED, f"{apart}; {said}"
    elif flip.turns < 1:
        outcome, said = Outcome.NOTHING_COMPARED, "no turn was executed"
    else:
        outcome = Outcome.AGREED if flip.tried else Outcome.NOTHING_COMPARED
    return Bisection(outcome=str(outcome), complete=log.complete, message=said, surroundings=flip)


def _told(
    played: Repetition,
    name: str,
    found: Flipping,
    flip: Flip,
    again: list[str],
    asked: Asked,
) -> Bisection:
    """Say which factor it is, and compare the build as it is with the build under it."""
    blamed, log, spec = _blamed(found), played.log, played.spec
    apart = _apart_from_log(found, played)
    if blamed is None:
        return _not_flipped(log, flip, apart)
    settings = blamed.tally.settings
    rows = tuple({"what": n, GOOD: _PLAIN, BAD: setting} for n, setting in flip.factors.items())
    command = shlex.join([*again, *(word for n in flip.factors for word in ("--vary", n))])
    failed = next((a.error for a in blamed.tally.answers if a.error is not None), None)
    place = blamed.differing[0].difference(blamed.reference)
    where = "" if place is None else f"the answers part at turn {place.turn} ({place.kind})"
    document = Bisection(
        outcome=str(Outcome.FINDING),
        complete=log.complete,
        message="; ".join([*filter(None, [where, apart]), f"see it again by {command}"]),
        environment=rows,
        surroundings=flip,
    )
    if failed is not None or any(setting.manner is not Manner.PLAIN for setting in settings):
        return document
    pair = (Given(GOOD, spec.text, spec), Given(BAD, spec.text, surrounded(spec, *settings)))
    # It was asked often enough already, and another hash seed would undo a setting.
    compared = compare(log, name, pair, replace(asked, ask_again=False))
    if compared.outcome != Outcome.FINDING or compared.divergence is None:
        return document
    return structs.replace(
        document,
        message=compared.message or apart,
        sides=compared.sides,
        environment=rows + compared.environment,
        searched=compared.searched,
        divergence=structs.replace(compared.divergence, reproduce=command),
    )
