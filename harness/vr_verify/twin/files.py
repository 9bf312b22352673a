"""Small JSON files written whole or not at all; the machine's refusals are named.

It must not know what the files hold.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from vr_verify.errors import IoFailed, UsageError


def write(path: Path, text: str) -> None:
    """Write a file by renaming, so that a kill leaves the old one; IoFailed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(text.encode("utf-8", "backslashreplace"))
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()  # it may never have come into being
        raise IoFailed(f"cannot write {path}: {error.strerror}") from error


def read_object(path: Path, form: str) -> dict[str, Any]:
    """Return a JSON object whose `format` is `form`; UsageError where the file holds none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise IoFailed(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: expected JSON, found {error}") from error
    found = value.get("format") if isinstance(value, dict) else type(value).__name__
    if not isinstance(value, dict) or found != form:
        raise UsageError(f"{path}: expected the format {form}, found {found}")
    return value
