"""One side called once: its result or exception, and whether it changed its arguments.

Each call has copies of its own. An exception of a side is its answer; only what is no answer of
it, such as an interrupt, goes on. It must not know the other side.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from vr_verify.errors import UsageError
from vr_verify.twin.difference import Difference, IncomparableError, first_difference
from vr_verify.twin.inputs import Case, Function, Inputs
from vr_verify.twin.literals import cut
from vr_verify.twin.tolerance import Tallies

_ATOMS: Final = (int, float, str, bytes, bool, type(None))
_ITEMS_MAX: Final = 100_000
PANIC: Final = "PanicException"
"""What PyO3 calls a panic of native code: never an answer that two sides may agree on."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its class's name and where it came, `call` or `item n` of an iterator."""

    name: str
    stage: str
    message: str

    @property
    def text(self) -> str:
        """Say what was raised."""
        where = "" if self.stage == "call" else f" at {self.stage}"
        return f"raises {self.name}{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call led to; `after` are the arguments as the call left them."""

    result: Any
    raised: Raised | None
    after: Case


@dataclass(frozen=True)
class Side:
    """One function, as `left` or `right`; `view` turns its results into comparable ones."""

    name: str
    function: Function
    inputs: Inputs
    view: Function | None = None

    def ask(self, case: Case) -> Answer:
        """Call the function with a copy of a case."""
        atoms = all(type(value) in _ATOMS for value in case.values())
        own = case if atoms else copy.deepcopy(case)
        raised, result = self._called(*self.inputs.bound(own))
        return Answer(result, raised, own)

    def call(self, places: tuple[Any, ...], named: dict[str, Any]) -> Answer:
        """Call the function with arguments that nobody looks at again."""
        raised, result = self._called(places, named)
        return Answer(result, raised, {})

    def _called(self, places: tuple[Any, ...], named: dict[str, Any]) -> tuple[Raised | None, Any]:
        """Return what was raised, or the result as it is compared."""
        stage = "call"
        try:
            result = self.function(*places, **named)
            if isinstance(result, Iterator):
                items: list[Any] = []
                stage = "item 0"
                for item in result:
                    items.append(item)
                    stage = f"item {len(items)}"
                    if len(items) > _ITEMS_MAX:
                        raise UsageError(f"an iterator gave over {_ITEMS_MAX:,} items")
                result = items
        except BaseException as error:
            if not _is_answer(error):
                raise
            return Raised(type(error).__name__, stage, _on_a_line(str(error))), None
        return None, result if self.view is None else self.view(result)


def _on_a_line(text: str) -> str:
    """Return an exception's message without line ends and control characters."""
    return cut("".join(character if character.isprintable() else " " for character in text))


def _is_answer(error: BaseException) -> bool:
    """Tell whether an exception is what a function answered, and not about the comparison."""
    if isinstance(error, KeyboardInterrupt | GeneratorExit | UsageError):
        return False
    return type(error).__module__.split(".")[0] != "hypothesis"


def answers_differ(left: Answer, right: Answer, tallies: Tallies) -> Difference | None:
    """Return where two answers first differ: exception, result, arguments as they were left.

    Exceptions agree where class name and stage do; their messages are for people.
    """
    if left.raised is not None or right.raised is not None:
        texts = [
            answer.raised.text if answer.raised else "gives a result" for answer in (left, right)
        ]
        places = [
            answer.raised and (answer.raised.name, answer.raised.stage) for answer in (left, right)
        ]
        panicked = any(answer.raised and answer.raised.name == PANIC for answer in (left, right))
        if panicked or places[0] != places[1]:
            return Difference("exception", "panic" if panicked else "exception", *texts)
    else:
        found = first_difference(left.result, right.result, tallies)
        if found is not None:
            return found
    return _changed(left.after, right.after)


def _changed(left: Case, right: Case) -> Difference | None:
    """Return where two copies of a case differ after the calls."""
    if left is right:
        return None  # atoms, of which no copies were made
    for name, value in left.items():
        found = _first_change(name, value, right[name])
        if found is not None:
            return Difference(found.path, "argument", found.left, found.right)
    return None


def changed_arguments(case: Case, answer: Answer) -> Iterator[str]:
    """Give the names of the arguments that a call changed."""
    if answer.after is not case:
        for name, value in case.items():
            if _first_change(name, value, answer.after[name]) is not None:
                yield name


def _first_change(name: str, before: Any, after: Any) -> Difference | None:
    """Return where two copies of an argument differ; UsageError where nobody can tell."""
    try:
        return first_difference(before, after, Tallies(), name)
    except IncomparableError as error:
        advice = "compare functions of plain values that make it and call yours"
        raise UsageError(
            f"parameter {name}: cannot tell whether a call changed it, since objects of type "
            f"{error.kind} have no equality (at {error.path}); define __eq__, or {advice}"
        ) from error
