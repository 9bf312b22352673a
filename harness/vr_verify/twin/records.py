"""What a value is made of: the named fields of records, whatever library declared them.

Dataclasses, msgspec structs and named tuples. It must not know why anyone asks.
"""

import dataclasses
import sys
from typing import Any

import msgspec


def field_names(kind: type[Any]) -> tuple[str, ...] | None:
    """Return the fields of a type of records in order; None for any other type."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return tuple(kind._fields)
    return None


def init_names(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields that the type's constructor takes by name."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind) if field.init)
    return field_names(kind) or ()


def is_array(value: Any) -> bool:
    """Tell whether a value is a numpy array or scalar; numpy is not imported for it."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray | numpy.generic)
