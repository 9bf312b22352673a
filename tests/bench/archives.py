"""How long it takes to open a validated archive, of few rows and of many.

Its law is PROTOCOL.md, section 5. No time should depend on the number of rows.
"""

from functools import partial

from tests.bench import units
from tests.bench.pairs import Ratio, compare, timed
from vr_verify.canonical.archive import decode_archive, encode_archive

ROWS = (1_000, 10_000, 100_000, 1_000_000)
OPENED = 500
"""How often one sample opens the archive."""


def measure() -> list[Ratio]:
    """Compare opening archives of more and more rows with opening the smallest."""
    schema = units.schema()
    archives = {}
    for rows in ROWS:
        table = units.state_of(0, units.at_war(rows)).universes[0].tables[0]
        archives[rows] = encode_archive(schema.digest, rows, table.columns)

    def open_often(rows: int) -> None:
        for _ in range(OPENED):
            decode_archive(archives[rows], schema, 0)

    least = ROWS[0]
    return [
        compare(
            f"{'control: ' if rows == least else ''}open an archive: {rows} / {least} rows",
            partial(timed, partial(open_often, rows)),
            partial(timed, partial(open_often, least)),
            pairs=9,
        )
        for rows in ROWS
    ]
