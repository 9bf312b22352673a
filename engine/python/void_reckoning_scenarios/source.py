"""Where a scenario comes from: a shipped name or a path, as text, as values.

Knows the two forms of a file, TOML and canonical JSON, and none of their keys.
"""

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from void_reckoning_scenarios.decimals import NotAnFxError, parse_decimal
from void_reckoning_scenarios.errors import ScenarioError, did_you_mean

_STRIPS = ("marches.toml", "marches-powers.toml")
_STRIPS_QUIET = ("marches.toml", "marches-powers-quiet.toml")
_SHIPPED_PARTS = {
    "small": ("small.toml",),
    "medium": ("medium.toml",),
    "large": ("large.toml", *_STRIPS),
    "large-quiet": ("large-quiet.toml", *_STRIPS_QUIET),
    "large-busy": ("large-busy.toml", *_STRIPS),
    "million": ("million.toml", *_STRIPS),
    "million-quiet": ("million-quiet.toml", *_STRIPS_QUIET),
    "million-busy": ("million-busy.toml", *_STRIPS),
}
"""The files that make a shipped scenario, joined: what is its own, and what several share."""

SHIPPED = tuple(_SHIPPED_PARTS)
_BYTES_MAX = 256 * 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A scenario's file: the name that messages begin with, its bytes, and its form."""

    file: str
    data: bytes
    is_toml: bool


def is_folder(source: str) -> bool:
    """Tell whether a source is a folder, and not the name of a shipped scenario."""
    try:
        return source not in SHIPPED and Path(source).is_dir()
    except (OSError, ValueError):
        return False  # `load` says why it cannot be read


def load(source: str) -> Source:
    """Find and read a scenario; ScenarioError for what is not there or cannot be read."""
    if source in SHIPPED:
        folder = resources.files("void_reckoning_scenarios")
        parts = [folder.joinpath(part).read_bytes() for part in _SHIPPED_PARTS[source]]
        return Source(f"{source}.toml", b"\n".join(parts), is_toml=True)
    path = Path(source)
    expected = (
        "expected the name of a shipped scenario, the path of a .toml or .json file,"
        " or a universe folder"
    )
    if path.suffix not in {".toml", ".json"}:
        hint = did_you_mean(source, SHIPPED)
        raise ScenarioError(f"{source}: {expected}, found no such name; {hint}")
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise ScenarioError(f"{source}: expected at most {_BYTES_MAX} bytes, found more")
        return Source(source, path.read_bytes(), is_toml=path.suffix == ".toml")
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"{source}: {expected}, found: {reason}; check the path") from error


def parse_toml(source: Source) -> dict[str, object]:
    """Return the values of a TOML file, fractions as exact decimals."""
    try:
        values: dict[str, object] = tomllib.loads(source.data.decode(), parse_float=parse_decimal)
    except NotAnFxError as error:
        message = f"{source.file}: expected decimal numbers, found: {error}; write it plainly"
        raise ScenarioError(message) from error
    except RecursionError as error:
        raise ScenarioError(f"{source.file}: expected TOML, found it nested too deeply") from error
    except ValueError as error:  # the decoder's errors, bad UTF-8, integers of 5000 digits
        message = f"{source.file}: expected TOML, found: {error}; correct the file there"
        raise ScenarioError(message) from error
    return values
