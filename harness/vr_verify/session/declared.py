"""Declared differences over a run: weighed turn by turn, counted, and held to their bounds.

Where a declaration does not hold, its differences count as any other. It must not know the day by
itself, nor judge; the verb does that.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from vr_verify.canonical.schema import Column, Schema
from vr_verify.compare.declared import (
    Covered,
    Distance,
    Waiver,
    Weight,
    cover,
    distance_text,
    raw_value,
    remains,
    weigh,
)
from vr_verify.compare.declared_file import TEXT_BYTES_MAX, Declaration, parse
from vr_verify.compare.states import HashedState, Place, StateDifferences, difference
from vr_verify.compare.streams import odd_one_out
from vr_verify.errors import IoFailed, MissingFileError
from vr_verify.model.report import DeclaredDifference
from vr_verify.session.turn_ranges import TurnRanges, range_text

Failed = Literal["exceeded", "outside", "expired"]
_REMARKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """The first way in which a declaration did not hold, in words that name it."""

    turn: int
    status: Failed
    said: str


@dataclass
class _Account:
    """One declaration and what was met of it so far."""

    covered: Covered
    column: Column
    expired: bool
    counted: int = 0
    largest: Distance | None = None
    failure: Failure | None = None

    def failure_at(self, turn: int, weight: Weight, counts: bool) -> Failure | None:
        """Say why the declaration does not hold for all that was met at a turn; None if it does.

        `counts` is False for a state that was counted before.
        """
        declaration = self.covered.declaration
        count = self.counted + (len(weight.places) if counts else 0)
        if not weight.places and weight.refused is None:
            return None
        name = f"turn {turn}: the declared difference of {declaration.path}"
        if self.expired:
            return Failure(turn, "expired", f"{name} expired on {declaration.expiry.isoformat()}")
        if count > declaration.count_max:
            said = f"{name} is over its count_max of {declaration.count_max:,}: {count:,} by now"
            return Failure(turn, "exceeded", said)
        if weight.refused is not None:
            return Failure(turn, "outside", f"{name} does not cover that {weight.refused}")
        return None


class Weighing:
    """The declarations at one state. `excuses` fills in the rest, and may be asked again.

    `counts` is False for a state that was counted before, as after a halt. `waiver` are those that
    hold, if not for every value; `undisputed` are those that hold for every value.
    """

    def __init__(
        self, schema: Schema, turn: int, accounts: Sequence[_Account], counts: bool
    ) -> None:
        self.schema, self.turn, self.counts = schema, turn, counts
        self._accounts = [a for a in accounts if a.covered.declaration.covers(turn)]
        self.weights: list[tuple[_Account, Weight]] = []
        self.waiver = self.undisputed = Waiver(schema, ())
        self.unseen: tuple[str, ...] = ()
        self._left: StateDifferences | None = None

    def excuses(self, sides: Mapping[str, HashedState], unseen: Sequence[str] = ()) -> bool:
        """Whether the sides differ in nothing but what is declared.

        `unseen` are sides whose values are not known: nothing of theirs can be excused.
        """
        self.unseen = tuple(unseen)
        self.weights = [(a, weigh(self.schema, a.covered, sides)) for a in self._accounts]
        held, whole, accepted = list[Covered](), list[Covered](), set[Place]()
        for account, weight in self.weights:
            failure = account.failure_at(self.turn, weight, self.counts)
            if failure is None:
                whole.append(account.covered)
            if failure is None or failure.status == "outside":
                held.append(account.covered)
                accepted |= weight.places
        self.waiver = Waiver(self.schema, tuple(held))
        self.undisputed = Waiver(self.schema, tuple(whole))
        self._left = left = difference(self.schema, sides, accepted)
        return not unseen and not remains(left, sides)

    @property
    def met(self) -> bool:
        """Whether any value differs that a declaration accepts."""
        return any(weight.places for _, weight in self.weights)

    def odd_one_out(self, sides: Mapping[str, HashedState]) -> str | None:
        """Name the side that stands alone in what is not declared."""
        assert self._left is not None, "weigh the sides first"
        return odd_one_out(
            {name: _left_of(self._left, self.schema, side) for name, side in sides.items()}
        )


def _left_of(left: StateDifferences, schema: Schema, side: HashedState) -> Hashable:
    """Return what a side has at all places that are left."""
    values: list[Hashable] = [side.state.turn, *(u.id for u in side.state.universes)]
    return tuple(values + [raw_value(schema, place, side) for place in left.places])


class DeclaredTally:
    """All declarations of a run, in the file's order. `today` decides which have expired.

    `one_of_many`: the file is about other runs too, so what this one does not meet says nothing.
    """

    def __init__(
        self, schema: Schema, covered: Sequence[Covered], today: date, one_of_many: bool = False
    ) -> None:
        self._schema, self._one_of_many = schema, one_of_many
        self._accounts = [
            _Account(c, schema.tables[c.table].columns[c.column], today > c.declaration.expiry)
            for c in covered
        ]
        self.unseen: tuple[int, tuple[str, ...]] | None = None
        self.phases_passed_over = TurnRanges()

    def at(self, turn: int, halted: bool = False) -> Weighing:
        """Start to weigh a turn; nothing counts until it is kept.

        After a halt all stand at the end of the turn before, which was counted then.
        """
        return Weighing(self._schema, turn - halted, self._accounts, not halted)

    def keep(self, weighing: Weighing) -> None:
        """Count what was met at a turn, once for each turn, in ascending order."""
        if weighing.unseen:
            self.unseen = self.unseen or (weighing.turn, weighing.unseen)
            return
        if not weighing.counts:
            return
        for account, weight in weighing.weights:
            failure = account.failure_at(weighing.turn, weight, counts=True)
            account.failure = account.failure or failure
            if account.expired:
                continue
            account.counted += len(weight.places)
            if weight.largest is not None:
                known = account.largest
                account.largest = weight.largest if known is None else max(known, weight.largest)

    def exceeded_by(self, turn: int) -> bool:
        """Whether a declaration was over its count_max at this turn: earlier turns count then."""
        failures = (account.failure for account in self._accounts)
        return any(f and f.status == "exceeded" and f.turn <= turn for f in failures)

    def unmet(self, part: bool) -> list[str]:
        """Name the declarations that are unused or expired; in a `part`, only the expired."""
        return [] if self._one_of_many else unmet_texts(self.rows(part))

    def remarks(self) -> list[str]:
        """Say which declarations did not hold where, and what could not be compared."""
        failures = [a.failure.said for a in self._accounts if a.failure is not None]
        said = failures[:_REMARKS_SHOWN]
        if more := len(failures) - len(said):
            said.append(f"{more} more declared differences do not hold")
        if self.unseen is not None:
            turn, names = self.unseen
            whose = " and ".join(names)
            unknown = f"turn {turn}: the values of {whose} are not known"
            said.append(f"{unknown}, so declared differences cannot be told from others")
        if self.phases_passed_over.total:
            turns = ", ".join(self.phases_passed_over.texts())
            alone = f"phases were not compared at turns {turns}"
            said.append(f"{alone}: declared differences change their digests")
        return said

    def rows(self, part: bool) -> tuple[DeclaredDifference, ...]:
        """Return all declarations for the report; `part`: not every turn was compared."""
        part = part or self._one_of_many or self.unseen is not None
        return tuple(_row(account, part) for account in self._accounts)


def unmet_texts(rows: Iterable[DeclaredDifference]) -> list[str]:
    """Name the declarations that must go, since they are unused or expired."""
    said = []
    for row in rows:
        name = f"the declared difference of {row.path}"
        if row.status == "unused":
            said.append(f"{name} was not met: remove it")
        elif row.status == "expired":
            said.append(f"{name} expired on {row.expiry}: remove it or set another date")
    return said


def _row(account: _Account, part: bool) -> DeclaredDifference:
    declaration, largest = account.covered.declaration, account.largest
    status: Failed | Literal["held", "unused", "not_reached"] = "held"
    if account.expired:
        status = "expired"
    elif account.failure is not None:
        status = account.failure.status
    elif not account.counted:
        status = "not_reached" if part else "unused"
    return DeclaredDifference(
        path=declaration.path,
        reason=declaration.reason,
        expiry=declaration.expiry.isoformat(),
        counted=account.counted,
        count_max=declaration.count_max,
        status=status,
        unit=account.column.unit,
        largest=None if largest is None else distance_text(account.column, largest),
        failed_turn=None if account.failure is None else account.failure.turn,
        tolerance=declaration.tolerance_text,
        turns=None if declaration.turns is None else range_text(*declaration.turns),
        sides=declaration.sides,
        issue=declaration.issue,
    )


def open_declared(
    path: Path, schema: Schema, sides: Sequence[str], today: date, one_of_many: bool = False
) -> DeclaredTally:
    """Read a file of declared differences for a comparison of these sides.

    UsageError names what is wrong with it; MissingFileError and IoFailed are about the file itself.
    """
    covered = cover(read_declared(path), schema, sides, path.name)
    return DeclaredTally(schema, covered, today, one_of_many)


def read_declared(path: Path) -> tuple[Declaration, ...]:
    """Read a file of declared differences, whatever it is held against; errors as above."""
    try:
        with path.open("rb") as file:
            text = file.read(TEXT_BYTES_MAX + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        said = f"expected a file of declared differences, found none: {path.name}"
        raise MissingFileError(said) from error
    except OSError as error:
        raise IoFailed(f"{path.name}: cannot read it: {error.strerror}") from error
    return parse(text, path.name)
