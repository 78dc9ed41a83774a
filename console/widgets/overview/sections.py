"""The sections in the order of their urgency, each cut to what has room."""

from __future__ import annotations

from console.domain.health import Condition
from console.widgets.overview.failing import failing_lines
from console.widgets.overview.glance import glance
from console.widgets.overview.health import health_lines
from console.widgets.overview.late import late_lines
from console.widgets.overview.line import Frame, Leads, OverviewLine
from console.widgets.overview.pictures import picture_lines
from console.widgets.overview.running import running_lines

BLANK = OverviewLine([("", "dim")])
MORE = ("freshness", "runs", "runs")
"""The screens that have what was cut of LATE, FAILING and RUNNING."""


def overview_lines(frame: Frame, height: int, *, pictures: bool = True) -> list[OverviewLine]:
    """The sections; the deployment's health comes first when it has faults, else last.

    What room is left below has pictures: whatever comes and goes there, no line above moves.

    Nothing where nothing is known and nobody answers.
    """
    connection = frame.overview.deployment.connection
    if connection.answered is None and connection.problem:
        return []
    cut = [late_lines(frame), failing_lines(frame), running_lines(frame)]
    health = health_lines(frame)
    ill = any(fault.condition is Condition.BAD for fault in frame.overview.faults)
    room = height - 1 - len(health)
    rooms = _rooms([len(lines) for lines in cut], room)
    folded = [
        _folded(lines, most, screen) for lines, most, screen in zip(cut, rooms, MORE, strict=True)
    ]
    sections = [health, *folded] if ill else [*folded, health]
    spare = height - 1 - sum(map(len, sections)) - len(sections)
    lines = [glance(frame)]
    for section in sections:
        lines += [*([BLANK] if spare >= 0 else []), *section]
    return [*lines, *(picture_lines(frame, height - len(lines)) if pictures else [])]


def _rooms(wanted: list[int], room: int) -> list[int]:
    """Lines for each, handed out in turn; at least two where two are wanted."""
    given = [min(count, 2) for count in wanted]
    while sum(given) < room and given != wanted:
        for at, count in enumerate(wanted):
            if given[at] < count and sum(given) < room:
                given[at] += 1
    return given


def _folded(lines: list[OverviewLine], most: int, screen: str) -> list[OverviewLine]:
    if len(lines) <= most:
        return lines
    left = len(lines) - most + 1
    more = OverviewLine([(f"   {left} more", "dim")], ("more", screen), Leads(screen=screen))
    return [*lines[: most - 1], more]
