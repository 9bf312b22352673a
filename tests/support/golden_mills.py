"""Pairs of mills that agree with each other and not with the mill: for tests of golden answers.

Two builds must agree before anything is blessed, so each change comes with a second mill.
"""

import os
from pathlib import Path
from typing import Any, Final

from tests.support.mill_engine import SCHEMA, MillEngine
from vr_verify.canonical.schema import parse_schema

WIDER = SCHEMA.replace(b'"max":"1000000"', b'"max":"2000000"')

MOOD: Final = "VR_TEST_MOOD"
"""The variable, and the name of the file, by which a moody mill knows that it has been moody."""


class SecondMill(MillEngine):
    """The same rules in another build."""

    name = "second"


class RicherMill(MillEngine):
    """From turn 3 on the miller takes one more, and one cell of universe 3 gets more water."""

    def pay(self) -> None:
        """Pay more."""
        super().pay()
        if self.turn >= 3:
            self.treasury[0] += 1
            self.water[3][1] += 2


class SecondRicherMill(RicherMill):
    """The same in another build."""

    name = "second"


class NewRulesMill(MillEngine):
    """The same values under another rules version."""

    rules_version = "2"


class SecondNewRulesMill(NewRulesMill):
    """The same in another build."""

    name = "second"


class WiderMill(MillEngine):
    """The same values in a schema that allows more water."""

    def __init__(self) -> None:
        self.schema = parse_schema(WIDER)

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run and tell of the wider schema."""
        return super().init(scenario) | {"schema": WIDER}


class SecondWiderMill(WiderMill):
    """The same in another build."""

    name = "second"


class LouderMill(MillEngine):
    """The same states, one event more in turn 2."""

    def pay(self) -> None:
        """Pay and tell."""
        super().pay()
        if self.turn == 2:
            self.stream.append(self.stream[0])


class SecondLouderMill(LouderMill):
    """The same in another build."""

    name = "second"


class ShallowMill(MillEngine):
    """Halts early: its limit is low."""

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run with a limit of its own."""
        answer = super().init(scenario)
        self.limit = 60
        return answer


class SecondShallowMill(ShallowMill):
    """The same in another build."""

    name = "second"


class MoodyMill(MillEngine):
    """Is wrong in its first process, which leaves a file behind, and right in all later ones."""

    name = "moody"

    def __init__(self) -> None:
        super().__init__()
        mood = Path(os.environ[MOOD])
        self.wrong = not mood.exists()
        mood.touch()

    def pay(self) -> None:
        """Pay too much, once."""
        super().pay()
        self.treasury[0] += self.wrong
