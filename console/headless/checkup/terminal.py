"""The terminal as the console would find it: colours, size, encoding, tmux, SSH."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from console.headless.checkup.finding import fault, good, note, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.headless.checkup.finding import Finding

LEAST_COLUMNS, LEAST_LINES = 80, 24
"""The smallest size that the screens are made for."""
COLOURS = {"standard": "16 colours", "256": "256 colours", "truecolor": "16 million colours"}


def look_at_terminal(variables: Mapping[str, str], *, draws_ascii: bool) -> list[Finding]:
    """`variables` is the environment."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        kind = unknown("terminal", "stdin or stdout is none", "run `dagdeck doctor` in a terminal")
        return [kind, _encoding(draws_ascii=draws_ascii), *_between(variables)]
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    return [
        terminal_kind(variables.get("TERM", "")),
        terminal_size(columns, lines),
        _colours(variables),
        _encoding(draws_ascii=draws_ascii),
        *_between(variables),
    ]


def terminal_kind(term: str) -> Finding:
    """Whether a terminal of this TERM can place its cursor."""
    if term in ("", "dumb", "unknown"):
        return fault(
            "terminal",
            f"TERM={term} says that it can't place its cursor",
            "set TERM to what it is, as in `export TERM=xterm-256color`",
        )
    return good("terminal", f"TERM={term}")


def terminal_size(columns: int, lines: int) -> Finding:
    words = f"{columns} columns × {lines} lines"
    if columns >= LEAST_COLUMNS and lines >= LEAST_LINES:
        return good("size", words)
    return note(
        "size", f"{words}: names are cut", f"make it {LEAST_COLUMNS} × {LEAST_LINES} or larger"
    )


def _colours(variables: Mapping[str, str]) -> Finding:
    told = Console(force_terminal=True, _environ=variables)
    if told.no_color:
        return note("colours", "none: NO_COLOR is set; glyphs tell the states apart")
    words = COLOURS.get(told.color_system or "", "none")
    if told.color_system == "truecolor":
        return good("colours", words)
    return note(
        "colours",
        f"{words}, by TERM and COLORTERM",
        "if the terminal has more: `export COLORTERM=truecolor`",
    )


def _encoding(*, draws_ascii: bool) -> Finding:
    if not draws_ascii:
        return good("encoding", "UTF-8")
    return note(
        "encoding",
        "ASCII is drawn: the locale isn't UTF-8, or --ascii or DAGDECK_ASCII asks for it",
        "`export LANG=C.UTF-8` where the terminal shows UTF-8",
    )


def _between(variables: Mapping[str, str]) -> list[Finding]:
    """What stands between the console and the person."""
    inside = [
        name for name, variable in (("tmux", "TMUX"), ("screen", "STY")) if variables.get(variable)
    ]
    far = variables.get("SSH_CONNECTION", "").split()
    found = [good("inside", name) for name in inside]
    if far:
        found.append(good("SSH", f"from {far[0]}"))
    return found
