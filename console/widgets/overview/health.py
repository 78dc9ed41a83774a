"""Whether the deployment itself is well: daemons, code locations, queue, ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.health import Condition
from console.domain.text import cells, cut, one_line
from console.domain.times import age, told_moment
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.health import Fault
    from console.store.overview.overview import Overview

NAME = "HEALTH"
GAP = "   "
_SIGNS = {
    Condition.GOOD: ("■", "#", "good"),
    Condition.NOT_YET: ("◌", "o", "wait"),
    Condition.BAD: ("✗", "x", "bad"),
    Condition.UNKNOWN: ("?", "?", "dim"),
}


def health_lines(frame: Frame) -> list[OverviewLine]:
    found = frame.overview.faults
    summary = OverviewLine([(f" {NAME}  ", "text"), *_fitting(_summary(frame), frame.width - 10)])
    return [summary, *(_line(fault, frame) for fault in found), *_lacking(frame)]


def _lacking(frame: Frame) -> list[OverviewLine]:
    """A line for each feature that an older Dagster lacks."""
    structure = frame.overview.deployment.structure
    if structure is None:
        return []
    return [
        OverviewLine([(f"   {cut(one_line(words), frame.width - 4)}", "dim")])
        for words in (f"{lack}, this is {structure.version}" for lack in structure.lacking)
    ]


def _fitting(parts: StyledLine, width: int) -> StyledLine:
    used, found = 0, []
    for text, colour in parts:
        if used + cells(text) <= width:
            found.append((text, colour))
            used += cells(text)
    return found


def _summary(frame: Frame) -> StyledLine:
    overview = frame.overview
    parts = [_daemons(overview), _locations(overview), _queue(overview), _last_tick(frame)]
    problem = overview.problems.get("health")
    said = [(f"{text}{GAP}", colour) for text, colour in parts]
    return [*said, (problem, "warn")] if problem else said


def _daemons(overview: Overview) -> StyledText:
    health = overview.health
    if health is None or health.daemons is None:
        unknown = health is not None or "health" in overview.problems
        return f"daemons {'not known' if unknown else ASKING}", "dim"
    well = sum(one.condition is Condition.GOOD for one in health.required)
    bad = any(one.condition is Condition.BAD for one in health.required)
    return f"daemons {well}/{len(health.required)}", "bad" if bad else "text"


def _locations(overview: Overview) -> StyledText:
    found = overview.locations
    if overview.deployment.structure is None:
        return f"locations {ASKING}", "dim"
    if not found:
        return "locations none", "dim"
    well = sum(one.condition is Condition.GOOD for one in found)
    bad = any(one.condition is Condition.BAD for one in found)
    return f"locations {well}/{len(found)}", "bad" if bad else "text"


def _queue(overview: Overview) -> StyledText:
    deployment = overview.deployment
    if deployment.structure is None:
        return f"queue {ASKING}", "dim"
    waiting = sum(run.status.waiting for run in deployment.active)
    most = deployment.structure.max_concurrent_runs
    limit = "no limit" if most is None else f"limit {most}"
    return f"queue {waiting}, {limit}", "wait" if waiting else "text"


def _last_tick(frame: Frame) -> StyledText:
    health = frame.overview.health
    if health is None or health.ticking is None:
        unknown = health is not None or "health" in frame.overview.problems
        return f"last tick {'not known' if unknown else ASKING}", "dim"
    if not health.ticking:
        return "no schedule or sensor is on", "dim"
    at = health.last_tick
    return "last tick " + ("none yet" if at is None else age(frame.now - at)), "text"


def _line(fault: Fault, frame: Frame) -> OverviewLine:
    plain, simple, colour = _SIGNS[fault.condition]
    when = "" if fault.at is None else told_moment(fault.at, frame.now)
    says = " · ".join(filter(None, (when and f"last at {when}", one_line(fault.why))))
    words = one_line(fault.words)
    parts: StyledLine = [
        (f" {simple if frame.ascii_only else plain} ", colour),
        (cut(words, frame.width - 5), "text"),
        (f"  {cut(says, max(frame.width - len(words) - 7, 0))}", "dim"),
    ]
    why = one_line(fault.why) or "no reason given"
    room = frame.width - 2
    detail: list[StyledLine] = [
        [(words, "text"), (f"  last at {when}" if when else "", "dim")],
        *([(why[at : at + room], "text")] for at in range(0, min(len(why), 3 * room), room)),
    ]
    return OverviewLine(parts, fault.id, Leads(location=fault.location), detail)
