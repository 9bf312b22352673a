"""The command line: argv → verb → document → exit code. The only room that prints or exits.

Verbs are imported when their command runs, so that `--help` answers at once.
"""

from typing import NoReturn

_INTERRUPTED_CODE = 130


def main() -> NoReturn:
    """Run the command line of this process.

    The program itself is imported in here: Ctrl-C during the imports must not end in a traceback
    either, and streams and signals are put in order before anything can use them.
    """
    try:
        from vr_verify.cli import surroundings  # noqa: PLC0415

        surroundings.settle()
        try:
            from vr_verify.cli.app import program  # noqa: PLC0415

            surroundings.loaded()
            program.main()
        finally:
            surroundings.leave()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED_CODE) from None


__all__ = ["main"]
