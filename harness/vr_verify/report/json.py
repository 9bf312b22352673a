"""Documents as JSON bytes: sorted keys, two spaces, one newline at the end.

The same document gives the same bytes on every machine. It must not know where they go.
"""

import json

import msgspec

from vr_verify.report.documents import Document


def encode(document: Document) -> bytes:
    """Return a document as UTF-8 JSON text.

    A lone surrogate, as in a file name that is not UTF-8, is written as its JSON escape.
    """
    text = json.dumps(msgspec.to_builtins(document), sort_keys=True, indent=2, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "backslashreplace")
