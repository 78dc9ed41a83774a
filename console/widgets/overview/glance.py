"""The first line: what needs somebody, or that nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.freshness import Verdict
from console.domain.health import Condition
from console.domain.text import cut, one_line
from console.domain.urgency import next_deadline
from console.widgets.overview.late import unread
from console.widgets.overview.line import Frame, OverviewLine

if TYPE_CHECKING:
    from console.widgets.pane import Part


def glance(frame: Frame) -> OverviewLine:
    connection = frame.overview.deployment.connection
    if connection.answered is None:
        words = f"asking Dagster at {frame.overview.deployment.client.place} …"
        return OverviewLine([(f" {cut(words, frame.width - 2)}", "dim")])
    needs, unknown = _needs(frame), _unknown(frame)
    if needs:
        return OverviewLine(_joined(needs, unknown, frame))
    if unknown:
        return OverviewLine([(f" nothing so far; asking about {', '.join(unknown)}", "dim")])
    sign = "#" if frame.ascii_only else "■"
    deadline = one_line(next_deadline(frame.by_urgency, frame.now))
    words = f"nothing needs you{': ' if deadline else ''}{deadline}"
    return OverviewLine([(f" {sign} ", "good"), (cut(words, frame.width - 4), "good")])


def _needs(frame: Frame) -> list[Part]:
    late = sum(one.verdict is Verdict.DEGRADED for one in frame.pressing)
    near = sum(one.soon(frame.now) for one in frame.pressing)
    warned = len(frame.pressing) - late - near
    open_causes = [cause for cause in frame.causes if not cause.mended]
    bad = [fault for fault in frame.overview.faults if fault.condition is Condition.BAD]
    found: list[Part] = []
    if bad:
        words = one_line(bad[0].words) if len(bad) == 1 else f"{len(bad)} parts are not well"
        found.append((words, "bad"))
    if late:
        found.append((f"{late} late", "bad"))
    if near:
        found.append((f"{near} due within the hour", "warn"))
    if warned:
        found.append((f"{warned} past the warning", "warn"))
    if open_causes:
        many = len(open_causes)
        found.append((f"{many} cause{'s' * (many != 1)} of failure", "bad"))
    earlier = sum(frame.failed_earlier.values())
    if earlier:
        found.append((f"{earlier} cell{'s' * (earlier != 1)} failed earlier", "warn"))
    return found


def _unknown(frame: Frame) -> list[str]:
    """What an all-clear would need and isn't known yet, or can't be had."""
    overview, found = frame.overview, []
    if overview.deployment.structure is None or unread(overview.deployment):
        found.append("deadlines")
    if overview.failed is None:
        found.append("failures")
    if overview.health is None or overview.health.daemons is None:
        found.append("daemons")
    if any(one.condition is Condition.NOT_YET for one in overview.locations):
        found.append("code locations, which are being loaded")
    return found


def _joined(needs: list[Part], unknown: list[str], frame: Frame) -> list[Part]:
    sign = "x" if frame.ascii_only else "✗"
    worst = "bad" if any(colour == "bad" for _, colour in needs) else "warn"
    parts: list[Part] = [(f" {sign if worst == 'bad' else '!'} ", worst)]
    between = " - " if frame.ascii_only else " · "
    for words, colour in needs:
        parts += [(between if len(parts) > 1 else "", "dim"), (words, colour)]
    if unknown:
        parts.append((f"{between}asking about {', '.join(unknown)}", "dim"))
    return parts
