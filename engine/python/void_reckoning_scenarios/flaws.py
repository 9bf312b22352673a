"""What is wrong with a source and what was done about it: flaws are data, not errors.

Law: STATE.md, "The universe folder". A flaw names its file and its key; nobody has to search.
"""

from dataclasses import dataclass

KINDS = (
    "clipped",
    "dangling",
    "duplicate_key",
    "inexact",
    "missing",
    "near_match",
    "not_json",
    "not_utf8",
    "too_deep",
    "too_large",
    "unknown_name",
    "unreadable",
    "unused",
    "wrong_type",
)
FLAWS_MAX = 20000
_SHOWN_MAX = 100
_KEY_MAX = 300


@dataclass(frozen=True)
class Flaw:
    """A flaw: where it is, its kind (one of KINDS), what was found and what was done.

    `file` is a path inside the source, `key` a JSON pointer in it, empty for the whole file.
    """

    file: str
    key: str
    kind: str
    found: str
    done: str

    def fields(self) -> dict[str, str]:
        """Return the flaw as the protocol carries it."""
        return dict(vars(self))


class Flaws:
    """The flaws of one source in the order of their finding, FLAWS_MAX at most."""

    def __init__(self) -> None:
        self._kept: list[Flaw] = []
        self._beyond = 0

    def note(self, file: str, key: str, kind: str, found: object, done: str) -> None:
        """Keep one flaw; beyond the bound it is only counted."""
        assert kind in KINDS, kind
        if len(self._kept) >= FLAWS_MAX:
            self._beyond += 1
            return
        shown = shown_value(found)
        self._kept.append(Flaw(clean(file), _cut(clean(key), _KEY_MAX), kind, shown, clean(done)))

    def all(self) -> list[Flaw]:
        """Return the flaws; a last one says how many more there were."""
        if not self._beyond:
            return list(self._kept)
        more = Flaw(
            "", "", "too_large", f"{self._beyond} more flaws", f"the first {FLAWS_MAX} kept"
        )
        return [*self._kept, more]


def clean(text: str) -> str:
    """Return a text that UTF-8 can carry: a lone surrogate becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def shown_value(value: object) -> str:
    """Return a value of a file as people read it, cut where it is long."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case str():
            text = value
        case dict():
            text = f"an object of {len(value)} keys"
        case list():
            text = f"an array of {len(value)} values"
        case _:
            text = str(value)
    return _cut(clean(text), _SHOWN_MAX)


def _cut(text: str, letters_max: int) -> str:
    return text if len(text) <= letters_max else text[:letters_max] + "…"
