"""`make bench`, `make bench-check`, `make bench-baseline`: measure, then write, or judge.

`python -m tests.bench run|check|baseline [--only GROUP]`; exit code 1 where the check fails.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench import baseline, machine
from tests.bench.checking import WORSE_MAX, Baseline, Checked, Finding, check, succeeded, worse_by
from tests.bench.groups import APART, Figure, chosen, measure
from tests.bench.page import number, page
from tests.bench.reasons import WHY
from tests.bench.rows import Results, Row, Share, Skipped
from tests.bench.seeds import compared
from tests.support.tree import ROOT

RESULT, PAGE = ROOT / "build" / "bench.json", ROOT / "BENCH.md"
KEPT = ROOT / "build" / "bench-apart.json"
"""What the groups apart have stated when they were last run; the page of a whole run shows it."""


def tell(figure: Figure) -> None:
    """Print a figure as soon as it is found."""
    if isinstance(figure, Row):
        ratio, control = figure.samples.ratio, figure.samples.control
        spread = f"({number(ratio.low)} … {number(ratio.high)}), control {control.middle:.3f}"
        told = f"{number(figure.figure):>9} x  {spread}, {figure.verdict}"
    elif isinstance(figure, Share):
        told = f"{number(figure.share):>9} of  {figure.against}"
    elif isinstance(figure, Skipped):
        told = f"skipped: {figure.reason}"
    else:
        told = f"{number(figure.figure):>9} {figure.unit}"
    print(f"{figure.key:<64} {told}", flush=True)


def write(
    results: Results, result: Path = RESULT, sheet: Path | None = PAGE, kept: Path = KEPT
) -> None:
    """Write the JSON of a run, what was measured apart with it, and the page from it."""
    found = results.document()
    if kept.is_file():
        found["stated"] += json.loads(kept.read_text())
    document = {"machine": machine.facts()} | found | {"seeds": compared(found["rows"])}
    document["reasons"] = WHY
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if sheet is not None:
        sheet.write_text(page(json.loads(result.read_text())))


def judge(names: Sequence[str]) -> int:
    """Measure again and print how each figure stands to the baseline; 1 if the check failed."""
    figures = baseline.read(machine.instruction_set())
    figures = {key: value for key, value in figures.items() if key.split("/")[0] in names}
    results = measure(names, tell, lambda row: _looks_worse(row, figures))
    checked = check(results, figures)
    print(f"\n{'row':<64} {'baseline':>9} {'found':>9}   finding")
    for one in checked:
        print(_line(one))
    if succeeded(checked, results):
        print("\nNo figure that could be judged is more than 10 % worse.")
        return 0
    nothing = not any(one.finding in (Finding.HELD, Finding.REGRESSION) for one in checked)
    print("\nFAILED: nothing could be checked." if nothing else "\nFAILED: see above.")
    return 1


def _looks_worse(row: Row, figures: Baseline) -> bool:
    """Tell whether a row is to be measured again before it is called a regression."""
    before = figures.get(row.case.key)
    return before is not None and worse_by(row.figure, before, row.case.better) > WORSE_MAX


def _line(one: Checked) -> str:
    before = "-" if one.baseline is None else number(one.baseline)
    found = "-" if one.found is None else number(one.found)
    told = one.finding + ("" if one.worse is None else f" ({one.worse:+.1%})")
    told += f": {one.reason}" if one.reason else ""
    return f"{one.key:<64} {before:>9} {found:>9}   {told}"


def main(argv: Sequence[str]) -> int:
    """Do what was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("verb", choices=["run", "check", "baseline"])
    parser.add_argument("--only", default="*", metavar="GROUP", help="a group, or a pattern")
    asked = parser.parse_args(argv)
    names = chosen(asked.only)
    if not names:
        parser.error(f"no group fits {asked.only}")
    RESULT.parent.mkdir(exist_ok=True)
    if asked.verb == "check":
        return judge(names)
    results = measure(names, tell)
    if APART.issuperset(names):
        KEPT.write_text(json.dumps(results.document()["stated"], indent=2) + "\n")
        print(f"kept in {KEPT.relative_to(ROOT)} for the page of the next whole run")
        return 0
    whole = asked.only == "*"
    write(results, sheet=PAGE if whole else None)
    print(f"kept in {RESULT.relative_to(ROOT)}" + (f" and {PAGE.name}" if whole else ""))
    if asked.verb == "baseline":
        unjudged = baseline.write(results, machine.instruction_set(), names)
        print(
            f"the baseline: {baseline.PATH.name}; without verdict: {', '.join(unjudged) or 'none'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
