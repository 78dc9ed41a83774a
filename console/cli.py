"""The commands, each a thin function over the same core as the screens.

Data goes to stdout and messages to stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 Dagster
out of reach, 4 refused, 5 sent with unknown outcome, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING

import console.began  # noqa: F401  # its moment is that of the first import
from console.exits import CRASHED, DONE, FAILED, USAGE
from console.terminal.streams import drop_output, open_standard_streams, say_last

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.settings import Settings

LOCAL = ("up", "down", "ps", "backup", "restore")
"""The commands passed on to the local deployment's own program."""


def main() -> None:
    """The entry point of `dagdeck`."""
    open_standard_streams()
    _silence_libraries()
    try:
        code = _run_to_its_end(sys.argv[1:])
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        code = 128 + signal.SIGPIPE
        drop_output()
    except OSError as error:
        drop_output()
        say_last(f"dagdeck: {error.strerror or error}")
        code = FAILED
    except Exception as error:
        say_last(f"dagdeck: {_report_of(error)}")
        code = CRASHED
    sys.exit(code)


def _silence_libraries() -> None:
    """Hides the warnings of libraries; `python -W` shows them."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def _run_to_its_end(arguments: Sequence[str]) -> int:
    """Runs a command, flushes its output and returns the exit code."""
    try:
        code = run(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else USAGE
    sys.stdout.flush()
    return code


def _report_of(error: Exception) -> str:
    from console.settings import state_folder
    from console.terminal.crash_report import crash_sentence

    return crash_sentence(state_folder(), error)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code."""
    if arguments and arguments[0] in LOCAL:
        return _hand_over(arguments)
    from console.options import read_options
    from console.settings import read_settings

    options = read_options(arguments)
    try:
        if options.command in ("profiles", "config"):
            return _about_profiles(options)
        if options.command == "doctor":
            from console.headless.doctor import main as doctor

            return doctor(options)
        if options.command == "diff":
            from console.headless.diff import main as diff

            return diff(options)
        settings = read_settings(
            options.url,
            read_only=options.read_only,
            ascii_only=options.ascii,
            options=options,
        )
        _check_address(settings.url)
    except ValueError as error:
        print(f"dagdeck: {error}", file=sys.stderr)
        return USAGE
    if options.command in (None, "open"):
        return _open_console(settings)
    if options.command == "login":
        from console.headless.login import main as login

        return login(options, settings)
    from console.headless.running import run_command

    return run_command(options, settings)


def _check_address(url: str) -> None:
    """Raises ValueError with a sentence for an address that can't be used."""
    from console.api.line import graphql_url

    graphql_url(url)


def _about_profiles(options: Namespace) -> int:
    from console.headless import profiles

    return profiles.check(options.what) if options.command == "config" else profiles.show()


def _hand_over(arguments: Sequence[str]) -> int:
    if find_spec("pipelines") is None or find_spec("dagster") is None:
        print(
            "dagdeck: the local deployment is not installed here; `make install` installs it",
            file=sys.stderr,
        )
        return USAGE
    return subprocess.call([sys.executable, "-m", "pipelines.deployment", *arguments])


def _open_console(settings: Settings) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("dagdeck: the console needs a terminal; `dagdeck status` does not", file=sys.stderr)
        return USAGE
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        print(
            "dagdeck: the console needs a terminal that can place its cursor, and "
            f"TERM={os.environ.get('TERM', '')} says that this one can't; `dagdeck status` does not",
            file=sys.stderr,
        )
        return USAGE
    from console.app import Deck
    from console.terminal.driver import TerminalDriver

    deck = Deck(settings, TerminalDriver)
    try:
        deck.run()
    finally:
        for words in filter(None, (deck.last_words, deck.crash)):
            print(f"dagdeck: {words}", file=sys.stderr)
    return CRASHED if deck.crash else deck.return_code or DONE
