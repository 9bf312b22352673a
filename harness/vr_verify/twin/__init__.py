"""Two functions compared, the first step for anyone who ports one hot path: PORTING.md shows it.

`vr_verify.twin(left, right)` returns the verdict; `twin.of` makes a test, `twin.at` compares one
call, `twin.check_vectors` asks one side alone. It must not know engines or runs.
"""

import sys
from types import ModuleType
from typing import Unpack

from vr_verify.twin.compare import Options, at, compare
from vr_verify.twin.decorator import of, require
from vr_verify.twin.domains import Choices, Floats, Integers, Strings
from vr_verify.twin.inputs import Function
from vr_verify.twin.structures import Items, Mappings, OneOf, Records
from vr_verify.twin.tolerance import Tolerance
from vr_verify.twin.vectors import check_vectors
from vr_verify.twin.verdict import TwinVerdict

__all__ = [
    "Choices",
    "Floats",
    "Integers",
    "Items",
    "Mappings",
    "OneOf",
    "Options",
    "Records",
    "Strings",
    "Tolerance",
    "TwinVerdict",
    "at",
    "check_vectors",
    "compare",
    "of",
    "require",
]


class CallableRoom(ModuleType):
    """This package as a module that can be called.

    Importing any file of the package binds it as `vr_verify.twin`, whatever else has that name, so
    the module itself has to be the function that the contract promises.
    """

    at = staticmethod(at)
    check_vectors = staticmethod(check_vectors)
    of = staticmethod(of)
    Tolerance = Tolerance

    def __call__(self, left: Function, right: Function, **options: Unpack[Options]) -> TwinVerdict:
        """Compare two functions; see `vr_verify.twin.compare.compare`."""
        return compare(left, right, **options)


sys.modules[__name__].__class__ = CallableRoom
