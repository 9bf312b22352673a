"""The program `vr-verify`: its commands, and the one path from argv to an exit code.

Every command returns a document or raises; nothing else in this package exits.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import rich_click as click
from click.exceptions import Exit, NoArgsIsHelpError

from vr_verify.cli import options, surroundings
from vr_verify.cli.asked import Asked
from vr_verify.engines.uninterrupted import uninterrupted
from vr_verify.model.outcome import Outcome

PROGRAM = "vr-verify"
COMMANDS: Final = {
    "record": "vr_verify.cli.record",
    "replay": "vr_verify.cli.replay",
    "diff": "vr_verify.cli.diff",
    "bisect": "vr_verify.cli.bisect",
    "fuzz": "vr_verify.cli.fuzz",
    "inspect": "vr_verify.cli.inspect",
    "golden": "vr_verify.cli.golden",
    "shrink": "vr_verify.cli.shrink",
    "stress": "vr_verify.cli.stress",
    "engines": "vr_verify.cli.machine",
    "doctor": "vr_verify.cli.machine",
}
"""Each command and the module that defines it, in the order in which `--help` lists them."""


class Program(click.RichGroup):
    """A click group in which outcomes, and nothing else, decide the exit code.

    click's own codes do not apply: it ends with 1 on a closed pipe and on Ctrl-C, and 1 is a
    verdict here. A command's module is imported when the command is first asked for.
    """

    def list_commands(self, _: click.Context) -> list[str]:
        """List the commands in the order of their table."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import a command; None for a word that is none."""
        if name not in COMMANDS:
            return None
        with uninterrupted():  # an import loses an interrupt
            command = getattr(import_module(COMMANDS[name]), name)
        assert isinstance(command, click.Command), f"{name} is no command"
        return command

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run one command line and exit."""
        words = list(sys.argv[1:] if args is None else args)
        self._main_shell_completion({}, PROGRAM)
        asked = Asked.read(words)
        try:
            code = self._answer(words, asked)
        # The one broad net. What escapes a verb unforeseen is a bug in us, and must not end in
        # Python's own exit code for it, which is 1: "diverged".
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001
            self._fail(error, words, asked)
        sys.exit(code)

    def _fail(self, error: BaseException, words: Sequence[str], asked: Asked) -> NoReturn:
        """Deliver the report of a failure and exit; a failure of that itself is a bug in us."""
        code = asked.code(Outcome.BUG)
        try:
            surroundings.answer_begins()
            code = self._told(error, self._command_of(words), asked)
        except KeyboardInterrupt:
            code = asked.code(Outcome.INTERRUPTED)
        finally:
            # Whatever is on its way up ends here: Python's own exit code for it is a verdict.
            sys.exit(code)

    def _told(self, error: BaseException, command: str, asked: Asked) -> int:
        """Deliver the report of a failure and return the exit code."""
        with uninterrupted():
            from vr_verify.cli import delivery, failures  # noqa: PLC0415 - rich is slow to import
        if isinstance(error, BrokenPipeError) and delivery.reader_left():
            # click writes help and version itself, so this may be the first we hear of it.
            return delivery.undelivered(error, Outcome.IO_FAILED, command, asked)
        document = failures.report(error, command)
        if document.outcome == Outcome.BUG:
            delivery.trace(error)
        return delivery.deliver(document, asked)

    def _answer(self, words: Sequence[str], asked: Asked) -> int:
        """Run the command that is meant, deliver its document, and return the exit code."""
        try:
            with self.make_context(PROGRAM, list(words), obj=asked) as context:
                document = self.invoke(context)
        except NoArgsIsHelpError as error:
            return self._usage(error, asked)
        except Exit:  # after --help and --version, which have been written
            sys.stdout.flush()
            return asked.code(Outcome.AGREED)
        with uninterrupted():
            from vr_verify.cli import delivery  # noqa: PLC0415 - rich is slow to import
        surroundings.answer_begins()
        return delivery.deliver(document, asked)

    def _usage(self, error: NoArgsIsHelpError, asked: Asked) -> int:
        """Answer a bare program name, or a bare group, with its help."""
        with uninterrupted():
            from vr_verify.cli import delivery  # noqa: PLC0415 - rich is slow to import
        return delivery.usage_page(error.format_message(), asked)

    def _command_of(self, words: Sequence[str]) -> str:
        """Name the command that a command line means, as far as it means one."""
        return next((word for word in words if word in COMMANDS), PROGRAM)


# Examples stand apart from the prose above them.
_HELP = {"text_paragraph_linebreaks": "\n\n", "padding_helptext_first_line": (0, 1, 1, 1)}


@options.examples("vr-verify record small --turns 30 -o small.log", "vr-verify replay small.log")
@click.group(cls=Program, no_args_is_help=True, context_settings={"rich_help_config": _HELP})
@click.version_option(package_name="vr-verify", prog_name=PROGRAM)
def program() -> None:
    """Record, replay and compare deterministic turn-based engines to the last bit.

    Exit codes: 0 agreed; 1 diverged, violated or unfit; 2 usage; 3 bad log; 4 an engine failed;
    5 nothing compared; 70 a bug in vr-verify; 74 input or output failed; 130 interrupted.
    """
