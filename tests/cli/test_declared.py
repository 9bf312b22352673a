"""`--declared FILE` as a person gives it: the page, the document, exit codes, bundles, `diff`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import vr_verify
from tests.cli.program import one_document, run
from tests.harness.session.written_logs import Written, spoiled
from tests.harness.verbs.test_golden import ask
from tests.support.fine_mills import fine
from tests.support.fuzz_mills import BASE, build
from tests.support.toy_builds import MILL, module_path, variant
from vr_verify.report.schema import published
from vr_verify.verbs.record import record

__all__ = ["module_path"]

FAR = "2999-12-31"
TODAY = datetime.now(UTC).date()


def declared(folder: Path, path: str, count_max: int = 9, expiry: str = FAR, more: str = "") -> str:
    """Write a file of one declared difference and return its name."""
    file = folder / "known.toml"
    file.write_text(
        f'[[difference]]\npath = "{path}"\nreason = "a finer sieve"\n'
        f'expiry = "{expiry}"\ncount_max = {count_max}\n{more}\n'
    )
    return str(file)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill."""
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    record(scenario, tmp_path / "mill.log", turns=6, engine=MILL)
    return tmp_path / "mill.log"


def words(log: Path, against: str) -> tuple[str, ...]:
    """Return the words of a replay against a build."""
    return ("replay", str(log), "--engine", MILL, "--against", against)


def test_a_page_says_how_much_was_declared_and_met(log: Path, tmp_path: Path) -> None:
    fine = words(log, variant("FineMill"))
    assert run(*fine).exit_code == 1
    file = declared(tmp_path, "cell.flour", more='tolerance = 3.5\nissue = "sieve 7"')
    result = run(*fine, "--declared", file)
    assert result.exit_code == 0
    page = " ".join(result.stdout.split())
    assert page.startswith("AGREED: mill, fine and recorded agree, 6 turns executed, states 0 to 6")
    assert "with 3 declared differences of cell.flour" in page
    said = "cell.flour: 3 of at most 9, the largest 3 count, tolerance 3.5 count, held"
    assert said in page
    assert f"until {FAR}: a finer sieve (sieve 7)" in page
    document = one_document(run(*fine, "--declared", file, "--json").stdout)
    Draft202012Validator(json.loads(published())).validate(document)
    assert document["declared"] == [
        {
            "path": "cell.flour",
            "reason": "a finer sieve",
            "issue": "sieve 7",
            "expiry": FAR,
            "counted": 3,
            "count_max": 9,
            "largest": "3",
            "tolerance": "3.5",
            "unit": "count",
            "status": "held",
        }
    ]
    assert "declared" not in one_document(run(*fine, "--json").stdout)


def test_an_unused_declaration_is_1_and_named(log: Path, tmp_path: Path) -> None:
    clean = words(log, MILL)
    assert run(*clean).exit_code == 0
    result = run(*clean, "--declared", declared(tmp_path, "cell.flour"))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "VIOLATED: 1 declared difference unused or expired"
    assert "All sides agree on every compared turn." in lines[1]
    assert "the declared difference of cell.flour was not met: remove it" in result.stdout
    assert "cell.flour: 0 of at most 9, NOT MET" in result.stdout


def test_expiry_is_held_against_the_present_day(log: Path, tmp_path: Path) -> None:
    fine = words(log, variant("FineMill"))
    past, coming = (str(TODAY + timedelta(days=days)) for days in (-2, 2))
    assert run(*fine, "--declared", declared(tmp_path, "cell.flour", expiry=coming)).exit_code == 0
    result = run(*fine, "--declared", declared(tmp_path, "cell.flour", expiry=past))
    assert result.exit_code == 1
    assert result.stdout.startswith("DIVERGED at turn 4 (step evening, phase pay): 3/cell/2:1")
    page = " ".join(result.stdout.split())
    assert f"turn 4: the declared difference of cell.flour expired on {past}" in page
    assert "--declared known.toml" in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cell.flower", "known.toml: difference 1, path: the schema has no column 'flower' in"),
        ("cell.*", "known.toml: difference 1, path: the schema has no column '*'"),
    ],
)
def test_a_wrong_file_is_a_usage_error_by_name(
    log: Path, tmp_path: Path, path: str, said: str
) -> None:
    file = declared(tmp_path, path)
    result = run(*words(log, MILL), "--declared", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())
    assert str(tmp_path) not in run(*words(log, MILL), "--declared", file, "--json").stdout
    assert run(*words(log, MILL), "--declared", str(tmp_path / "none.toml")).exit_code == 2
    assert run(*words(log, MILL), "--declared", str(tmp_path)).exit_code == 2


def test_a_bundle_holds_the_file_and_its_command_names_it(log: Path, tmp_path: Path) -> None:
    file = declared(tmp_path, "cell.flour")
    liar = words(log, f"saboteur:field[cell.water]@5:{variant('FineMill')}")
    folder = tmp_path / "found"
    assert run(*liar, "--declared", file, "--bundle", str(folder)).exit_code == 1
    assert (folder / "declared.toml").read_bytes() == Path(file).read_bytes()
    page = (folder / "README.txt").read_text()
    assert "--declared declared.toml" in page
    assert "it showed the same" in page
    assert "declared.toml" not in _bundled_names(log, tmp_path / "bare", liar)


def _bundled_names(log: Path, folder: Path, liar: tuple[str, ...]) -> set[str]:
    assert run(*liar, "--bundle", str(folder)).exit_code == 1
    return {path.name for path in folder.iterdir()}


