"""The command line: argv → verb → document → exit code. The only room that prints or exits.

Verbs are imported when their command runs, so that `--help` answers at once.
"""

from vr_verify.cli.app import main

__all__ = ["main"]
