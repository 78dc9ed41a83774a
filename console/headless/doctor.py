"""`dagdeck doctor`: whether everything that the console rests on is well, on one page."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.domain.text import one_line
from console.exits import DONE, USAGE
from console.headless.checkup.files import look_at_address, look_at_files
from console.headless.checkup.finding import Verdict, fault
from console.headless.checkup.local import look_at_local
from console.headless.checkup.server import look_at_server
from console.headless.checkup.terminal import look_at_terminal
from console.redaction import redacted
from console.settings import read_settings

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from console.headless.checkup.finding import Finding
    from console.settings import Settings

STYLES = {
    Verdict.GOOD: "green",
    Verdict.NOTE: "dim",
    Verdict.UNKNOWN: "yellow",
    Verdict.FAULT: "bold red",
}


def main(options: Namespace) -> int:
    """The exit code of the first fault; 0 where there is none."""
    found = asyncio.run(_findings(options))
    if options.json:
        print(json.dumps(as_json(found)))
    else:
        _print_page(found)
    return next((one.code for one in found if one.verdict is Verdict.FAULT), DONE)


async def _findings(options: Namespace) -> list[Finding]:
    files = look_at_files()
    try:
        settings = read_settings(
            options.url, read_only=options.read_only, ascii_only=options.ascii, options=options
        )
    except ValueError as error:
        said = [fault("address", str(error), "`dagdeck config check` tells what is wrong", USAGE)]
        told = [] if any(one.verdict is Verdict.FAULT for one in files) else said
        return [*told, *files, *await look_at_local()]
    server, local = await asyncio.gather(_server(settings), look_at_local())
    terminal = look_at_terminal(os.environ, draws_ascii=settings.ascii)
    return [look_at_address(settings, options), *server, *local, *terminal, *files]


async def _server(settings: Settings) -> list[Finding]:
    try:
        return await look_at_server(settings)
    except ValueError as error:
        return [fault("server", str(error), "--url names it: http://host:3000", USAGE)]


def as_json(found: Sequence[Finding]) -> dict[str, object]:
    return {
        "dagdeck": version("dagdeck"),
        "findings": [
            {
                "part": one.part,
                "verdict": one.verdict.value,
                "words": redacted(one_line(one.words)),
                "next": redacted(one_line(one.next_step)) or None,
            }
            for one in found
        ],
    }


def _print_page(found: Sequence[Finding]) -> None:
    """A line for each finding, as wide as the terminal; what to do next stands below it."""
    page = Table.grid(padding=(0, 2))
    page.add_column(no_wrap=True)
    page.add_column(no_wrap=True)
    page.add_column(overflow="fold")
    page.add_row("", Text("dagdeck"), Text(version("dagdeck")))
    for one in found:
        mark = Text(one.verdict.value, STYLES[one.verdict])
        page.add_row(mark, Text(one.part), Text(redacted(one_line(one.words))))
        if one.next_step:
            page.add_row("", "", Text(f"next: {redacted(one_line(one.next_step))}", "bold"))
    faults = sum(one.verdict is Verdict.FAULT for one in found)
    page.add_row("", "", Text("nothing is at fault" if not faults else f"{faults} at fault"))
    Console(file=sys.stdout, highlight=False).print(page)
