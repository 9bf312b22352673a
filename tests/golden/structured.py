"""The pure functions of RULES.md that take lists, texts and bytes: ids, bytes, digests, routes.

Examples are few and small, so that a stranger can rebuild them from their comments.
"""

from typing import Any

from hypothesis import strategies as st

from tests.golden.parameters import Arguments, Structured
from void_reckoning_reference.pathfinding.route import adjacency, distances
from void_reckoning_reference.shared.archive import encode_archive

_NONE = 2**32 - 1
_DIGEST = bytes(range(32))
_BYTES = "Bytes are given in hex"
_U32 = st.integers(0, _NONE)
_U64 = st.integers(0, 2**64 - 1)
_TABLE = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_DIGESTS = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)
_NUMBERED = _DIGESTS.map(lambda digests: tuple(enumerate(digests)))


def counted(length: int) -> bytes:
    """Return bytes that count up from 0 and start anew after 250."""
    return bytes(position % 251 for position in range(length))


def _ids() -> list[Structured]:
    texts = ["0/unit/0:0", "4294967295/a_b/4294967295:4294967295", "4294967296/unit/0:0"]
    texts += ["", "0/unit/0", "0/unit/00:0", "0/Unit/0:0", "0/unit/0:0 ", "+1/unit/0:0", "0//0:0"]
    texts += ["٣/unit/0:0", "0/unit/0:0:0", "0/unit/0/0:0", "1_0/unit/0:0", "-1/unit/0:0"]
    format_examples = [
        ("every number at its lowest", (0, "unit", 0, 0)),
        ("every number at its highest", (_NONE, "a_b", _NONE, _NONE)),
        ("three different numbers", (7, "fleet", 17, 2)),
    ]
    letters = st.text("0123456789/:_+- abUٓ٣", max_size=14)
    near = st.sampled_from(texts).flatmap(
        lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut] + "0" + text[cut + 1 :])
    )
    return [
        Structured(
            "shared/ids.format_id",
            ("universe", "table", "slot", "generation"),
            "Numbers are u32",
            tuple(format_examples),
            st.tuples(_U32, _TABLE, _U32, _U32),
        ),
        Structured(
            "shared/ids.parse_id",
            ("text",),
            "The result has four parts, or is nothing",
            tuple(("an id" if place < 2 else "no id", (t,)) for place, t in enumerate(texts)),
            st.tuples(st.one_of(letters, near)),
        ),
    ]


def _ledgers() -> list[Structured]:
    entry = (0, 1, 5, "combat", "combat.accuracy", (3, 1), "combat.accuracy.roll", 4)
    more = (0, 1, 5, "combat", "combat.accuracy", (3,), "combat.accuracy.roll", 2)
    none = (*entry[:7], 0)
    event = ((0, 1, "combat", "battle.started", "system", 3, 0), _NONE, (("combatants", 5),), "")
    lost = ((0, 1, "orders", "order.rejected", "", _NONE, 0), 0, (("ordinal", -1),), "ünknown")
    phases = st.sampled_from([(0, "orders"), (1, "decision"), (5, "combat")])
    entries = st.tuples(
        st.integers(0, 2), st.integers(0, 2), phases, _TEXT, st.lists(_U64, max_size=3), _TEXT
    ).flatmap(
        lambda p: st.integers(0, 2**40).map(
            lambda count: (p[0], p[1], p[2][0], p[2][1], p[3], tuple(p[4]), p[5], count)
        )
    )
    fields = st.lists(st.tuples(_TEXT, st.integers(-(2**63), 2**63 - 1)), max_size=3).map(tuple)
    places = st.tuples(_U32, _U32, _TEXT, _TEXT, _TABLE, _U32, _U32)
    told = st.tuples(places, st.just(_NONE), fields, _TEXT)
    return [
        Structured(
            "shared/codec.encode_ledger",
            ("entries",),
            "An entry: universe, step, phase ordinal, phase, stream, scope, site, count",
            (
                ("no entry", ((),)),
                ("one entry", ((entry,),)),
                ("a count of 0 is left out", ((none,),)),
                ("shorter scope first; the same entry twice is summed", ((entry, more, entry),)),
            ),
            st.tuples(st.lists(entries, max_size=8).map(tuple)),
        ),
        Structured(
            "shared/codec.encode_events",
            ("events",),
            "An event: (universe, step, phase, kind, table, slot, generation), cause, fields, "
            "reason",
            (
                ("no event", ((),)),
                ("one event", ((event,),)),
                ("the second has the first as its cause and is about nothing", ((event, lost),)),
            ),
            st.tuples(st.lists(told, max_size=5).map(tuple)),
        ),
    ]


