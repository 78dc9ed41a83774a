"""The first line: what needs somebody, or that nothing does."""

from __future__ import annotations

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import next_deadline
from console.domain.health import Condition
from console.domain.reading import FINAL, Reading
from console.domain.text import cells, cut, one_line
from console.domain.times import moment
from console.widgets.common.styled_text import StyledLine
from console.widgets.overview.line import Frame, OverviewLine


def glance(frame: Frame) -> OverviewLine:
    connection = frame.overview.deployment.connection
    if connection.answered is None:
        words = f"asking Dagster at {frame.overview.deployment.client.place} …"
        return OverviewLine([(f" {cut(words, frame.width - 2)}", "dim")])
    needs, reading = _needs(frame), frame.overview.all_clear
    lost = _lost(frame)
    if needs:
        return OverviewLine([*lost, *_joined(needs, reading, frame)])
    if not reading.final:
        return OverviewLine([*lost, (f" nothing so far; {reading.words}", "dim")])
    deadline = one_line(next_deadline(frame.by_urgency, frame.now))
    unread = _unread(frame)
    clear = "nothing late, failed or missing" if unread else "nothing needs you"
    not_read = f"; {' and '.join(unread)} not read yet" if unread else ""
    words = f"{clear}{': ' if deadline else ''}{deadline}{not_read}"
    if lost:
        return OverviewLine([*lost, (f" {cut('as of then ' + words, frame.width - 4)}", "dim")])
    sign = "#" if frame.ascii_only else "■"
    return OverviewLine([(f" {sign} ", "good"), (cut(words, frame.width - 4), "good")])


def _lost(frame: Frame) -> StyledLine:
    """Since when all that is shown is old; empty while Dagster answers."""
    since = frame.overview.deployment.connection.lost_since
    if since is None:
        return []
    sign = "o" if frame.ascii_only else "○"
    return [(f" {sign} no answer since {moment(since, frame.now)};", "bad")]


def _needs(frame: Frame) -> StyledLine:
    late = sum(one.verdict is FreshnessVerdict.DEGRADED for one in frame.pressing)
    near = sum(one.soon(frame.now) for one in frame.pressing)
    warned = len(frame.pressing) - late - near
    deployment = frame.overview.deployment
    deadlines, reasons = deployment.reading.deadlines, frame.reasons | frame.states
    open_causes = [
        cause for cause in frame.causes if cause.open and not frame.overview.is_acknowledged(cause)
    ]
    retried = sum(not cause.open and not cause.mended for cause in frame.causes)
    bad = [fault for fault in frame.overview.faults if fault.condition is Condition.BAD]
    found: StyledLine = []
    if bad:
        words = one_line(bad[0].words) if len(bad) == 1 else f"{len(bad)} parts are not well"
        found.append((words, "bad"))
    if late:
        found.append((frame.marked(f"{late} late", deadlines), "bad"))
    if near:
        found.append((frame.marked(f"{near} due within the hour", deadlines), "warn"))
    if warned:
        found.append((frame.marked(f"{warned} past the warning", deadlines), "warn"))
    if open_causes:
        many = len(open_causes)
        words = f"{many} cause{'s' * (many != 1)} of failure"
        found.append((frame.marked(words, reasons), "bad"))
    if retried:
        found.append((f"{retried} being retried", "warn"))
    earlier = sum(frame.failed_earlier.values())
    if earlier:
        words = f"{earlier} cell{'s' * (earlier != 1)} failed earlier"
        found.append((frame.marked(words, reasons), "warn"))
    return [*found, *_bad_cells(frame)]


def _bad_cells(frame: Frame) -> StyledLine:
    """What the grid counts beside what failed: missing, stale, with a failed check."""
    deployment = frame.overview.deployment
    stale = Reading(("stale",)) if deployment.staleness.unread else FINAL
    known = deployment.reading.checks
    failing = known.failed.values() if known else ()
    checks = sum(len(one.partitions) + len(one.whole) for one in failing)
    asked = FINAL if known is None or known.known else Reading(("checks",))
    counts = (
        (frame.tally.missing, "missing", frame.states, "warn"),
        (frame.tally.stale, "stale", stale, "warn"),
        (checks, "with a failed check", asked, "bad"),
    )
    found = [
        (frame.marked(f"{count} {word}", reading), colour)
        for count, word, reading, colour in counts
        if count
    ]
    unread = not frame.tally.stale and stale is not FINAL
    return [*found, *([(frame.marked("stale", stale), "dim")] if found and unread else [])]


def _unread(frame: Frame) -> list[str]:
    """What "nothing needs you" would claim, and isn't read to its end."""
    deployment = frame.overview.deployment
    checks = deployment.reading.checks
    return [
        *(["stale"] if deployment.staleness.unread else []),
        *(["checks"] if checks is not None and not checks.known else []),
    ]


def _joined(needs: StyledLine, reading: Reading, frame: Frame) -> StyledLine:
    sign = "x" if frame.ascii_only else "✗"
    worst = "bad" if any(colour == "bad" for _, colour in needs) else "warn"
    parts: StyledLine = [(f" {sign if worst == 'bad' else '!'} ", worst)]
    between = " - " if frame.ascii_only else " · "
    more = "~" if frame.ascii_only else "…"
    told = [*needs, *([] if reading.final else [(reading.words, "dim")])]
    room = frame.width - 4
    for at, (words, colour) in enumerate(told):
        gap = between if at else ""
        last = at == len(told) - 1
        if at and cells(gap + words) + (0 if last else cells(between + more)) > room:
            return [*parts, (f"{between}{more}", "dim")]
        parts += [(gap, "dim"), (words, colour)]
        room -= cells(gap + words)
    return parts
