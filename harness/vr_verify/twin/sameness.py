"""What can be compared at all: two functions, and not one function in both places.

An import that falls back, `try: from native import f` with `except ImportError: from slow import
f`, makes both sides one; that they agree proves nothing. It must not call either.
"""

from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any, Final

from vr_verify.errors import UsageError
from vr_verify.twin.literals import cut

ONE_FUNCTION: Final = (
    "left and right are one function, so nothing was compared; was one imported in place of the "
    "other? To compare a function with itself, wrap the right one: functools.partial(f)"
)
_ATOMS: Final = (int, str, bytes, bool, type(None))
_EMPTY: Final = object()


def check_callable(**sides: object) -> None:
    """Raise UsageError for a side that cannot be called."""
    for name, side in sides.items():
        if not callable(side):
            found = f"{cut(repr(side))} ({type(side).__name__})"
            raise UsageError(f"the {name} side: expected a function, found {found}")


def one_function(left: Any, right: Any) -> bool:
    """Tell whether two functions are one: the same object, or the same code over the same values.

    Values are the same where they are one object, equal atoms, or functions that are one; so two
    closures of one factory differ by what they were made with.
    """
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, FunctionType):
        return (
            left.__code__ is right.__code__
            and left.__globals__ is right.__globals__
            and _same(_values(left), _values(right))
        )
    if isinstance(left, MethodType):
        return left.__self__ is right.__self__ and one_function(left.__func__, right.__func__)
    return isinstance(left, BuiltinMethodType) and bool(left == right)


def _values(function: FunctionType) -> list[Any]:
    """List what a function was made with: its closure and its defaults, names among them."""
    named = function.__kwdefaults__ or {}
    return [
        *(_content(cell) for cell in function.__closure__ or ()),
        *(function.__defaults__ or ()),
        *(part for name in sorted(named) for part in (name, named[name])),
    ]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _EMPTY


def _same(left: list[Any], right: list[Any]) -> bool:
    """Compare value by value; what may have an equality of its own counts as another."""
    if len(left) != len(right):
        return False
    return all(
        own is other
        or (type(own) is type(other) and isinstance(own, _ATOMS) and own == other)
        or (callable(own) and one_function(own, other))
        for own, other in zip(left, right, strict=True)
    )
