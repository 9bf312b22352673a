"""Texts without what tells of the machine or the person: folders, user and host names.

It must not touch what was recorded; that is the log's own, and bound by its digests.
"""

import re
from dataclasses import dataclass
from typing import Final

# An absolute path or one below a home folder. Entities are called 0/unit/17:2, so a slash inside a
# word starts none.
_PATH: Final = re.compile(r"(?<![\w./~-])~?/[^\s'\":,;()]+")
_NAME_CHARACTERS_MIN: Final = 2


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is removed. `folders` are absolute paths, `names` whole words such as a user's."""

    folders: tuple[str, ...]
    names: tuple[str, ...]

    def text(self, text: str) -> str:
        """Return a text without them; a path keeps its last part."""
        for folder in sorted(self.folders, key=len, reverse=True):
            # Whole folders first: a path with a space in it has no end that could be seen.
            if folder.strip("/"):
                text = text.replace(folder, "")
        text = _PATH.sub(lambda found: found[0].rstrip("/").rpartition("/")[2], text)
        for name in self.names:
            if len(name) >= _NAME_CHARACTERS_MIN:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "removed", text)
        return text
