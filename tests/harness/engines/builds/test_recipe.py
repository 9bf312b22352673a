"""Which folder of a tree is the engine, and what is said where that is not clear."""

from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds.recipe import recipe_of
from vr_verify.engines.builds.spec import BuildFailed, NoEngineError
from vr_verify.errors import UsageError

COMMAND = 'command = "python toy.py"\n'
OTHER = '[project]\nname = "tools"\nversion = "1"\n'


def test_a_distribution_is_found_at_the_root_or_one_folder_below(tmp_path: Path) -> None:
    trees.write(tmp_path, {"pyproject.toml": OTHER, "docs/index.md": "x\n"})
    trees.package(tmp_path / "engine")
    found = recipe_of("dir:x", tmp_path, ".")
    assert (found.folder, found.engines, found.command) == ("engine", ("pocket",), ())
    assert recipe_of("dir:x", tmp_path, "engine").folder == "engine"
    trees.package(tmp_path)
    assert recipe_of("dir:x", tmp_path, ".").folder == "."


def test_what_the_tree_writes_down_comes_first(tmp_path: Path) -> None:
    trees.package(tmp_path / "a")
    trees.package(tmp_path / "b")
    with pytest.raises(NoEngineError, match=r"several engines, in a, b; .*vr-verify\.toml"):
        recipe_of("dir:x", tmp_path, ".")
    trees.write(tmp_path, {"vr-verify.toml": 'source = "b"\n'})
    assert recipe_of("dir:x", tmp_path, ".").folder == "b"
    lines = 'source = "a"\ncommand = "sh -c \'x y\'"\nbuild = "make engine"\nname = "toy"\n'
    trees.write(tmp_path, {"vr-verify.toml": lines})
    found = recipe_of("dir:x", tmp_path, ".")
    assert (found.folder, found.name) == ("a", "toy")
    assert (found.command, found.build) == (("sh", "-c", "x y"), (("make", "engine"),))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('sources = "b"', "expected texts of source, command, build, name, found sources"),
        ("command = 3", "found command"),
        (f"{COMMAND}build = [3]", "found build; build may be a list of texts"),
        ('command = ["python", "toy.py"]', "found command"),
        ('source = "../other"', "no folder '../other' in the tree"),
        ('source = "/tmp"', "no folder '/tmp' in the tree"),
        ('source = "nowhere"', "no folder 'nowhere' in the tree"),
        ('build = "make"', "build is for an engine with a command"),
        ('command = ""', "expected the words that start it"),
        ('command = "a \'b"', "command: No closing quotation"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(tmp_path: Path, written: str, said: str) -> None:
    trees.write(tmp_path, {"vr-verify.toml": written})
    with pytest.raises(UsageError) as caught:
        recipe_of("dir:x", tmp_path, ".")
    assert said in caught.value.message
    assert "'dir:x'" in caught.value.message


def test_a_tree_without_an_engine_says_what_to_write(tmp_path: Path) -> None:
    trees.write(tmp_path, {"pyproject.toml": OTHER, "a/b/pyproject.toml": trees.PROJECT})
    with pytest.raises(NoEngineError) as caught:
        recipe_of("dir:x", tmp_path, ".")
    said = "no engine in its root and in none of the 1 folders there; declare entry points"
    assert said in caught.value.message
    assert 'source = "FOLDER" or command = "python engine.py"' in caught.value.message


@pytest.mark.parametrize(
    ("name", "kind"), [("pyproject.toml", BuildFailed), ("vr-verify.toml", NoEngineError)]
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, name: str, kind: type[Exception]) -> None:
    trees.write(tmp_path, {name: "[project\n"})
    with pytest.raises(kind, match=rf"'dir:x'.*: {name} is no TOML: .*line 1"):
        recipe_of("dir:x", tmp_path, ".")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("true && false", "&&"),
        ("true||false", "||"),
        ("cd a; make", ";"),
        ("make | tee log", "|"),
        ("make > log", ">"),
        ("make 2>&1", ">"),
        ("cat < in", "<"),
        ("touch $(date)", "$("),
        ("touch `date`", "`"),
    ],
)
def test_what_only_a_shell_understands_is_refused(tmp_path: Path, line: str, found: str) -> None:
    several = ", or a list of command lines that are run one after another"
    for key, written in (
        ("build", f"{COMMAND}build = '{line}'"),
        ("build", f"{COMMAND}build = ['true', '{line}']"),
        ("command", f"command = '{line}'"),
    ):
        trees.write(tmp_path, {"vr-verify.toml": written})
        with pytest.raises(NoEngineError) as caught:
            recipe_of("dir:x", tmp_path, ".")
        said = f"vr-verify.toml: {key}: no shell reads it, found {found!r}; write sh -c '…'"
        assert caught.value.message.endswith(said + (several if key == "build" else ""))
    for quoted in (f"sh -c '{line}'", f'sh -c "{line}"'):
        trees.write(tmp_path, {"vr-verify.toml": f'{COMMAND}build = """{quoted}"""'})
        assert recipe_of("dir:x", tmp_path, ".").build == (("sh", "-c", line),)


def test_command_lines_in_a_list_are_words_of_their_own(tmp_path: Path) -> None:
    trees.write(tmp_path, {"vr-verify.toml": f'{COMMAND}build = ["make a", "", "make \'b c\'"]'})
    assert recipe_of("dir:x", tmp_path, ".").build == (("make", "a"), ("make", "b c"))
    trees.write(tmp_path, {"vr-verify.toml": f'{COMMAND}build = ""'})
    assert recipe_of("dir:x", tmp_path, ".").build == ()
