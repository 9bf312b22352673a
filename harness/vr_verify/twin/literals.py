"""Values as Python literals that can be pasted: types by their full names, floats to the bit.

It must not know what the values mean.
"""

import math
import re
import struct
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from vr_verify.twin import records

_DEPTH_MAX: Final = 64
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")
CUT_AT: Final = 160
"""Characters of a value that stands in a line of text."""


@dataclass
class Writer:
    """Writes literals and collects the modules that they name."""

    modules: set[str] = field(default_factory=set)

    def text(self, value: Any, depth: int = 0) -> str:
        """Return the literal of a value; `repr` where a type has none."""
        if depth > _DEPTH_MAX:
            return "..."
        kind = type(value)
        if kind is float:
            return self._float(value)
        if isinstance(value, Enum):
            return f"{self.named(kind)}.{value.name}"
        if records.is_array(value):
            return self._array(value)
        if kind in (list, tuple, set, frozenset):
            return self._items(value, kind, depth + 1)
        if kind is dict:
            pairs = ((self.text(k, depth + 1), self.text(v, depth + 1)) for k, v in value.items())
            return "{" + ", ".join(f"{key}: {own}" for key, own in pairs) + "}"
        if records.field_names(kind) is not None:
            fields = (
                (n, self.text(getattr(value, n), depth + 1)) for n in records.init_names(kind)
            )
            return f"{self.named(kind)}({', '.join(f'{name}={own}' for name, own in fields)})"
        text = repr(value)
        return _ADDRESS.sub("", text) if kind not in (str, bytes, bytearray) else text

    def named(self, kind: Any) -> str:
        """Return the full name of a type or function, and remember its module."""
        if kind.__module__ == "builtins":
            return str(kind.__qualname__)
        self.modules.add(kind.__module__)
        return f"{kind.__module__}.{kind.__qualname__}"

    def _items(self, value: Any, kind: type[Any], depth: int) -> str:
        texts = [self.text(item, depth) for item in value]
        if kind is list:
            return f"[{', '.join(texts)}]"
        if kind is tuple:
            return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"
        inside = "{" + ", ".join(sorted(texts)) + "}" if texts else ""
        return inside if kind is set and texts else f"{kind.__name__}({inside})"

    def _float(self, value: float) -> str:
        if math.isfinite(value):
            return repr(value)
        plain = f'float("{value!r}")'
        if struct.pack(">d", value) == struct.pack(">d", float(repr(value))):
            return plain
        self.modules.add("struct")
        return f'struct.unpack(">d", bytes.fromhex("{struct.pack(">d", value).hex()}"))[0]'

    def _array(self, value: Any) -> str:
        self.modules.add("numpy")
        items = self.text(value.tolist())
        return (
            f'numpy.array({items}, dtype="{value.dtype.str}")'
            if value.shape
            else (f'numpy.dtype("{value.dtype.str}").type({items})')
        )


def literal(value: Any) -> str:
    """Return the literal of a value alone."""
    return Writer().text(value)


def cut(text: str) -> str:
    """Return a text as it stands in a line, with an ellipsis where it is long."""
    return text if len(text) <= CUT_AT else f"{text[: CUT_AT - 1]}…"
