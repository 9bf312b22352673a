"""How fast run logs are written and read, beside plain files and the stock `mcap` package.

The same messages go through all. Ours do more: encode or decode states, seal, compare each byte.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory

from mcap.reader import make_reader
from mcap.writer import CompressionType, Writer

from tests.bench import units
from tests.bench.pairs import Work, interleaved, timed
from tests.bench.rows import Case
from vr_verify.canonical.state import State
from vr_verify.model.run import Digests, StepSpec
from vr_verify.runlog import snapshots
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.writer import RunLogWriter

ROWS, TURNS, SHARE = 100_000, 12, 0.01
DURABLE_ROWS, DURABLE_TURNS = 1_000, 40
MODES = ("delta", "full", "sparse")
DIGESTS = Digests(state=bytes(32))

StockMessage = tuple[str, int, bytes]
"""Topic, log time, data."""


FOLDER = Path("build")
"""A folder of the disk that is to be measured."""


def cases() -> Iterator[Case]:
    """Measure logs of all modes."""
    FOLDER.mkdir(exist_ok=True)
    states = _states(ROWS, TURNS)
    for mode in MODES:
        with _room(FOLDER) as room:
            log = _written(room / "run.log", states, mode)
            yield from _writing(room, log, states, mode)
            yield from _reading(log, mode)
    with _room(FOLDER) as room:
        yield from _durable(room)


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=folder) as name:
        yield Path(name)


def _states(rows: int, turns: int) -> list[State]:
    """Return the states of a war: each turn other rows change."""
    columns = [units.at_war(rows)]
    for turn in range(turns):
        columns.append(units.fight(columns[-1], SHARE, 1, seed=turn).columns)
    return [units.state_of(turn, one) for turn, one in enumerate(columns)]


def _header(mode: str) -> LogHeader:
    steps = (StepSpec("fight", ("combat",)),)
    return LogHeader("bench", "1", "1", b"{}", units.schema(), steps, 0, snapshots=mode)


def _written(path: Path, states: list[State], mode: str, durable: bool = False) -> Path:
    with RunLogWriter(path, _header(mode), durable=durable) as log:
        log.write_first(states[0], DIGESTS)
        for state in states[1:]:
            log.write_turn(state.turn, [[]], state if log.wants_state() else None, DIGESTS)
        log.finish()
    return path


def _writing(room: Path, log: Path, states: list[State], mode: str) -> Iterator[Case]:
    data, messages = log.read_bytes(), _stock_read(log)
    ours = _timed(lambda: _written(room / "ours.log", states, mode))
    others: dict[str, Work] = {
        "appending its bytes": _timed(lambda: _append(room / "plain", data)),
        "the stock mcap writer, its messages": _timed(lambda: _stock_write(room / "m", messages)),
        "encoding its states alone": _timed(lambda: _encode(states, mode)),
    }
    for name, other in others.items():
        yield _case(f"write a {mode} log", name, ours, other, len(data))


def _reading(log: Path, mode: str) -> Iterator[Case]:
    plain, stock = _timed(log.read_bytes), _timed(lambda: _stock_read(log))
    ours = {
        f"open a {mode} log": _timed(lambda: _open(log)),
        f"read a {mode} log, all states": _timed(lambda: _read_states(log)),
    }
    others = {"reading its bytes": plain, "the stock mcap reader with CRCs": stock}
    for what, work in ours.items():
        for name, other in others.items():
            yield _case(what, name, work, other, log.stat().st_size)


def _durable(room: Path) -> Iterator[Case]:
    """Compare with and without waiting for the disk, where little is written in a turn."""
    states = _states(DURABLE_ROWS, DURABLE_TURNS)
    plain = _timed(lambda: _written(room / "plain.log", states, "delta"))
    durable = _timed(lambda: _written(room / "durable.log", states, "delta", durable=True))
    what = f"write {DURABLE_TURNS} turns of {DURABLE_ROWS} rows with --durable"
    log_bytes = _written(room / "plain.log", states, "delta").stat().st_size
    yield _case(what, "without", durable, plain, log_bytes)


def _case(what: str, against: str, ours: Work, other: Work, log_bytes: int) -> Case:
    measure = interleaved(ours, other)
    return Case(f"logs/{what} : {against}", what, against, measure, work=log_bytes, unit="byte")


def _timed(work: Callable[[], object]) -> Work:
    return lambda: timed(work)


def _append(path: Path, data: bytes) -> None:
    """Append as many bytes at a time as a chunk of a turn holds on average."""
    piece = len(data) // (TURNS + 2)
    with FileIO(path, "wb") as file:
        for at in range(0, len(data), piece):
            file.write(data[at : at + piece])


def _encode(states: list[State], mode: str) -> None:
    """Make the snapshots that a log of this mode holds, as messages."""
    schema = units.schema()
    if mode == "full":
        for state in states:
            snapshots.keyframe_messages(schema, state)
        return
    snapshots.keyframe_messages(schema, states[0])
    if mode == "delta":
        for before, after in itertools.pairwise(states):
            snapshots.delta_messages(schema, before, after)


def _open(log: Path) -> None:
    RunLog.open(log).close()


def _read_states(log: Path) -> None:
    with RunLog.open(log) as opened:
        for turn in opened.states:
            opened.state(turn)


def _stock_read(log: Path) -> list[StockMessage]:
    with log.open("rb") as file:
        messages = make_reader(file, validate_crcs=True).iter_messages()
        return [(channel.topic, message.log_time, message.data) for _, channel, message in messages]


def _stock_write(path: Path, messages: list[StockMessage]) -> None:
    """Write with the package's own chunks of 1 MiB and indexes, uncompressed, with all CRCs."""
    with path.open("wb") as file:
        writer = Writer(file, compression=CompressionType.NONE, enable_data_crcs=True)
        writer.start()
        schema = writer.register_schema("bench", "protobuf", b"")
        topics = sorted({topic for topic, _, _ in messages})
        channels = {topic: writer.register_channel(topic, "protobuf", schema) for topic in topics}
        for topic, at, data in messages:
            writer.add_message(channels[topic], at, data, at)
        writer.finish()
