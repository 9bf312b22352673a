"""Tools that know nothing of us read our logs: the readers of the public mcap package, its program.

Every message is shown by the schema that the log itself holds.
"""

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from mcap.reader import McapReader, NonSeekingReader, SeekingReader, make_reader
from mcap.records import Chunk, DataEnd, Footer, Header, Message
from mcap.stream_reader import CRCValidationError, StreamReader

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.logs import digests_of, header_of, write_log
from vr_verify.runlog.reader import RunLog

TURNS = 6
PROGRAM = shutil.which("mcap")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with keyframes and deltas."""
    return write_log(tmp_path / "a.log", TURNS)


def shown(schema: Any, data: bytes) -> Any:
    """Decode a message by the descriptor set of its MCAP schema."""
    assert schema.encoding == "protobuf"
    described = descriptor_pb2.FileDescriptorSet.FromString(schema.data)
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:
        pool.AddSerializedFile(file.SerializeToString())
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(schema.name))
    return kind.FromString(data)


READERS: list[Callable[[IO[bytes]], McapReader]] = [
    lambda stream: make_reader(stream, validate_crcs=True),
    lambda stream: SeekingReader(stream, validate_crcs=True),
    lambda stream: NonSeekingReader(stream, validate_crcs=True),
]


@pytest.mark.parametrize("reader_of", READERS, ids=["make_reader", "seeking", "streaming"])
def test_a_stock_reader_reads_every_message_by_its_own_schema(
    reader_of: Callable[[IO[bytes]], McapReader], path: Path
) -> None:
    seen: dict[str, list[Any]] = {}
    with path.open("rb") as stream:
        for schema, channel, message in reader_of(stream).iter_messages(log_time_order=False):
            assert schema is not None
            assert schema.name == f"vr_verify.runlog.v1.{channel.topic.capitalize()}"
            assert message.log_time == message.publish_time
            seen.setdefault(channel.topic, []).append(shown(schema, message.data))
    counts = {topic: len(found) for topic, found in seen.items()}
    assert counts["snapshot"] + counts["delta"] == 2 * (TURNS + 1)
    assert min(counts["snapshot"], counts["delta"]) >= 2
    del counts["snapshot"], counts["delta"]
    assert counts == {
        "header": 1,
        "commands": TURNS,
        "turn": TURNS + 1,
        "seal": TURNS + 2,
        "end": 1,
    }
    assert [turn.turn for turn in seen["turn"]] == list(range(TURNS + 1))
    digests = [digests_of(header_of(), turn).state for turn in range(TURNS + 1)]
    assert [turn.state_digest for turn in seen["turn"]] == digests
    assert (seen["header"][0].engine, seen["end"][0].reason) == ("toy", "complete")
    assert all(one.counts for one in seen["delta"])


def test_the_summary_counts_what_is_there_and_finds_turns(path: Path) -> None:
    with path.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        counts = Counter(channel.id for _, channel, _ in reader.iter_messages())
        assert summary.statistics.channel_message_counts == counts
        assert summary.statistics.chunk_count == len(summary.chunk_indexes) == TURNS + 2
        only = list(reader.iter_messages(topics="commands", starting_at=2, ending_at=2))
        assert [message.log_time for _, _, message in only] == [2]


def test_the_stream_reader_reads_every_record_and_checks_every_crc(path: Path) -> None:
    with path.open("rb") as stream:
        kinds = Counter(type(record) for record in StreamReader(stream, validate_crcs=True).records)
    assert (kinds[Header], kinds[DataEnd], kinds[Footer]) == (1, 1, 1)
    with path.open("rb") as stream:
        whole = StreamReader(stream, emit_chunks=True, validate_crcs=True)
        chunks = [record for record in whole.records if isinstance(record, Chunk)]
    assert len(chunks) == TURNS + 2
    assert kinds[Message] > 5 * TURNS
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    with path.open("rb") as stream, pytest.raises(CRCValidationError):
        list(StreamReader(stream, validate_crcs=True).records)


def test_a_cut_log_is_read_up_to_its_cut(path: Path) -> None:
    """Stock tools get at a killed recording too, as far as its turns are sealed."""
    with RunLog.open(path) as log:
        assert log.state(TURNS) == small_state(TURNS)
        end = log.position.tally.offset
    path.write_bytes(path.read_bytes()[:end])
    turns = []
    with path.open("rb") as stream:
        for record in StreamReader(stream, skip_magic=False).records:
            if isinstance(record, Message) and record.channel_id == 3:
                turns.append(record.log_time)
            if len(turns) == TURNS + 1:
                break
    assert turns == list(range(TURNS + 1))


@pytest.mark.skipif(PROGRAM is None, reason="there is no program `mcap` on PATH")
def test_the_program_finds_nothing_to_complain_of(path: Path) -> None:
    for verb in ("doctor", "info"):
        done = subprocess.run(
            [PROGRAM or "mcap", verb, str(path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
