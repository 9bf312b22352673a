"""`make soak`: a small scenario for very many turns, recorded and replayed in pieces.

Every piece must agree, and memory must be flat: the last piece's no more than the first full one's
by GROWTH_MAX. Goes on where it was stopped; `--fresh` begins anew.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.soak.pieces import AlarmError, Line, play
from tests.support.tree import ROOT
from vr_verify.errors import VrVerifyError

TURNS, PIECE = 100_000, 2_500
FIELDS = ("replay_harness_bytes", "replay_workers_bytes", "record_workers_bytes")
"""What must be flat. Recording's harness keeps a note of each turn of its log, by design."""
GROWTH_MAX = 1.1
_WORDS = {True: "flat", False: "GROWING", None: "not judged yet"}
FLAT_PIECES = 4
"""Pieces at each end whose median is compared; fewer than twice as many tell nothing yet."""


def growth(lines: Sequence[Line], field: str) -> float | None:
    """Return memory at the end over that at the beginning; nothing while pieces are too few.

    A piece of which this memory was not watched is left out.
    """
    watched = [held for line in lines if (held := line[field]) is not None]
    if len(watched) < 2 * FLAT_PIECES:
        return None
    return median(watched[-FLAT_PIECES:]) / median(watched[:FLAT_PIECES])


def lines_of(ledger: Path) -> list[Line]:
    """Return the pieces that were finished."""
    if not ledger.is_file():
        return []
    return [json.loads(line) for line in ledger.read_text().splitlines()]


def soak(folder: Path, scenario: str, turns: int, piece: int, against: str) -> bool | None:
    """Play what is missing of so many turns; whether memory was flat, None if untold.

    AlarmError if anything but agreement came out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log, ledger = folder / f"{scenario}.log", folder / f"{scenario}.jsonl"
    lines = lines_of(ledger)
    done = max((line["last_turn"] or 0 for line in lines), default=0)
    for first in range(done + 1, turns + 1, piece):
        last = min(first + piece - 1, turns)
        line = play(log, scenario, "rust", (first, last), against).line()
        with ledger.open("a") as file:
            file.write(json.dumps(line) + "\n")
        lines.append(line)
        print(_told(line), flush=True)
    return _flat(lines)


def _told(line: Line) -> str:
    memory = (f"{name.removesuffix('_bytes')} {_megabytes(line[name])}" for name in FIELDS)
    turns = f"turns {line['first_turn']} to {line['last_turn']}"
    return f"{turns}: agreed; MB of memory: {', '.join(memory)}"


def _megabytes(held: int | None) -> str:
    return "not watched" if held is None else f"{held / 1e6:.1f}"


def _flat(lines: Sequence[Line]) -> bool | None:
    found = {field: growth(lines, field) for field in FIELDS}
    for field, times in found.items():
        told = "too few pieces to tell" if times is None else f"{times:.3f} times at the end"
        print(f"{field}: {told} ({GROWTH_MAX} at most)")
    known = [times for times in found.values() if times is not None]
    return all(times <= GROWTH_MAX for times in known) if known else None


def main(argv: Sequence[str]) -> int:
    """Do what was asked; 0 if all agreed and memory was flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--piece", type=int, default=PIECE, help="turns recorded and replayed")
    parser.add_argument("--scenario", default="small", help="the name of a shipped one")
    parser.add_argument("--against", default="none", help="the other engine of each replay")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "soak", metavar="DIR")
    parser.add_argument("--fresh", action="store_true", help="forget what was played before")
    asked = parser.parse_args(argv)
    if asked.fresh:
        for name in (f"{asked.scenario}.log", f"{asked.scenario}.jsonl"):
            (asked.folder / name).unlink(missing_ok=True)
    try:
        flat = soak(asked.folder, asked.scenario, asked.turns, asked.piece, asked.against)
    except (AlarmError, VrVerifyError) as alarm:
        print(f"ALARM: {alarm}")
        return 1
    print(f"{asked.turns} turns: all agreed, memory {_WORDS[flat]}")
    return 1 if flat is False else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
