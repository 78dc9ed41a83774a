"""The commands: each a thin function over the same core as the screens.

Data goes to stdout and words to stderr. Exit codes: 0 done, 1 what was asked failed,
2 usage, 3 Dagster out of reach, 4 refused.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from console.exits import DONE, USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.settings import Settings

LOCAL = ("up", "down", "ps")
"""Handed over to the deployment, which is a program of its own."""


def main() -> None:
    """Entry point of `dagdeck`."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + signal.SIGPIPE
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """One command; its exit code."""
    if arguments and arguments[0] in LOCAL:
        return _hand_over(arguments)
    from console.api.client import graphql_url
    from console.options import read_options
    from console.settings import read_settings

    options = read_options(arguments)
    settings = read_settings(options.url, read_only=options.read_only, ascii_only=options.ascii)
    try:
        graphql_url(settings.url)
    except ValueError as error:
        print(f"dagdeck: {error}", file=sys.stderr)
        return USAGE
    if options.command is None:
        return _open_console(settings)
    from console.headless.running import run_command

    return run_command(options, settings)


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
    from console.app import Deck

    Deck(settings).run()
    return DONE