def _digests() -> list[Structured]:
    lengths = [0, 4, 256, 260, 4096, 4100]
    columns = [
        (f"{size} bytes, byte n is n mod 251", ("unit", "hp", size // 4, counted(size)))
        for size in lengths
    ]
    columns.append(("256 zero bytes", ("unit", "hp", 64, bytes(256))))
    pair = (_DIGEST, bytes(32))
    # Long enough for three levels of the tree.
    payloads = st.integers(0, 70000).flatmap(
        lambda size: st.sampled_from((counted(size), bytes(size)))
    )
    return [
        Structured(
            "shared/digest.column_digest",
            ("table", "column", "rows", "payload"),
            _BYTES,
            tuple(columns),
            st.tuples(_TABLE, _TEXT, _U64, payloads),
        ),
        Structured(
            "shared/digest.table_digest",
            ("table", "rows", "columns"),
            _BYTES,
            (("no column", ("unit", 0, ())), ("bytes 0 to 31 and 32 zeros", ("unit", 3, pair))),
            st.tuples(_TABLE, _U64, _DIGESTS),
        ),
        Structured(
            "shared/digest.universe_digest",
            ("id", "tables"),
            _BYTES,
            (("no table", (0, ())), ("bytes 0 to 31 and 32 zeros", (_NONE, pair))),
            st.tuples(_U32, _DIGESTS),
        ),
        Structured(
            "shared/digest.state_digest",
            ("schema_digest", "scenario_digest", "turn", "universes"),
            _BYTES,
            (
                ("no universe", (*pair, 0, ())),
                ("two universes, last turn", (*pair, 2**64 - 1, ((0, pair[1]), (7, pair[0])))),
            ),
            st.tuples(
                st.just(_DIGEST),
                st.just(bytes(32)),
                _U64,
                _DIGESTS.map(lambda d: tuple(enumerate(d))),
            ),
        ),
        _turn_digest("ledger"),
        _turn_digest("events"),
    ]


def _turn_digest(name: str) -> Structured:
    return Structured(
        f"shared/digest.{name}_digest",
        ("turn", name),
        _BYTES,
        (("of nothing", (0, bytes(8))), ("300 bytes, byte n is n mod 251", (9, counted(300)))),
        st.tuples(_U64, st.binary(max_size=3000)),
    )


def _archives() -> list[Structured]:
    empty = encode_archive(_DIGEST, 0, [b"", b""])
    whole = encode_archive(_DIGEST, 17, [counted(68), counted(17)])
    bent = bytearray(whole)
    bent[70] ^= 1
    return [
        Structured(
            "shared/archive.encode_archive",
            ("schema_digest", "rows", "columns"),
            f"{_BYTES}; each payload holds `rows` values",
            (
                ("no row", (_DIGEST, 0, (b"", b""))),
                ("no column", (_DIGEST, 3, ())),
                ("byte n is n mod 251", (_DIGEST, 17, (counted(68), counted(17)))),
            ),
            st.integers(0, 90).map(
                lambda rows: (_DIGEST, rows, (counted(8 * rows), counted(rows), counted(4 * rows)))
            ),
        ),
        Structured(
            "shared/archive.decode_archive",
            ("data", "schema_digest", "widths"),
            f"{_BYTES}; the result is rows and payloads, or nothing where there is an error",
            (
                ("no row", (empty, _DIGEST, (4, 1))),
                ("17 rows", (whole, _DIGEST, (4, 1))),
                ("another schema", (whole, bytes(32), (4, 1))),
                ("another width", (whole, _DIGEST, (4, 2))),
                ("a byte short", (whole[1:], _DIGEST, (4, 1))),
                ("padding that is not zero", (bytes(bent), _DIGEST, (4, 1))),
                ("no byte", (b"", _DIGEST, (4, 1))),
            ),
            st.tuples(st.integers(0, len(whole) - 1), st.integers(1, 255)).map(
                lambda edit: (_with_bits(whole, *edit), _DIGEST, (4, 1))
            ),
        ),
    ]


def _with_bits(data: bytes, place: int, bits: int) -> bytes:
    edited = bytearray(data)
    edited[place] ^= bits
    return bytes(edited)


def _neighbours(systems: int, lanes: tuple[tuple[int, int, int], ...]) -> Any:
    return tuple(tuple(ends) for ends in adjacency(systems, lanes))


@st.composite
def _galaxies(draw: st.DrawFn) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    systems = draw(st.integers(2, 9))
    ends = st.integers(0, systems - 1)
    lane = st.tuples(ends, ends, st.integers(1, 4)).filter(lambda found: found[0] < found[1])
    return systems, tuple(draw(st.lists(lane, max_size=16)))


def _hop_arguments(systems: int, lanes: Any, target: int, system: int) -> Arguments:
    known = _neighbours(systems, lanes)
    return known, tuple(distances(known, target)), system


def _routes() -> list[Structured]:
    # A square of weights 2, two ways from 0 to 3, and system 4 that no lane leads to.
    square = ((0, 1, 2), (0, 2, 2), (1, 3, 2), (2, 3, 2), (1, 3, 5))
    known = _neighbours(5, square)
    told = "lanes (0,1,2) (0,2,2) (1,3,2) (2,3,2) and a second one (1,3,5); system 4 has none"
    hops = [
        (f"{told}; target 3, from system {system}", _hop_arguments(5, square, 3, system))
        for system in range(5)
    ]
    places = _galaxies().flatmap(
        lambda found: st.tuples(
            st.just(found), st.integers(0, found[0] - 1), st.integers(0, found[0] - 1)
        )
    )
    return [
        Structured(
            "pathfinding/route.adjacency",
            ("systems", "lanes"),
            "For each system its (neighbour, weight)",
            (("no lane", (2, ())), (told, (5, square)), ("no system", (0, ()))),
            _galaxies(),
        ),
        Structured(
            "pathfinding/route.distances",
            ("adjacency", "target"),
            "4294967295 is unreachable",
            tuple((f"{told}; target {target}", (known, target)) for target in (0, 3, 4)),
            places.map(lambda found: (_neighbours(*found[0]), found[1])),
        ),
        Structured(
            "pathfinding/route.next_hop",
            ("adjacency", "to_target", "system"),
            "4294967295 is none, in the result, and unreachable, in to_target",
            tuple(hops),
            places.map(lambda found: _hop_arguments(*found[0], found[1], found[2])),
        ),
    ]


STRUCTURED = [*_ids(), *_ledgers(), *_digests(), *_archives(), *_routes()]
