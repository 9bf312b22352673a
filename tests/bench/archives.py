"""How long it takes to open a validated archive, of few rows and of many.

Its law is PROTOCOL.md, section 5. No time should depend on the number of rows.
"""

from collections.abc import Iterator
from functools import partial

from tests.bench import units
from tests.bench.pairs import interleaved, timed
from tests.bench.rows import Case
from vr_verify.canonical.archive import decode_archive, encode_archive

ROWS = (1_000, 10_000, 100_000, 1_000_000)
OPENED = 500
"""How often one sample opens the archive."""


def cases() -> Iterator[Case]:
    """Compare opening archives of more and more rows with opening the smallest."""
    schema = units.schema()
    archives = {}
    for rows in ROWS:
        table = units.state_of(0, units.at_war(rows)).universes[0].tables[0]
        archives[rows] = encode_archive(schema.digest, rows, table.columns)

    def open_often(rows: int) -> None:
        for _ in range(OPENED):
            decode_archive(archives[rows], schema, 0)

    least, *others = ROWS
    for rows in others:
        yield Case(
            f"archives/open {rows} rows",
            f"the harness opens an archive of {rows:,} rows, validated",
            f"one of {least:,} rows",
            interleaved(
                partial(timed, partial(open_often, rows)),
                partial(timed, partial(open_often, least)),
            ),
            work=OPENED,
            unit="opening",
        )
