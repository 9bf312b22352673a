"""The JSON Schema of all documents, made from their types and shipped as `schema.json`.

Refresh it with `python -m vr_verify.report.schema`; a test fails while the file is stale. It is
stricter than msgspec's own: words and kinds are listed, and an unknown key is refused.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from vr_verify.model import report as model
from vr_verify.model.outcome import Outcome
from vr_verify.report import (
    bisect_document,
    diff_document,
    documents,
    fuzz_document,
    golden_document,
    shrink_document,
    stress_document,
)

REFRESH: Final = "python -m vr_verify.report.schema"
ROOTS: Final[dict[type[msgspec.Struct], str]] = {
    model.Report: model.SCHEMA,
    documents.Inspection: documents.INSPECTION,
    diff_document.LogDiff: diff_document.DIFF,
    bisect_document.Bisection: bisect_document.BISECTION,
    golden_document.GoldenReport: golden_document.GOLDEN,
    shrink_document.ShrinkReport: shrink_document.SHRINK,
    stress_document.Stress: stress_document.STRESS,
    fuzz_document.FuzzReport: fuzz_document.FUZZ,
    documents.EngineList: documents.ENGINE_LIST,
    documents.Checkup: documents.CHECKUP,
}
DIVERGENCE_KINDS: Final = ("commands", "digest", "draws", "events", "halt", "state")


def _structs(roots: list[type[msgspec.Struct]]) -> dict[str, type[msgspec.Struct]]:
    """Return every struct that the roots reach, by name."""
    found: dict[str, type[msgspec.Struct]] = {}

    def visit(kind: object) -> None:
        if isinstance(kind, msgspec.inspect.StructType):
            if kind.cls.__name__ not in found:
                found[kind.cls.__name__] = kind.cls
                for field in kind.fields:
                    visit(field.type)
        elif isinstance(kind, msgspec.inspect.UnionType):
            for member in kind.types:
                visit(member)
        elif isinstance(kind, msgspec.inspect.VarTupleType):
            visit(kind.item_type)
        elif isinstance(kind, msgspec.inspect.DictType):
            visit(kind.value_type)

    for root in roots:
        visit(msgspec.inspect.type_info(root))
    return found


def _always_written(struct: type[msgspec.Struct]) -> list[str]:
    """Name the fields that the JSON text never leaves out: those without a plain default."""
    fields = msgspec.structs.fields(struct)
    plain = struct.__struct_config__.omit_defaults
    return sorted(f.encode_name for f in fields if not plain or f.default is msgspec.NODEFAULT)


def _tighten(definition: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    """Make one definition refuse what the tool never writes."""
    properties = definition["properties"]
    definition["additionalProperties"] = False
    definition["required"] = _always_written(struct)
    for value in properties.values():
        value.pop("default", None)
    if "outcome" in properties:
        properties["outcome"] = {"enum": sorted(str(outcome) for outcome in Outcome)}
    if struct in ROOTS:
        properties["schema"] = {"const": ROOTS[struct]}
    if struct is model.Divergence:
        properties["kind"] = {"enum": list(DIVERGENCE_KINDS)}


def generate() -> dict[str, Any]:
    """Return the schema: one document of any kind, JSON Schema draft 2020-12."""
    structs = _structs(list(ROOTS))
    _, definitions = msgspec.json.schema_components(list(ROOTS), ref_template="#/$defs/{name}")
    for name, struct in structs.items():
        _tighten(definitions[name], struct)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What vr-verify writes under --json",
        "oneOf": [{"$ref": f"#/$defs/{root.__name__}"} for root in ROOTS],
        "$defs": definitions,
    }


def text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(generate(), sort_keys=True, indent=2) + "\n"


def published() -> str:
    """Return the schema as it was shipped with this package."""
    return resources.files("vr_verify.report").joinpath("schema.json").read_text("utf-8")


if __name__ == "__main__":
    Path(__file__).with_name("schema.json").write_text(text(), "utf-8")
