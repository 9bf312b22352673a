"""A synthetic unit table of Void's shape at war, and one turn of fights in it with known entropy.

Seeded, so the same on every run. The columns are those of `unit` in engine/STATE.md.
"""

from dataclasses import dataclass
from math import lgamma, log
from typing import Any

import numpy as np

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, TableData, Universe

FX = 2**32
COLUMNS = {
    "generation": "u32",
    "alive": "bool",
    "fleet": "u32",
    "owner": "u32",
    "design": "u32",
    "hp": "i64",
    "shield": "i64",
    "kills": "u32",
}
FACTIONS, DESIGNS = 12, 24
HULLS = np.array([20, 35, 60, 110, 200, 400], "i8") * FX
SHIELDS = np.array([0, 10, 25, 40, 90, 150], "i8") * FX
DAMAGE_MAX = 40 * FX

Columns = dict[str, Any]
"""Column name to numpy array, one value for each slot."""


@dataclass(frozen=True, slots=True)
class Fights:
    """A table after a turn, and how many bits any code for the change needs on average.

    `entropy_bits`: log2 of the number of equally likely sets of changed rows, and of subsets of
    them for each column, and the entropy of the distribution that each new value was drawn from.
    It is that of the generator, not estimated from the sample.
    """

    columns: Columns
    entropy_bits: float


def schema() -> Schema:
    """Return a schema of the one table."""
    columns = []
    for name, kind in COLUMNS.items():
        high = 1 if kind == "bool" else 2 ** (63 if kind == "i64" else 32) - 1
        scale = FX if kind == "i64" else 1
        fixed = {"max": str(high), "min": "0", "scale": str(scale), "unit": "count"}
        columns.append({"name": name, "type": kind} | fixed)
    table = {"columns": columns, "entity": True, "name": "unit"}
    return parse_schema(json_text.encode({"format": "vr-schema/1", "tables": [table]}))


def state_of(turn: int, columns: Columns) -> State:
    """Return the state of one universe with this table."""
    data = tuple(columns[name].tobytes() for name in COLUMNS)
    return State(turn, (Universe(0, (TableData(len(columns["alive"]), data),)),))


def at_war(rows: int, seed: int = 7) -> Columns:
    """Return units in the middle of a war: in fleets of one owner, most of them worn, 3 % dead."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 41, rows)
    fleet = np.repeat(np.arange(rows), sizes)[:rows]
    joined = np.flatnonzero(rng.random(rows) < 0.1)
    fleet[joined] = rng.integers(0, fleet[-1] + 1, len(joined))
    owner = rng.integers(0, FACTIONS, fleet.max() + 1)[fleet]
    design = (owner * 2 + (rng.random(rows) < 0.3)) % DESIGNS
    alive = rng.random(rows) >= 0.03
    hull, shield = HULLS[design % 6], SHIELDS[design % 6]
    columns = {
        "generation": 1 + (rng.random(rows) < 0.05).astype("u4"),
        "alive": alive,
        "fleet": fleet,
        "owner": owner,
        "design": design,
        "hp": np.where(rng.random(rows) < 0.8, rng.integers(1, hull + 1), hull),
        "shield": np.where(rng.random(rows) < 0.7, rng.integers(0, shield + 1), shield),
        "kills": rng.geometric(0.6, rows) - 1,
    }
    for name in list(columns)[2:]:
        columns[name] = np.where(alive, columns[name], 0)
    types = {"u32": "<u4", "i64": "<i8", "bool": "u1"}
    return {name: columns[name].astype(types[kind]) for name, kind in COLUMNS.items()}


def fight(before: Columns, share: float, cluster_rows: int, seed: int = 11) -> Fights:
    """Change this share of the rows, in runs of `cluster_rows` (1: scattered), one turn's worth.

    Each changed unit loses hp; half of them lose shield too, a fifth scores a kill.
    """
    rng = np.random.default_rng(seed)
    rows = len(before["alive"])
    able = _starts(before, cluster_rows)
    starts = np.sort(rng.choice(able, max(1, round(rows * share / cluster_rows)), replace=False))
    hit = (starts[:, None] + np.arange(cluster_rows)).ravel()
    hit = hit[before["hp"][hit] > 1]
    after = {name: values.copy() for name, values in before.items()}
    bits = _log2_choose(len(able), len(starts))
    bits += _lower(rng, after["hp"], hit)
    shielded = hit[before["shield"][hit] > 0]
    worn = np.sort(rng.choice(shielded, len(shielded) // 2, replace=False))
    bits += _log2_choose(len(shielded), len(worn)) + _lower(rng, after["shield"], worn)
    scorers = np.sort(rng.choice(hit, len(hit) // 5, replace=False))
    after["kills"][scorers] += 1
    return Fights(after, bits + _log2_choose(len(hit), len(scorers)))


def _starts(columns: Columns, cluster_rows: int) -> Any:
    """Return where a run of changed rows may start: at multiples of its length, at a live unit."""
    starts = np.arange(0, len(columns["alive"]) - cluster_rows + 1, cluster_rows)
    return starts[columns["hp"][starts] > 1]


def _lower(rng: np.random.Generator, values: Any, rows: Any) -> float:
    """Lower values > 0 by any amount of 1 … min(value, DAMAGE_MAX) alike; return the bits."""
    most = np.minimum(values[rows], DAMAGE_MAX)
    values[rows] -= rng.integers(1, most + 1)
    return float(np.log2(most.astype("f8")).sum())


def _log2_choose(all_of: int, chosen: int) -> float:
    """Return log2 of the binomial coefficient."""
    return (lgamma(all_of + 1) - lgamma(chosen + 1) - lgamma(all_of - chosen + 1)) / log(2)
