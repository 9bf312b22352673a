"""Golden vectors of a function: cases with the answer that both twins gave, as a JSON file.

The format is that of `golden/vectors`, `vr-vectors/1`, boundary cases first, each with a comment
from which a stranger can rebuild its inputs. It must not know how two functions are compared.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vr_verify.compare.json_values import json_differences
from vr_verify.errors import UsageError
from vr_verify.model.outcome import Outcome
from vr_verify.twin import files
from vr_verify.twin.calling import Answer, Side
from vr_verify.twin.inputs import DRAW_RULE, Case, Function, Inputs
from vr_verify.twin.literals import cut, literal
from vr_verify.twin.names import full_name, one_line
from vr_verify.twin.portable import FORM, as_json, from_json
from vr_verify.twin.sameness import check_callable
from vr_verify.twin.verdict import Cases, Counterexample, TwinVerdict

FORMAT: Final = "vr-vectors/1"


def document(
    function: str, left: Side, inputs: Inputs, cases: Iterable[tuple[str, Case]], note: str
) -> tuple[str, int]:
    """Return the text of a file of vectors and how many cases it holds.

    Of two cases with the same arguments the first counts. UsageError where a value has no JSON
    form.
    """
    rows: dict[str, dict[str, Any]] = {}
    for comment, case in cases:
        if inputs.holds(case):
            row = _row(comment, left, inputs, case)
            key = json.dumps([row["arguments"], row.get("named")])
            rows.setdefault(key, row)
    head: dict[str, Any] = {
        "format": FORMAT,
        "function": function,
        "comment": f"{note}. {FORM}" if note else FORM,
        "drawn": DRAW_RULE.format(function=function),
        "parameters": {p.name: p.domain.described() for p in inputs.parameters},
    }
    lines = [f"  {json.dumps(row, ensure_ascii=False)}" for row in rows.values()]
    text = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return text + ',\n "vectors": [\n' + ",\n".join(lines) + "\n ]\n}\n", len(rows)


def _row(comment: str, side: Side, inputs: Inputs, case: Case) -> dict[str, Any]:
    """Return one vector: comment, arguments, and the result or what was raised."""
    places, named = inputs.bound(case)
    try:
        row: dict[str, Any] = {"comment": comment, "arguments": as_json(places)}
        if named:
            row["named"] = {name: as_json(value) for name, value in named.items()}
        return row | _answer(side.ask(case))
    except ValueError as error:
        raise UsageError(f"no vectors can be written: {error}") from error


def _answer(answer: Answer) -> dict[str, Any]:
    if answer.raised is None:
        return {"result": as_json(answer.result)}
    return {"raised": {"name": answer.raised.name, "stage": answer.raised.stage}}


def outdated(path: Path, text: str) -> str | None:
    """Say which stored answer the new text changes; None where it changes none.

    More cases, or other inputs, change no answer.
    """
    if not path.exists():
        return None
    known = {_key(row): row for row in files.read_object(path, FORMAT)["vectors"]}
    for row in json.loads(text)["vectors"]:
        old = known.get(_key(row))
        if old is not None and _said(old) != _said(row):
            found = f"for {json.dumps(row['arguments'])} ({row['comment']}) both functions answer"
            return f"{found} {_said(row)}, {path.name} has {_said(old)}; nothing was written"
    return None


def _key(row: Mapping[str, Any]) -> str:
    return json.dumps([row["arguments"], row.get("named")], sort_keys=True)


def _said(row: Mapping[str, Any]) -> str:
    return json.dumps(row["raised"] if "raised" in row else row.get("result"), sort_keys=True)


def check_vectors(
    function: Function,
    path: Path | str,
    *,
    view: Function | None = None,
    kinds: Sequence[type[Any]] = (),
) -> TwinVerdict:
    """Ask one function for every stored vector of a file; `kinds` are its record and enum types.

    `vectors` is the left side, the function the right one. UsageError for a file of no vectors.
    """
    check_callable(right=function)
    path = Path(path)
    rows = files.read_object(path, FORMAT).get("vectors")
    if not isinstance(rows, list):
        raise UsageError(f"{path}: expected a list of vectors")
    named = {kind.__name__: kind for kind in kinds}
    side = Side("right", function, Inputs(()), view)
    found = None
    count = 0
    for row in rows:
        count += 1
        found = _checked(row, side, named, path)
        if found is not None:
            break
    outcome = Outcome.AGREED if count else Outcome.NOTHING_COMPARED
    return TwinVerdict(
        outcome=outcome if found is None else Outcome.DIVERGED,
        function=full_name(function),
        sides={"left": path.name, "right": full_name(function)},
        seed=0,
        cases=Cases(named=count),
        called_twice=0,
        message=None if count else "the file holds no vector",
        counterexample=found,
    )


def _checked(
    row: Any, side: Side, kinds: Mapping[str, type[Any]], path: Path
) -> Counterexample | None:
    """Return where a function's answer is not that of a vector."""
    try:
        places = from_json(row["arguments"], kinds)
        named = {name: from_json(value, kinds) for name, value in row.get("named", {}).items()}
        expected = {key: row[key] for key in ("result", "raised") if key in row}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: a vector cannot be read: {error!r}") from error
    answer = side.call(places, named)
    try:
        written = _answer(answer)
    except ValueError:
        written = {"result": {"no JSON form": literal(answer.result)}}
    difference = next(json_differences(expected, written), None)
    if difference is None:
        return None
    kind = "value" if expected.keys() == written.keys() == {"result"} else "exception"
    call, again = one_line([side.function], places, named)
    return Counterexample(
        arguments={str(at): literal(value) for at, value in enumerate(places)}
        | {name: literal(value) for name, value in named.items()},
        call=call,
        kind=kind,
        path=difference.path.replace("$.result", "$"),
        values={"left": difference.left, "right": difference.right},
        results={"left": cut(json.dumps(expected)), "right": cut(json.dumps(written))},
        found_by=f"vector: {row.get('comment', '')}",
        reproduce=again,
    )
