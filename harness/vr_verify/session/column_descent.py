"""One column of several sides, descended from the tops of its trees to the leaves that differ.

Spec: PROTOCOL.md, section 3. What a side hands over is checked against the digest above it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vr_verify.canonical import tree
from vr_verify.canonical.schema import Table
from vr_verify.session.tree_sides import ColumnAt, TreeSide

# A call costs more than some digests or leaves that nobody needs.
_GAP_GROUPS_MAX: Final = 4
_GAP_LEAVES_MAX: Final = 2


class LyingTreeError(Exception):
    """A side has handed over something that does not have the digest which it told before."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.side = side


@dataclass
class Branches:
    """What is known of one side's tree of a column: `known[L]`, node number to digest."""

    source: TreeSide
    counts: list[int]
    known: list[dict[int, bytes]] = field(default_factory=list)

    @classmethod
    def from_top(cls, source: TreeSide, payload_bytes: int, top: bytes) -> "Branches":
        """Start with the top alone."""
        counts = tree.level_counts(payload_bytes)
        known: list[dict[int, bytes]] = [{} for _ in counts]
        if known:
            known[-1][0] = top
        return cls(source, counts, known)

    def at(self, level: int, node: int) -> bytes | None:
        """Return a node's digest, None where this tree has no such node."""
        return self.known[level].get(node) if level < len(self.counts) else None


class ColumnDescent:
    """A column at one place of several sides, by their names."""

    def __init__(self, table: Table, at: ColumnAt, branches: Mapping[str, Branches]) -> None:
        self.table, self.at, self.branches = table, at, branches
        self.column = table.columns[at.column]

    def differing_leaves(self) -> list[int]:
        """Return the leaves that any two sides differ in; LyingTreeError names who lies."""
        height = max(len(one.counts) for one in self.branches.values())
        found = [0]
        for level in reversed(range(height)):
            for name, one in self.branches.items():
                if level < len(one.counts) - 1:
                    self._read_below(name, one, level, found)
            candidates = self._children(level, found) if level < height - 1 else found
            found = [node for node in candidates if self._differs(level, node)]
        return found

    def read_leaves(
        self, name: str, leaves: Sequence[int], payload: bytearray, edges: bool
    ) -> None:
        """Put the values of these leaves of one side into its payload, each checked.

        With `edges` also what values at a leaf's edge have in the next one, which all sides share.
        """
        one, width, size = self.branches[name], self.column.width, len(payload)
        there = [leaf for leaf in leaves if leaf * tree.LEAF_BYTES < size]
        for first, last in runs(there, _GAP_LEAVES_MAX):
            start, end = first * tree.LEAF_BYTES, min((last + 1) * tree.LEAF_BYTES, size)
            slot, slots = start // width, -(-end // width) - start // width
            data = one.source.values(self.at, slot, slots)
            if len(data) != slots * width:
                raise LyingTreeError(name)
            if edges:
                payload[slot * width : slot * width + len(data)] = data
            else:
                payload[start:end] = data[start - slot * width :][: end - start]
        for leaf in there:
            piece = payload[leaf * tree.LEAF_BYTES : (leaf + 1) * tree.LEAF_BYTES]
            if tree.leaf_digest(self.table.name, self.column.name, piece) != one.at(0, leaf):
                raise LyingTreeError(name)

    def _children(self, level: int, parents: Iterable[int]) -> Iterator[int]:
        most = max(one.counts[level] for one in self.branches.values() if level < len(one.counts))
        for parent in parents:
            first = parent * tree.FAN_OUT
            yield from range(first, min(first + tree.FAN_OUT, most))

    def _differs(self, level: int, node: int) -> bool:
        return len({one.at(level, node) for one in self.branches.values()}) > 1

    def _read_below(self, name: str, one: Branches, level: int, parents: Sequence[int]) -> None:
        """Read the children of those parents that this side has, and check each list of them."""
        there = [parent for parent in parents if parent < one.counts[level + 1]]
        wanted = set(there)
        for first, last in runs(there, _GAP_GROUPS_MAX):
            start = first * tree.FAN_OUT
            end = min((last + 1) * tree.FAN_OUT, one.counts[level])
            data = one.source.nodes(self.at, level, start, end - start)
            for parent in wanted.intersection(range(first, last + 1)):
                offset = (parent - first) * tree.FAN_OUT * tree.DIGEST_BYTES
                children = data[offset : offset + tree.FAN_OUT * tree.DIGEST_BYTES]
                self._note(name, one, level, parent, children)

    def _note(self, name: str, one: Branches, level: int, parent: int, children: bytes) -> None:
        names = self.table.name, self.column.name
        if tree.node_digest(*names, level + 1, children) != one.at(level + 1, parent):
            raise LyingTreeError(name)
        for at in range(0, len(children), tree.DIGEST_BYTES):
            node = parent * tree.FAN_OUT + at // tree.DIGEST_BYTES
            one.known[level][node] = children[at : at + tree.DIGEST_BYTES]


def runs(numbers: Iterable[int], gap_max: int) -> Iterator[tuple[int, int]]:
    """Join ascending numbers into runs (first, last) with gaps of at most `gap_max` in them."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number - last - 1 <= gap_max:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
