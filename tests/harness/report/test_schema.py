"""The published JSON Schema: fresh, kept by every document, and strict."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from tests.harness.report import samples
from vr_verify.model.outcome import Outcome
from vr_verify.report import schema
from vr_verify.report.documents import Document
from vr_verify.report.json import encode

VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema.published()))


def test_the_published_schema_is_fresh() -> None:
    assert schema.published() == schema.text(), f"schema.json is stale: run `{schema.REFRESH}`"


def test_the_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.published()))


def test_there_is_a_sample_of_every_outcome_and_kind() -> None:
    outcomes = {document.outcome for document in samples.ALL}
    assert outcomes == {str(outcome) for outcome in Outcome}
    assert sorted(samples.KINDS) == sorted(schema.DIVERGENCE_KINDS)


@pytest.mark.parametrize("document", samples.ALL, ids=lambda d: f"{d.command}-{d.outcome}")
def test_every_document_keeps_the_schema(document: Document) -> None:
    VALIDATOR.validate(json.loads(encode(document)))


def _set(*path: str, to: object) -> Callable[[dict[str, Any]], None]:
    def alter(value: dict[str, Any]) -> None:
        inner = value
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = to

    return alter


ALTERATIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "an unknown outcome": _set("outcome", to="fine"),
    "another schema": _set("schema", to="vr-verify/report/2"),
    "a raw value as a number": _set("divergence", "raw", "rust", to=53687091200),
    "an unknown kind": _set("divergence", "kind", to="mood"),
    "a turn as text": _set("divergence", "turn", to="42"),
    "a duration": _set("seconds", to=3),
    "an unknown key inside": _set("divergence", "seconds", to=3),
    "no outcome": lambda value: value.pop("outcome"),
    "no completeness": lambda value: value.pop("complete"),
    "no count of digests": lambda value: value["checked"].pop("digests"),
    "a side without a build": lambda value: value["sides"]["rust"].pop("build"),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_altered_report_is_refused(alteration: str) -> None:
    value = json.loads(encode(samples.diverged()))
    assert VALIDATOR.is_valid(value), "the clean twin keeps the schema"
    ALTERATIONS[alteration](value)
    assert not VALIDATOR.is_valid(value)
