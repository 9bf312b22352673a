"""A divergence for people: where, each side's value, the odd one out, and how to see it again.

Spec: contract, section 4. It must not know how a divergence was found.
"""

from collections.abc import Mapping, Sequence

from rich.text import Text

from vr_verify.model.report import Divergence
from vr_verify.report import layout
from vr_verify.report.layout import Mark, counted

_ODD = "the odd one out"
_ODD_SHORT = "odd"
_SPANS_SHOWN = 6
_WHAT = {
    "state": "the states differ",
    "draws": "the draws differ",
    "events": "the event streams differ",
    "commands": "the commands differ",
    "halt": "the sides do not halt alike",
    "digest": "a side's digest is not the digest of its own values",
}


def place(divergence: Divergence) -> str:
    """Say the turn, and the step and phase as far as they could be located."""
    parts = [
        f"{name} {value}" if name not in value else value
        for name, value in (("step", divergence.step), ("phase", divergence.phase))
        if value is not None
    ]
    inner = f" ({', '.join(parts)})" if parts else ""
    return f"turn {divergence.turn}{inner}"


def headline(divergence: Divergence) -> str:
    """Say in one line where the sides part, and in what."""
    what = _WHAT.get(divergence.kind, f"the sides differ in {divergence.kind}")
    if divergence.kind == "state" and divergence.entity and divergence.column:
        what = f"{divergence.entity} differs in {divergence.column}"
    elif divergence.kind == "draws" and divergence.draws and "stream" in divergence.draws:
        what = f"the draws of {divergence.draws['stream']} differ"
    elif divergence.kind == "digest" and divergence.odd_one_out:
        what = f"{divergence.odd_one_out}'s digest is not the digest of its own values"
    return f"{place(divergence)}: {what}"


def _values(divergence: Divergence, width: int) -> list[Text]:
    """Set each side's value and raw value, the odd one out marked; texts wrap."""
    values, raw = divergence.values or {}, divergence.raw or {}
    sides = list(dict.fromkeys([*values, *raw]))
    odd = divergence.odd_one_out
    if not sides:
        return []
    if not raw:
        what = ": ".join(filter(None, [divergence.table, divergence.unit])) or "sides"
        return _by_side(what, values, odd, width)
    unit = f" ({divergence.unit})" if divergence.unit else ""
    headers = ["side", f"{divergence.column or 'value'}{unit}", "raw"]
    cells = [[side, values.get(side, "-"), raw.get(side, "-")] for side in sides]
    marks = [Mark(sides.index(odd), _ODD)] if odd in sides else []
    lines = layout.table(headers, cells, marks)
    if any(len(line) > width for line in lines):
        lines = layout.table(headers, cells, [Mark(mark.row, _ODD_SHORT) for mark in marks])
    return [Text(""), *lines]


def _draws(divergence: Divergence, width: int) -> list[Text]:
    """Set each side's number of draws at the site where they part."""
    draws = divergence.draws
    if not draws:
        return []
    where = " at ".join(str(draws[key]) for key in ("stream", "site") if key in draws)
    counts = {side: str(n) for side, n in draws.items() if side not in ("stream", "site")}
    odd = divergence.odd_one_out if divergence.kind == "draws" else None
    return _by_side(f"draws of {where}", counts, odd, width)


def _by_side(what: str, said: Mapping[str, str], odd: str | None, width: int) -> list[Text]:
    """Set what each side says on lines of its own."""
    rows = [(side, text + (f"  <- {_ODD}" if side == odd else "")) for side, text in said.items()]
    return [
        Text(""),
        Text(layout.INDENT + layout.printable(what), "dim"),
        *layout.facts(rows, width),
    ]


def _extent(divergence: Divergence) -> str:
    """Say how much differs on that turn."""
    count = divergence.differing_entities
    if not count and not divergence.differing_columns and divergence.kind != "state":
        return "no value: the states are equal" if count == 0 else ""
    entities = "" if count is None else counted(count, "entity", "entities")
    columns = ", ".join(divergence.differing_columns or ())
    return f"{entities}, in {columns}" if entities and columns else entities or columns


def _afterwards(divergence: Divergence) -> str:
    """Say whether the difference lasts, and the turns that differ."""
    lasting = {
        True: "it persists: the last compared turn differs too",
        False: "it heals: the last compared turn is equal again",
        None: "",
    }[divergence.persists]
    turns = divergence.differing_turns
    differing = f"differing turns: {_spans(turns)}" if turns else ""
    return "; ".join(filter(None, [lasting, differing]))


def _spans(turns: Sequence[int]) -> str:
    """Write ascending turns as spans: `3, 5 to 9`; only the first few spans are named."""
    spans: list[list[int]] = []
    for turn in turns:
        if spans and spans[-1][-1] == turn - 1:
            spans[-1] = [spans[-1][0], turn]
        else:
            spans.append([turn])
    shown = ", ".join(" to ".join(map(str, span)) for span in spans[:_SPANS_SHOWN])
    return f"{shown} and more" if len(spans) > _SPANS_SHOWN else shown


def _again(divergence: Divergence) -> str:
    """Say whether a second run of the turn showed the same."""
    return {
        True: "running the turn again shows the same",
        False: "running the turn again does NOT show it: what follows is what was first seen",
        None: "",
    }[divergence.reproduced]


def body(divergence: Divergence, width: int) -> list[Text]:
    """Set all below the headline: values, facts, and the command that shows it again."""
    odd = divergence.odd_one_out
    tables = [*_values(divergence, width), *_draws(divergence, width)]
    rows = [
        ("last equal turn", _last_equal(divergence)),
        ("entity", divergence.entity or ""),
        ("column", ".".join(filter(None, [divergence.table, divergence.column]))),
        ("odd one out", f"{odd}, the others agree" if odd and not tables else ""),
        ("differs", _extent(divergence)),
        ("afterwards", _afterwards(divergence)),
        ("run again", _again(divergence)),
        ("cause", divergence.cause or ""),
    ]
    lines = [*tables, Text(""), *layout.facts(rows, width)]
    if divergence.reproduce:
        lines += [layout.heading("See it again"), layout.verbatim(divergence.reproduce)]
    return lines


def _last_equal(divergence: Divergence) -> str:
    last = divergence.last_equal_turn
    return "none: the first compared state differs" if last is None else str(last)
