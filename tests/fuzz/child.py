"""One portion of cases of one target, in a process of its own; what it did is left in a file.

`guided` lets atheris choose the cases by coverage, `plain` takes seeded mutations. A finding is
an exception that nobody foresaw; the process then ends with an error.
"""

import argparse
import faulthandler
import json
import sys
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.fuzz.mutation import mutated
from tests.fuzz.targets import PACKAGE

BYTES_MAX = 16 * 1024
CASE_LIMIT_S = 30
MEMORY_LIMIT_MIB = 2048
INSTRUMENTED = ["vr_verify", "void_reckoning_scenarios", "void_reckoning_reference", PACKAGE]
REPORT_EVERY = 200


class Counted:
    """A target that counts its cases by outcome, and keeps the case that it is at."""

    def __init__(self, module: Any, report: Path, findings: Path) -> None:
        self._run, self._report, self._findings = module.run, report, findings
        self.outcomes: Counter[str] = Counter()

    def __call__(self, data: bytes) -> None:
        """Run one case; whatever it raises is a finding, whose data is kept."""
        try:
            outcome = self._run(data)
        except BaseException:
            self.outcomes["found"] += 1
            self._findings.mkdir(parents=True, exist_ok=True)
            (self._findings / "finding").write_bytes(data)
            self.tell()
            raise
        self.outcomes[outcome] += 1
        if self.outcomes.total() % REPORT_EVERY == 0:
            self.tell()

    def tell(self) -> None:
        """Write the counts; the fuzzer may end the process without another word."""
        self._report.write_text(json.dumps(self.outcomes, sort_keys=True))


def run_plain(counted: Counted, seeds: Sequence[bytes], cases: int, seed: int) -> None:
    """Run seeded mutations; their numbers go on where the last portion's ended."""
    faulthandler.dump_traceback_later(CASE_LIMIT_S * 20, exit=True)
    for number in range(seed, seed + cases):
        counted(mutated(seeds, number, BYTES_MAX))
    counted.tell()


def run_guided(counted: Counted, folders: Sequence[Path], cases: int, seed: int) -> None:
    """Hand over to atheris, which never comes back."""
    atheris = import_module("atheris")
    options = {
        "runs": cases,
        "seed": seed % 2**31 + 1,
        "max_len": BYTES_MAX,
        "timeout": CASE_LIMIT_S,
        "rss_limit_mb": MEMORY_LIMIT_MIB,
        "artifact_prefix": f"{folders[0].parent}/findings/",
        "verbosity": 0,
    }
    words = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup(["fuzz", *words, *map(str, folders)], counted)
    atheris.Fuzz()


def main(argv: Sequence[str]) -> None:
    """Run a portion: engine, target, corpus folder, cases, seed, report file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=["guided", "plain"])
    parser.add_argument("target")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("cases", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("report", type=Path)
    asked = parser.parse_args(argv)
    name = f"{PACKAGE}.{asked.target}"
    seeds = Path(__file__).parent / "corpus" / asked.target
    if asked.engine == "guided":
        with import_module("atheris").instrument_imports(include=INSTRUMENTED):
            module = import_module(name)
    else:
        module = import_module(name)
    counted = Counted(module, asked.report, asked.corpus.parent / "findings")
    if asked.engine == "guided":
        run_guided(counted, [asked.corpus, seeds], asked.cases, asked.seed)
    known = [path.read_bytes() for path in sorted(seeds.iterdir())]
    run_plain(counted, known, asked.cases, asked.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
