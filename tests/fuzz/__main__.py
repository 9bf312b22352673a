"""Fuzzes one target or all: `python -m tests.fuzz TARGET|all --cases N [--corpus DIR]`.

The canary comes first: a fuzzer that does not find its planted fault is not believed. Cases are
chosen by coverage where atheris is installed (extra `fuzz`), else by seeded mutation.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.fuzz.campaign import ROOT, Campaign, guided_is_here
from tests.fuzz.targets import CANARY, PACKAGE, TARGETS

CANARY_CASES = 200_000
SEEDS = Path(__file__).parent / "corpus"


def write_seeds() -> None:
    """Write each target's seeds into the corpus of the repository; what is there besides stays."""
    for name in (*TARGETS, CANARY):
        folder = SEEDS / name
        folder.mkdir(parents=True, exist_ok=True)
        for at, data in enumerate(import_module(f"{PACKAGE}.{name}").seeds()):
            (folder / f"seed-{at:02}").write_bytes(data)


def described(campaign: Campaign) -> str:
    """Say in a line what was done."""
    counts = ", ".join(f"{name} {count}" for name, count in sorted(campaign.outcomes.items()))
    corpus = sum(1 for _ in (campaign.folder / "corpus").iterdir())
    return f"{campaign.target}: {campaign.done} cases done in all ({counts}), corpus of {corpus}"


def canary_sings(engine: str, folder: Path) -> bool:
    """Fuzz the canary from its beginning; whether its fault was found."""
    shutil.rmtree(folder / CANARY, ignore_errors=True)
    canary = Campaign.of(CANARY, folder)
    canary.run(engine, CANARY_CASES)
    found = "PlantedFaultError" in canary.finding
    print(f"canary: {'found' if found else 'NOT FOUND'} within {canary.done} cases", flush=True)
    return found


def fuzz(target: str, engine: str, cases: int, folder: Path) -> bool:
    """Fuzz one target; whether nothing was found."""
    campaign = Campaign.of(target, folder)
    if campaign.left:
        print(f"{target}: resumed, {campaign.left} of the earlier run's cases left", flush=True)
    campaign.run(engine, cases)
    print(described(campaign), flush=True)
    if campaign.finding:
        again = f"python -m tests.fuzz {target} --reproduce {campaign.folder}/findings/finding"
        print(f"{target}: FOUND something; see it again: {again}\n{campaign.finding}")
    return not campaign.finding


def main(argv: Sequence[str]) -> int:
    """Do what was asked; 0 if the canary was found and nothing else was."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=[*TARGETS, CANARY, "all", "write-seeds"])
    parser.add_argument("--cases", type=int, help="of each target; else those of a short run")
    parser.add_argument("--corpus", type=Path, default=ROOT / "build" / "fuzz", metavar="DIR")
    parser.add_argument("--engine", choices=["guided", "plain"], help="how cases are chosen")
    parser.add_argument("--reproduce", type=Path, metavar="FILE", help="run one case, and no more")
    asked = parser.parse_args(argv)
    if asked.target == "write-seeds":
        write_seeds()
        return 0
    if asked.reproduce is not None:
        print(import_module(f"{PACKAGE}.{asked.target}").run(asked.reproduce.read_bytes()))
        return 0
    engine = asked.engine or ("guided" if guided_is_here() else "plain")
    if engine == "plain":
        print("NOT coverage-guided: seeded mutations only; for more: pip install 'vr-verify[fuzz]'")
    if not canary_sings(engine, asked.corpus):
        return 1
    chosen = [name for name in TARGETS if asked.target in (name, "all")]
    clean = [fuzz(name, engine, asked.cases or TARGETS[name], asked.corpus) for name in chosen]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
