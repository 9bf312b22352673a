"""Logs of sound records in a wrong order: doubled, missing, out of place; CRCs and seals are right.

Each forged log has a clean twin that opens, so what is refused is the order alone.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.forge import Forge, altered, any_digests, deltas, keyframe
from tests.harness.runlog.logs import HALT, header_of
from vr_verify.errors import BadLogError
from vr_verify.runlog import container, messages
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import header_message

HEADER = header_of()


def sound() -> Forge:
    """A log of two turns after the first, up to but without its end."""
    return Forge().first().turn(1, deltas(1, HEADER)).turn(2, deltas(2, HEADER))


def ended() -> Forge:
    """A whole log."""
    return sound().end(2).closing()


def test_the_clean_twin_opens_and_says_what_it_was_made_of(tmp_path: Path) -> None:
    with RunLog.open(ended().write(tmp_path / "a.log")) as log:
        assert (log.complete, log.turns) == (True, range(3))
        assert [log.state(turn) for turn in log.turns] == [small_state(turn) for turn in range(3)]
    with RunLog.open(sound().write(tmp_path / "b.log")) as log:
        assert (log.complete, log.turns) == (False, range(3))


def commands(turn: int) -> tuple[str, bytes]:
    """A Commands message of no commands."""
    return "commands", messages.serialize("Commands", turn=turn, by_step="[[],[]]")


def turn_of(forge: Forge, turn: int) -> tuple[str, bytes]:
    """A Turn message of no commands."""
    return "turn", forge.turn_message(turn, b"[[],[]]", any_digests(HEADER, turn))


def turn_before_commands() -> Forge:
    forge = Forge().first()
    return forge.chunk(1, [turn_of(forge, 1), commands(1), *deltas(1, HEADER)])


def delta_before_turn() -> Forge:
    forge = Forge().first()
    return forge.chunk(1, [commands(1), *deltas(1, HEADER), turn_of(forge, 1)])


def two_turn_messages() -> Forge:
    forge = Forge().first()
    one = turn_of(forge, 1)
    return forge.chunk(1, [commands(1), one, one, *deltas(1, HEADER)])


def two_commands_messages() -> Forge:
    forge = Forge().first()
    return forge.chunk(1, [commands(1), commands(1), turn_of(forge, 1), *deltas(1, HEADER)])


def two_headers() -> Forge:
    header = ("header", header_message(HEADER))
    forge = Forge()
    one = ("turn", forge.turn_message(0, b"[]", any_digests(HEADER, 0)))
    kept = keyframe(small_state(0), HEADER)
    return forge.chunk(0, [header, header, one, *kept], opening=True)


def no_opening() -> Forge:
    forge = Forge()
    one = ("turn", forge.turn_message(0, b"[]", any_digests(HEADER, 0)))
    kept = keyframe(small_state(0), HEADER)
    return forge.chunk(0, [("header", header_message(HEADER)), one, *kept])


def header_again() -> Forge:
    forge = Forge().first()
    header = ("header", header_message(HEADER))
    return forge.chunk(1, [header, turn_of(forge, 1), *deltas(1, HEADER)], opening=True)


def delta_in_the_first_chunk() -> Forge:
    return Forge().first(deltas(1, HEADER))


def first_without_a_state() -> Forge:
    return Forge().first([])


def snapshots_in_the_wrong_order() -> Forge:
    return Forge().first(keyframe(small_state(0), HEADER)[::-1])


def snapshot_twice() -> Forge:
    kept = keyframe(small_state(0), HEADER)
    return Forge().first([*kept, kept[0]])


def snapshot_missing() -> Forge:
    return Forge().first().turn(1, keyframe(small_state(1), HEADER)[:1])


def deltas_in_the_wrong_order() -> Forge:
    return Forge().first().turn(1, deltas(1, HEADER)[::-1])


def delta_twice() -> Forge:
    found = deltas(1, HEADER)
    return Forge().first().turn(1, [found[0], found[0], found[1]])


def snapshot_behind_deltas() -> Forge:
    return Forge().first().turn(1, [*deltas(1, HEADER), *keyframe(small_state(1), HEADER)])


def delta_behind_snapshots() -> Forge:
    return Forge().first().turn(1, [*keyframe(small_state(1), HEADER), *deltas(1, HEADER)])


def delta_of_an_unknown_table() -> Forge:
    return Forge().first().turn(1, altered(deltas(1, HEADER), 0, table="army"))


def delta_of_an_unknown_universe() -> Forge:
    return Forge().first().turn(1, altered(deltas(1, HEADER), 0, universe=7))


def delta_where_universes_changed() -> Forge:
    return Forge().first().turn(1, deltas(1, HEADER), universes=(0, 1))


def delta_of_another_turn() -> Forge:
    return Forge().first().turn(1, deltas(2, HEADER))


def delta_of_nothing() -> Forge:
    told = altered(deltas(1, HEADER), 0, columns=[], counts=[], codec="raw", data=b"")
    return Forge().first().turn(1, told)


def delta_that_shrinks() -> Forge:
    return Forge().first().turn(1, altered(deltas(1, HEADER), 0, rows=4))


def delta_in_a_log_of_keyframes() -> Forge:
    full = replace(HEADER, snapshots="full")
    return Forge(full).first().turn(1, deltas(1, full))


def turn_twice() -> Forge:
    return Forge().first().turn(1, deltas(1, HEADER)).turn(1, deltas(1, HEADER))


def turn_missing() -> Forge:
    return Forge().first().turn(2, deltas(2, HEADER))


def turn_going_back() -> Forge:
    return sound().turn(1, deltas(1, HEADER))


def first_state_twice() -> Forge:
    return Forge().first().first()


def turn_behind_a_halt() -> Forge:
    return Forge().first().turn(1, halt=HALT).turn(2, deltas(1, HEADER))


def state_of_a_halt() -> Forge:
    return Forge().first().turn(1, deltas(1, HEADER), halt=HALT)


def turn_behind_the_end() -> Forge:
    return sound().end(2).turn(3, deltas(3, HEADER)).closing()


def end_twice() -> Forge:
    return sound().end(2).end(2).closing()


def end_first() -> Forge:
    forge = Forge()
    told = {"reason": "complete", "last_turn": 0, "run_chain": forge.at.run_chain}
    return forge.chunk(0, [("end", messages.serialize("End", **told))], opening=True)


def end_of_another_turn() -> Forge:
    return sound().end(3).closing()


def no_end() -> Forge:
    return sound().closing()


def two_footers() -> Forge:
    return ended().closing()


def second_footer_and_data_end() -> Forge:
    forge = ended()
    forge.data += b"".join(container.closing(forge.at.tally))[:-30]
    return forge


def data_behind_the_magic() -> Forge:
    forge = ended()
    forge.data += b"\0"
    return forge


def a_log_behind_a_log() -> Forge:
    forge = ended()
    forge.data += ended().data
    return forge


def a_log_inside_a_log() -> Forge:
    return Forge().first().raw_chunk(1, bytes(ended().data))


def a_chunk_inside_a_chunk() -> Forge:
    inner = sound().data[len(container.PREFACE) :]
    return Forge().first().raw_chunk(1, bytes(inner))


def an_empty_chunk() -> Forge:
    return Forge().first().raw_chunk(1, b"")


def a_seal_in_the_middle() -> Forge:
    seal = ("seal", messages.serialize("Seal", turn=1, seal=bytes(32)))
    forge = Forge().first()
    return forge.chunk(1, [commands(1), seal, turn_of(forge, 1), *deltas(1, HEADER)])


HOSTILE = [
    turn_before_commands,
    delta_before_turn,
    two_turn_messages,
    two_commands_messages,
    two_headers,
    no_opening,
    header_again,
    delta_in_the_first_chunk,
    first_without_a_state,
    snapshots_in_the_wrong_order,
    snapshot_twice,
    snapshot_missing,
    deltas_in_the_wrong_order,
    delta_twice,
    snapshot_behind_deltas,
    delta_behind_snapshots,
    delta_of_an_unknown_table,
    delta_of_an_unknown_universe,
    delta_where_universes_changed,
    delta_of_another_turn,
    delta_of_nothing,
    delta_that_shrinks,
    delta_in_a_log_of_keyframes,
    turn_twice,
    turn_missing,
    turn_going_back,
    first_state_twice,
    turn_behind_a_halt,
    state_of_a_halt,
    turn_behind_the_end,
    end_twice,
    end_first,
    end_of_another_turn,
    no_end,
    two_footers,
    second_footer_and_data_end,
    data_behind_the_magic,
    a_log_behind_a_log,
    a_log_inside_a_log,
    a_chunk_inside_a_chunk,
    an_empty_chunk,
    a_seal_in_the_middle,
]


@pytest.mark.parametrize("forge", HOSTILE, ids=lambda forge: forge.__name__)
def test_records_out_of_order_are_a_bad_log(forge: Callable[[], Forge], tmp_path: Path) -> None:
    path = forge().write(tmp_path / "a.log")
    with pytest.raises(BadLogError) as caught:
        RunLog.open(path)
    assert caught.value.offset is not None
    assert len(caught.value.message) < 600


def test_a_log_of_deltas_needs_its_keyframe(tmp_path: Path) -> None:
    """Turns cut out of the middle of a sound log: their chunks are sound, their start is not."""
    whole = ended().data
    middle = sound().data[len(Forge().first().data) :]
    path = tmp_path / "a.log"
    path.write_bytes(container.PREFACE + middle)
    assert middle in whole
    with pytest.raises(BadLogError, match=r"schemas and channels"):
        RunLog.open(path)
