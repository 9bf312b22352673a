"""References by name: exact, or so near that what was meant is plain, or to nothing.

Two names are near when they differ in case, blanks, signs or a remark in brackets at the end only.
"""

from collections.abc import Iterable

_REMARK = " ("


def fold(name: str) -> str:
    """Return what near names have in common: letters and digits in lower case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class Names:
    """The names that can be referred to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact: dict[str, None] = dict.fromkeys(names)
        self._folded: dict[str, str] = {}
        for name in self._exact:
            self._folded.setdefault(fold(name), name)

    def __contains__(self, name: str) -> bool:
        """Tell whether the very name is there."""
        return name in self._exact

    def near(self, name: str) -> str | None:
        """Return the name that was meant, None where there is none like it."""
        whole = self._folded.get(fold(name)) if fold(name) else None
        if whole is not None:
            return whole
        start = fold(name.partition(_REMARK)[0])
        return self._folded.get(start) if start else None
