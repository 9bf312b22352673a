"""Documents as pages for people: the verdict first, every fact there, no line too long."""

import re

import pytest
from msgspec.structs import replace

from tests.harness.report import samples
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Divergence, Report
from vr_verify.report import layout
from vr_verify.report.documents import Document
from vr_verify.report.text import render

_REFERENCE = """\
DIVERGED at turn 42 (step faction 3, phase combat): 0/unit/17:2 differs in hp

  side      hp (hit points)  raw
  rust      12.5             53687091200
  python    12.25            52613349376  <- the odd one out
  recorded  12.5             53687091200

  draws of combat.accuracy at combat.accuracy.roll
  rust    518
  python  519

  last equal turn  41
  entity           0/unit/17:2
  column           unit.hp
  differs          1 entity, in unit.hp
  afterwards       it persists: the last compared turn differs too; differing turns: 42 to 44
  run again        running the turn again shows the same
  cause            event 12 (damage) after event 3 (attack)

See it again
  vr-verify replay medium.log --against python --turns 42:42 --trace draws

Checked
  turns    120 turns executed, states 0 to 120
  digests  242 compared; 12 states recomputed from their values
  detail   1,440 steps, 14 phases, 518 draws, 96 events
  audit    145,200 entities against 5 invariants
  rules    50 of 52 rules fired; never: retreat, insolvency

Sides
  side      rules  build
  rust      1.0.0  rust:0123456789ab
  python    1.0.0  python:0123456789ab
  recorded  1.0.0  rust:0123456789ab

Surroundings that differ
  what     rust  recorded
  threads  2     8
"""


def plain(document: Document, width: int = layout.WIDTH_DEFAULT) -> str:
    """Render without colour."""
    return render(document, width).plain


def test_a_divergence_reads_like_this() -> None:
    assert plain(samples.diverged()) == _REFERENCE


@pytest.mark.parametrize("width", [60, 80, 96])
@pytest.mark.parametrize("document", samples.ALL, ids=lambda d: f"{d.command}-{d.outcome}")
def test_every_page_has_a_verdict_and_keeps_its_width(document: Document, width: int) -> None:
    text = plain(document, width)
    assert text.splitlines()[0].strip()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    # What is copied, whole digests and rows of tables are never broken; all else is.
    long = [line for line in text.splitlines() if len(line) > width]
    kept = re.compile(rf"  vr-verify |.*{samples.HEX}$|  \S+ {{2,}}\S+ {{2,}}\S+")
    assert [line for line in long if not kept.match(line)] == []


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_headline_of_its_own(outcome: Outcome) -> None:
    first = plain(samples.of_outcome(outcome)).splitlines()[0]
    others = {
        plain(samples.of_outcome(other)).splitlines()[0] for other in Outcome if other != outcome
    }
    assert first not in others


@pytest.mark.parametrize("kind", samples.KINDS)
def test_each_kind_of_divergence_says_what_differs(kind: str) -> None:
    first = plain(samples.of_kind(kind)).splitlines()[0]
    said = {
        "state": "the states differ",
        "draws": "the draws of combat.accuracy differ",
        "events": "the event streams differ",
        "commands": "the commands differ",
        "halt": "the sides do not halt alike",
        "digest": "python's digest is not the digest of its own values",
    }
    assert first == f"DIVERGED at turn 5: {said[kind]}"


def test_the_odd_one_out_is_named_without_a_table_too() -> None:
    assert "odd one out      python, the others agree" in plain(samples.of_kind("events"))


def test_healing_and_a_second_run_that_differs_are_said() -> None:
    divergence = replace(samples.STATE_DIVERGENCE, persists=False, reproduced=False)
    text = plain(samples.diverged(divergence))
    assert "it heals: the last compared turn is equal again" in text
    assert "running the turn again does NOT show it" in text
    assert "it persists" not in text


def test_violations_are_grouped_and_the_rest_is_counted() -> None:
    text = plain(samples.of_outcome(Outcome.VIOLATED))
    verdict = "VIOLATED: 8 violations of 1 rule, the first at turn 42: conservation"
    assert text.splitlines()[0] == verdict
    assert text.splitlines()[1] == "  All sides agree on every compared turn."
    assert "critical  conservation: 8 times, turns 42 to 49, reported by rust and python" in text
    assert text.count("the books are off") == 3
    assert "and 5 more" in text


def test_agreement_says_who_how_far_and_halts() -> None:
    text = plain(samples.of_outcome(Outcome.AGREED)).splitlines()[0]
    assert text == "AGREED: rust, python and recorded agree, 120 turns executed, states 0 to 120"
    halted = replace(samples.of_outcome(Outcome.AGREED), halted=samples.HALTED)
    second = plain(halted).splitlines()[1]
    assert second == "  All sides halted alike at turn 7 (close, upkeep, faction/3): overflow"


def test_a_cut_log_is_said_and_a_complete_one_is_not() -> None:
    report = samples.of_outcome(Outcome.AGREED)
    assert "cut in mid-write" in plain(replace(report, complete=False))
    assert "cut in mid-write" not in plain(report)


def test_what_was_not_covered_is_said() -> None:
    report = Report(command="replay", outcome="agreed", checked=replace(samples.CHECKED))
    bare = replace(samples.CHECKED, entities_audited=0, rules_total=0, rules_never_fired=())
    text = plain(replace(report, checked=bare))
    assert "nothing was audited" in text
    assert "no engine declares its rules" in text
    assert "nothing was audited" not in plain(report)


def test_rules_of_work_that_was_ended_are_not_said_to_be_undeclared() -> None:
    bare = replace(samples.CHECKED, rules_total=0, rules_never_fired=())
    ended = Report(command="replay", outcome="interrupted", complete=False, checked=bare)
    assert "not counted: the work ended before its last turn" in plain(ended)
    assert "no engine declares" not in plain(ended)
    assert "not counted" not in plain(replace(ended, outcome="agreed"))


