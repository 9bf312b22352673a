"""Write all vectors anew: `python -m tests.golden.make_vectors`. Refuses unless both twins agree.

Blessing is a decision: the difference that git then shows belongs into a commit with its reason.
"""

import sys

from tests.golden import vector_files
from tests.golden.catalogue import FUNCTIONS
from tests.golden.faces import ask_native, ask_reference
from tests.golden.parameters import Function, Structured


def make(function: Function | Structured) -> str:
    """Return the text of a function's file; AssertionError where the twins differ."""
    results = []
    for comment, arguments in vector_files.cases(function):
        expected = ask_reference(function.place, arguments)
        found = ask_native(function.place, arguments)
        place = f"{function.place}{arguments} ({comment})"
        assert found == expected, f"{place}: rust {found}, python {expected}: nothing is written"
        results.append(expected)
    return vector_files.document(function, results)


def main() -> None:
    """Write every file, after all of them are known to be agreed on."""
    texts = {place: make(function) for place, function in FUNCTIONS.items()}
    for place, text in texts.items():
        path = vector_files.path_of(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    wanted = {vector_files.path_of(place) for place in texts}
    for path in sorted(vector_files.FOLDER.rglob("*.json")):
        if path not in wanted:
            path.unlink()
    print(f"{len(texts)} files under {vector_files.FOLDER}", file=sys.stderr)


if __name__ == "__main__":
    main()