def test_two_logs_are_compared_with_declared_differences_too(tmp_path: Path) -> None:
    left, right = tmp_path / "left.log", tmp_path / "right.log"
    Written().write(left)
    spoiled(range(3, 5)).write(right)
    pair = ("diff", str(left), str(right))
    assert run(*pair).exit_code == 1
    result = run(*pair, "--declared", declared(tmp_path, "unit.hp"))
    assert result.exit_code == 0
    assert result.stdout.startswith("NO OTHER DIFFERENCE than 2 declared differences of unit.hp")
    assert one_document(run(*pair, "--json").stdout)["outcome"] == "finding"

    over = vr_verify.diff(left, right, declared=declared(tmp_path, "unit.hp", count_max=1))
    assert (over.outcome, over.differing_turns) == ("finding", ("4",))
    assert over.message is not None
    assert "Turn 4: the declared difference of unit.hp is over its count_max of 1" in over.message
    only_left = declared(tmp_path, "unit.hp", more='sides = ["left"]\nturns = "3:4"')
    assert vr_verify.diff(left, right, declared=only_left).outcome == "agreed"
    unused = run("diff", str(left), str(left), "--declared", declared(tmp_path, "unit.hp"))
    assert unused.exit_code == 1
    assert unused.stdout.startswith("VIOLATED: 1 declared difference unused or expired")


def test_in_two_logs_another_difference_is_found_beside_a_declared_one(tmp_path: Path) -> None:
    left, right = tmp_path / "left.log", tmp_path / "right.log"
    Written().write(left)
    spoiled(range(3, 5), column="home", slot=2, raw=1).write(right)
    home = declared(tmp_path, "unit.home")
    assert vr_verify.diff(left, right, declared=home).outcome == "agreed"
    spoiled(range(3, 5)).write(left)
    found = vr_verify.diff(left, right, declared=home).divergence
    assert found is not None
    assert (found.turn, found.entity, found.column) == (3, "0/unit/1:1", "hp")
    hp = vr_verify.diff(left, right, declared=declared(tmp_path, "unit.hp")).divergence
    assert hp is not None
    assert (hp.turn, hp.entity, hp.column) == (3, "0/unit/2:1", "home")


def test_in_two_logs_a_digest_of_other_values_stays_a_difference(tmp_path: Path) -> None:
    left, right = tmp_path / "left.log", tmp_path / "right.log"
    Written().write(left)
    true, false = spoiled(range(3, 5)), spoiled(range(3, 5), raw=77)
    true.write(right)
    file = declared(tmp_path, "unit.hp")
    assert vr_verify.diff(left, right, declared=file).outcome == "agreed"
    replace(true, digest_of=false.states).write(right)
    found = vr_verify.diff(left, right, declared=file).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", 3, "right")


def test_logs_that_lack_states_or_are_parts_leave_declarations_unreached(tmp_path: Path) -> None:
    left, right = tmp_path / "left.log", tmp_path / "right.log"
    Written().write(left)
    Written(last_turn=6).write(right)
    file = declared(tmp_path, "unit.hp")
    found = vr_verify.diff(left, right, declared=file)
    assert (found.outcome, [row.status for row in found.declared or ()]) == (
        "agreed",
        ["not_reached"],
    )
    sparse = Written(states=spoiled(range(3, 5)).states, snapshots="sparse")
    sparse.write(right)
    unseen = vr_verify.diff(left, right, declared=file)
    assert unseen.outcome == "finding"
    assert "Turn 3: the values of right are not known" in (unseen.message or "")


def test_a_campaign_takes_it_and_its_page_says_so(tmp_path: Path) -> None:
    base, out = tmp_path / "base.json", str(tmp_path / "out")
    base.write_bytes(BASE)
    honest = build("HardyMill")
    words = ("fuzz", "--engine", honest, "--from", str(base), "--cases", "3", "--turns", "6")
    words = (*words, "--no-shrink", "--out", out, "--declared", declared(tmp_path, "cell.flour"))
    result = run(*words, "--against", fine("FineHardy"))
    assert result.exit_code == 0
    assert "declared differences of cell.flour" in " ".join(result.stdout.split())
    unused = run(*words, "--against", honest)
    assert unused.exit_code == 1
    assert "the declared difference of cell.flour was not met: remove it" in unused.stdout


def test_golden_answers_are_checked_and_blessed_with_it(tmp_path: Path) -> None:
    ask(tmp_path, "wet")
    known = ("--declared", declared(tmp_path, "cell.flour"))
    replays = str(tmp_path / "replays")
    words = (replays, "--engine", MILL, "--against", variant("FineMill"))
    bless = ("golden", "bless", *words, "--reason", "a finer sieve", "--yes")
    assert run(*bless).exit_code == 1
    assert run(*bless, *known).exit_code == 0
    assert run("golden", "check", *words).exit_code == 1
    page = run("golden", "check", *words, *known)
    assert page.exit_code == 0
    assert "with 1 declared difference of cell.flour" in " ".join(page.stdout.split())
    unused = run("golden", "check", replays, "--engine", MILL, "--against", MILL, *known)
    assert (unused.exit_code, "NOT MET" in unused.stdout) == (1, True)


def test_what_compares_exactly_says_so_and_takes_no_file(log: Path, tmp_path: Path) -> None:
    file = declared(tmp_path, "cell.flour")
    for command, more in (("bisect", ("--good", MILL, "--bad", MILL)), ("stress", ())):
        told = " ".join(run(command, "--help").stdout.replace("│", " ").split())
        assert "declared" in told
        assert run(command, str(log), *more, "--declared", file).exit_code == 2
    assert "--declared FILE" in " ".join(run("bisect", "--help").stdout.split())
