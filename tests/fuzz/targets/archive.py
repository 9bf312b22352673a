"""Fuzzes the archive decoder of the harness (PROTOCOL.md, section 5).

What it takes must be the one archive of its values: written again it is the same bytes.
"""

from tests.harness.canonical.examples import column, schema_of
from vr_verify.canonical.archive import ROOT, ArchiveError, decode_archive, encode_archive

SCHEMA = schema_of(
    few=[column("a", "u16"), column("b", "u8")],
    wide=[column("c", "bytes33"), column("d", "i64"), column("e", "bool")],
    none=[],
)


def with_digest(data: bytes) -> bytes:
    """Put the schema's digest where it must be, so that what lies behind that check is reached."""
    root = len(data) - ROOT.size
    return data if root < 0 else data[:root] + SCHEMA.digest + data[root + 32 :]


def run(data: bytes) -> str:
    """Decode an archive; the first byte is the table."""
    if not data:
        return "refused"
    table, archive = data[0] % len(SCHEMA.tables), with_digest(data[1:])
    try:
        found = decode_archive(archive, SCHEMA, table)
    except ArchiveError as error:
        return "refused" if 0 <= error.offset <= len(archive) else misplaced(error)
    assert encode_archive(SCHEMA.digest, found.rows, found.columns) == archive
    return "taken"


def misplaced(error: ArchiveError) -> str:
    """Report an error that is told at a place which the archive does not have."""
    raise AssertionError(f"no such place: {error}")


def seeds() -> list[bytes]:
    """Return small archives of each table."""
    made = []
    for at, table in enumerate(SCHEMA.tables):
        for rows in (0, 1, 40):
            columns = [bytes([at + 1]) * (rows * one.width) for one in table.columns]
            made.append(bytes([at]) + encode_archive(SCHEMA.digest, rows, columns))
    return made
