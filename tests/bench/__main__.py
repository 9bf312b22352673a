"""`make bench`: measure, print a table, and keep the figures as JSON in build/bench.json."""

import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import vr_verify
from tests.bench import archives, fuzzing, logs, storage
from tests.bench.pairs import Ratio, compare
from tests.bench.play import replay_parts, turns_of
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_scenarios.resolve import resolve

RESULT = Path("build/bench.json")
# Scenario, turns of a sample against the reference, turns of a sample of the control, pairs.
SIZES = (("small", 30, 300, 7), ("medium", 5, 100, 5))


def _speed(name: str, turns: int, control_turns: int, pairs: int) -> tuple[Ratio, Ratio]:
    scenario, _ = resolve(name, None)
    ratio = compare(
        f"python / rust, {turns} turns of {name}",
        lambda: turns_of(PythonEngine, scenario, turns),
        lambda: turns_of(RustEngine, scenario, turns),
        pairs,
    )
    control = compare(
        f"control: rust / rust, {control_turns} turns of {name}",
        lambda: turns_of(RustEngine, scenario, control_turns),
        lambda: turns_of(RustEngine, scenario, control_turns),
        pairs,
    )
    return ratio, control


def _replay(name: str, turns: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / f"{name}.log"
        vr_verify.record(name, log, engine="rust", turns=turns)
        size = log.stat().st_size
        parts, played = replay_parts(log)
    comparing = (parts["digest"] + parts["compare"]) / parts["step"]
    return {
        "comparing_share": round(comparing, 4),
        "scenario": name,
        "turns": played,
        "bytes_per_turn": size // (played + 1),
        "milliseconds_per_turn": {part: round(s * 1000 / played, 3) for part, s in parts.items()},
    }


def _print_ratios(ratios: list[Ratio]) -> None:
    for ratio in ratios:
        low, high = min(ratio.ratios), max(ratio.ratios)
        print(f"  {ratio.what:<62} {ratio.middle:9.2f} x   ({low:.2f} … {high:.2f})")


def _print_sizes(sizes: list[storage.Size]) -> None:
    for size in sizes:
        met = "met" if size.share <= size.goal_max else "missed"
        print(f"  {size.what:<62} {size.share:9.4f}     (goal: {size.goal_max}, {met})")


def _print_rates(rates: list[logs.Rate]) -> None:
    for rate in rates:
        of = f"of a log of {rate.log_bytes} bytes"
        print(f"  {rate.what:<62} {rate.megabytes_per_second:9.1f} MB/s, {of}")


def _storage() -> tuple[list[Ratio], dict[str, Any]]:
    """Measure what is stored: archives, keyframes, deltas, logs."""
    opened = archives.measure()
    _print_ratios(opened)
    stored, sizes = storage.measure()
    _print_ratios(stored)
    RESULT.parent.mkdir(exist_ok=True)
    written, rates = logs.measure(RESULT.parent)
    _print_ratios(written)
    print("bytes stored over bytes to hold them against:")
    _print_sizes(sizes)
    print("speed at best:")
    _print_rates(rates)
    document = {
        "sizes": [size.document() for size in sizes],
        "rates": [rate.document() for rate in rates],
    }
    return opened + stored + written, document


def _fuzzing() -> tuple[list[Ratio], dict[str, Any]]:
    """Measure how cases are made and played."""
    ratios = fuzzing.measure_ratios()
    _print_ratios(ratios)
    played = fuzzing.measure_played()
    print("campaigns of generated cases; comparing and fetching over all other time:")
    for one in played:
        print(
            f"  {one.what:<62} {one.cases_per_second:9.1f} cases/s, comparing "
            f"{one.comparing:.4f} (goal: {fuzzing.COMPARING_MAX}), fetching {one.fetching:.4f}"
        )
    return ratios, {"campaigns": [one.document() for one in played]}


def main() -> int:
    """Measure all; the ratios are medians over interleaved pairs, smallest and largest beside."""
    print("time of A over time of B, one process, pairs interleaved:")
    ratios: list[Ratio] = []
    for size in SIZES:
        found = list(_speed(*size))
        _print_ratios(found)
        ratios += found
    stored, storage_document = _storage()
    ratios += stored
    made, fuzzing_document = _fuzzing()
    ratios += made
    replays = [_replay("small", 30), _replay("medium", 20)]
    print("a lockstep replay, both engines in workers, every digest recomputed:")
    for log in replays:
        print(f"  {log['scenario']}: {log['bytes_per_turn']} bytes a turn in the log, per turn:")
        for part, milliseconds in log["milliseconds_per_turn"].items():
            print(f"    {part:<10} {milliseconds:9.3f} ms")
        share = log["comparing_share"]
        print(f"    comparing over step: {share} (goal: {fuzzing.COMPARING_MAX})")
    machine = {"machine": platform.machine(), "python": platform.python_version()}
    document = (
        machine
        | storage_document
        | fuzzing_document
        | {"ratios": [ratio.document() for ratio in ratios], "replay": replays}
    )
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    print(f"kept in {RESULT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