@pytest.mark.parametrize("outcome", ["interrupted", "crashed", "timed_out", "out_of_memory"])
def test_an_unfinished_recording_says_how_to_go_on_only_where_a_log_is_left(outcome: str) -> None:
    left = Report(command="record", outcome=outcome, complete=False, message="m", log=samples.LOG)
    assert "--resume goes on from there" in plain(left)
    assert "--resume" not in plain(replace(left, log=None))
    assert "--resume" not in plain(replace(left, command="replay"))


@pytest.mark.parametrize("outcome", ["io_failed", "crashed", "interrupted"])
def test_a_failure_beside_a_divergence_says_where_the_sides_part(outcome: str) -> None:
    failed = Report(command="replay", outcome=outcome, complete=False, message="m")
    parted = replace(failed, divergence=samples.STATE_DIVERGENCE)
    assert "found before: diverged at turn 42 (step faction 3, phase combat)" in plain(parted)
    assert "found before" not in plain(failed)


def test_the_mark_of_the_odd_one_out_gives_way_to_the_width() -> None:
    values = {"rust": "12", "python": "12." + "0" * 35 + "1", "recorded": "12"}
    divergence = replace(samples.STATE_DIVERGENCE, values=values)
    report = Report(command="replay", outcome="diverged", divergence=divergence)
    wide, narrow = plain(report), plain(report, 80)
    assert "<- the odd one out" in wide
    assert "<- the odd one out" not in narrow
    assert [line for line in narrow.splitlines() if "<- odd" in line and "python" in line]


def test_a_log_cannot_speak_to_the_terminal() -> None:
    report = Report(command="replay", outcome="bad_log", message="\x1b[2Jall is well\r\u202e")
    text = plain(report)
    assert "\\x1b[2Jall is well" in text
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


def test_numbers_align_at_their_point_and_words_at_the_left() -> None:
    rows = [["a", "1.5", "x"], ["b", "-12", "yy"], ["c", "103.25", "z"]]
    lines = [line.plain for line in layout.table(["n", "v", "w"], rows)]
    assert lines == [
        "  n  v       w",
        "  a    1.5   x",
        "  b  -12     yy",
        "  c  103.25  z",
    ]


def test_an_inspection_shows_turns_or_the_turn_that_was_asked_for() -> None:
    whole = plain(samples.INSPECTION)
    assert re.search(r"^ +cut +at byte 4711$", whole, re.M)
    assert re.search(r"^ +1 +3( +0123456789ab){3} +none +overflow$", whole, re.M)
    turn = plain(samples.INSPECTION_OF_TURN)
    assert "unit at turn 0 (5 rows)" in turn
    assert "3 more are not shown: `--limit 5` shows all" in " ".join(turn.split())
    assert samples.INSPECTION_OF_TURN.selected is not None
    many = replace(samples.INSPECTION_OF_TURN.selected, total=501)
    most = plain(replace(samples.INSPECTION_OF_TURN, selected=many))
    assert "499 more are not shown: `--limit 500` shows more" in " ".join(most.split())
    alone = plain(replace(samples.INSPECTION_OF_TURN, selected=None, entities=None))
    assert "Tables at turn 0" in alone
    assert re.search(r"^ +0/unit/17:2 +2 +true +12.5$", turn, re.M)
    assert "Turns\n" not in turn


def test_an_unfit_machine_is_told_what_to_do_only_where_it_fails() -> None:
    text = plain(samples.CHECKUP)
    assert text.startswith("UNFIT: 1 of 2 checks failed\n")
    assert "expected 256 MiB, found 3 MiB" in text
    assert "Free some space." in text
    assert "Upgrade." not in text


def test_an_engine_that_does_not_start_is_listed_with_its_error() -> None:
    text = plain(samples.ENGINE_LIST)
    assert "2 engines registered, 1 of them working" in text
    assert re.search(r"^broken\n +outcome +cannot_build\n +error +it dies at start$", text, re.M)


def test_differing_turns_are_written_as_spans() -> None:
    turns = (1, 2, 3, 7, 9, 10, 12, 14, 16, 18)
    text = plain(samples.diverged(replace(samples.STATE_DIVERGENCE, differing_turns=turns)), 200)
    assert "differing turns: 1 to 3, 7, 9 to 10, 12, 14, 16 and more\n" in text


def test_equal_states_are_said_where_only_a_ledger_or_a_digest_differs() -> None:
    divergence = Divergence(kind="draws", turn=5, differing_entities=0)
    assert "no value: the states are equal" in plain(samples.diverged(divergence))
    assert "the states are equal" not in plain(samples.diverged())


def test_texts_that_differ_are_set_by_side_and_wrapped() -> None:
    values = {"rust": "damage 0/unit/1:1 amount=3", "python": "no event " * 20}
    divergence = replace(
        samples.STATE_DIVERGENCE,
        kind="events",
        column=None,
        unit="event 3",
        values=values,
        raw=None,
    )
    text = plain(samples.diverged(divergence), 80)
    assert "\n  unit: event 3\n  rust    damage 0/unit/1:1 amount=3\n  python  no event" in text
    assert "<- the odd one out" in " ".join(text.split())
    assert max(map(len, text.split("See it again")[0].splitlines())) <= 80


def test_a_recording_that_halted_says_so() -> None:
    first, second = plain(samples.RECORDED).splitlines()[:2]
    assert first == "RECORDED medium.log: 121 states, 1,234,567 bytes"
    assert "compared" not in plain(samples.RECORDED), "a recording compares nothing"
    assert second == "  The run halted at turn 7 (close, upkeep, faction/3): overflow"
