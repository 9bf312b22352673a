"""The soak goes on where it was stopped, and is seen to raise its alarms."""

from pathlib import Path

import pytest

from tests.soak.__main__ import FLAT_PIECES, GROWTH_MAX, growth, lines_of, main
from tests.soak.pieces import AlarmError, Line, watched


def test_pieces_agree_and_a_second_call_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--folder", str(tmp_path), "--piece", "3"]
    assert main([*asked, "--turns", "6"]) == 0
    assert main([*asked, "--turns", "8"]) == 0
    lines = lines_of(tmp_path / "small.jsonl")
    assert [(one["first_turn"], one["last_turn"]) for one in lines] == [(1, 3), (4, 6), (7, 8)]
    assert 0 not in [value for line in lines for value in line.values()]
    assert any(line["replay_workers_bytes"] for line in lines)
    assert "too few pieces" in capsys.readouterr().out


def test_a_piece_that_was_recorded_before_has_no_memory_of_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--folder", str(tmp_path), "--piece", "3", "--turns", "3"]
    assert main(asked) == 0
    ledger = tmp_path / "small.jsonl"
    ledger.unlink()  # as if it had been stopped before the line was written
    assert main(asked) == 0
    (line,) = lines_of(ledger)
    assert (line["record_harness_bytes"], line["record_workers_bytes"]) == (None, None)
    assert line["replay_harness_bytes"]
    assert "record_workers not watched" in capsys.readouterr().out


def test_a_verdict_other_than_agreement_is_an_alarm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(tmp_path), "--piece", "3", "--turns", "3"]) == 0
    log = tmp_path / "small.log"
    damaged = bytearray(log.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    log.write_bytes(damaged)
    with pytest.raises(AlarmError, match="exit 3"):
        watched(["replay", str(log), "--against", "none"])
    assert main(["--folder", str(tmp_path), "--piece", "3", "--turns", "6"]) == 1
    assert "ALARM" in capsys.readouterr().out


@pytest.mark.parametrize(("last_bytes", "flat"), [(1050, True), (1200, False)])
def test_memory_that_grows_is_found_and_its_clean_twin_is_not(last_bytes: int, flat: bool) -> None:
    pieces = 2 * FLAT_PIECES
    lines: list[Line] = [
        {"bytes": 1000 + (last_bytes - 1000) * at // (pieces - 1)} for at in range(pieces)
    ]
    lines[-FLAT_PIECES:] = [{"bytes": last_bytes}] * FLAT_PIECES
    times = growth(lines, "bytes")
    assert times is not None
    assert (times <= GROWTH_MAX) is flat
    assert growth(lines[1:], "bytes") is None
    assert growth([{"bytes": None}, *lines], "bytes") == times, "unwatched is not 0 bytes"
    assert growth([{"bytes": None}, *lines[1:]], "bytes") is None
