"""Documents as JSON bytes: stable, sorted, one document."""

import json

import msgspec
import pytest

from tests.harness.report import samples
from vr_verify.model.report import Report
from vr_verify.report.documents import Document
from vr_verify.report.json import encode


@pytest.mark.parametrize("document", samples.ALL, ids=lambda d: f"{d.command}-{d.outcome}")
def test_the_bytes_read_back_as_the_document(document: Document) -> None:
    assert msgspec.json.decode(encode(document), type=type(document)) == document


def test_keys_are_sorted_indented_and_end_in_one_newline() -> None:
    data = encode(samples.diverged())
    text = data.decode()
    value = json.loads(text)
    assert text == json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert text.startswith('{\n  "checked": {\n    "digests": 242,')


def test_the_order_in_which_a_document_was_made_does_not_show() -> None:
    forward = Report(command="replay", outcome="agreed", sides=dict(samples.SIDES))
    backward = Report(
        command="replay", outcome="agreed", sides=dict(reversed(samples.SIDES.items()))
    )
    assert list(forward.sides or {}) != list(backward.sides or {})
    assert encode(forward) == encode(backward)


def test_raw_64_bit_integers_stay_strings_and_text_stays_utf8() -> None:
    data = encode(samples.diverged())
    assert b'"python": "52613349376"' in data
    assert "é".encode() in encode(Report(command="replay", outcome="usage", message="é"))


def test_a_file_name_that_is_no_utf8_is_still_json() -> None:
    name = b"run-\xff.log".decode("utf-8", "surrogateescape")
    data = encode(Report(command="replay", outcome="usage", message=name))
    assert json.loads(data)["message"] == name
