"""Assets that are late or will be within the hour, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import short_name, shown_key
from console.domain.freshness.policy import FreshnessVerdict, policy_text
from console.domain.freshness.urgency import Blame, because, span
from console.domain.runs.progress import usual_seconds
from console.domain.text import cut, one_line
from console.domain.times import duration, short_moment, told_moment
from console.widgets.common.asset_words import AssetWords
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import verdict_look
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.freshness.urgency import LateCause, Urgency
    from console.domain.reading import Reading
    from console.store.deployment import Deployment

NAME = "LATE"


def unread(deployment: Deployment) -> int:
    """Assets with a policy whose last materialization isn't known yet."""
    graph, statuses = deployment.graph, deployment.statuses
    return sum(graph[key].freshness is not None and key not in statuses for key in graph.order)


def late_lines(frame: Frame) -> list[OverviewLine]:
    deployment = frame.overview.deployment
    if deployment.structure is None:
        return [frame.sentence(NAME, deployment.connection.problem or ASKING)]
    found, left = frame.pressing, unread(deployment)
    note = f"{left} not known yet" if left else ""
    if not found:
        return [frame.sentence(NAME, _nothing(deployment, left))]
    heading = frame.heading(NAME, note, "deadline", "since", "because")
    return [heading, *(_line(one, frame) for one in found)]


def _nothing(deployment: Deployment, left: int) -> str:
    if left:
        return f"{ASKING} {left} assets with a deadline"
    if not len(deployment.graph):
        return "this deployment has no assets"
    has_policy = any(asset.freshness for asset in deployment.graph.assets.values())
    return "nothing" if has_policy else "no asset has a freshness policy; 6 tells them by age"


def _line(one: Urgency, frame: Frame) -> OverviewLine:
    look, colour = verdict_look(one.verdict, ascii_only=frame.ascii_only)
    if one.verdict is FreshnessVerdict.HEALTHY:
        colour = "warn"
    due, causes = one.freshness.due, _causes(one, frame)
    deadline = short_moment(due, frame.now)
    late = one.verdict is FreshnessVerdict.DEGRADED
    since = "never" if due is None else span(abs(frame.now - due))
    name = short_name(one.key, frame.name_width - 1, "~" if frame.ascii_only else "…")
    why, shade = _why(one, causes, frame)
    blamed = next((cause for cause in reversed(causes) if cause.run_id), None)
    return OverviewLine(
        frame.columns(
            (look, colour),
            (one_line(name), "text"),
            (deadline, "text"),
            (since if late else f"in {since}", colour),
            [(frame.marked_within(why, frame.rest_width, _because_read(one, frame)), shade)],
        ),
        ("late", *one.key),
        Leads(run=_run_of(one, causes, frame), asset=blamed.key if blamed else one.key),
        _detail(one, causes, why, frame),
    )


def _because_read(one: Urgency, frame: Frame) -> Reading:
    """How far all that may be to blame has been read."""
    if frame.states.final:
        return frame.states
    deployment = frame.overview.deployment
    return deployment.reading.states((one.key, *deployment.graph.all_upstream(one.key)))


def _causes(one: Urgency, frame: Frame) -> list[LateCause]:
    deployment = frame.overview.deployment
    found = because(deployment.graph, deployment.statuses, one.key, frame.now, deployment.rows)
    if one.verdict is FreshnessVerdict.DEGRADED:
        return found
    return [cause for cause in found if cause.blame is Blame.FAILED]


def _run_of(one: Urgency, causes: list[LateCause], frame: Frame) -> str | None:
    """The run to look at: the one that makes it now, else the one to blame."""
    busy = frame.overview.deployment.busy_runs(one.key)
    blamed = [cause.run_id for cause in causes if cause.run_id]
    return busy[0].id if busy else next(reversed(blamed), None)


def _why(one: Urgency, causes: list[LateCause], frame: Frame) -> tuple[str, str]:
    """The reason in words, the likely root first; runs under way go before failures."""
    under_way = _under_way(one, frame)
    if under_way:
        return under_way, "wait" if under_way.startswith("queued") else "run"
    if not causes:
        return ("nobody ran it" if one.verdict is FreshnessVerdict.DEGRADED else ""), "text"
    root = causes[-1]
    words = AssetWords(frame.overview.deployment, frame.now)
    if root.blame is not Blame.FAILED:
        return words.blame(root, one.key), "text"
    return _failure(root, one, frame), "text"


def _failure(root: LateCause, one: Urgency, frame: Frame) -> str:
    """`dlt_glucose_entries 2026-11-22 failed at 05:14: ConnectTimeout …`."""
    overview = frame.overview
    known = (*(overview.failed or ()), *overview.deployment.newest)
    run = next((run for run in known if run.id == root.run_id), None)
    name = "its run" if root.key == one.key else shown_key(root.key)
    partition = f" {run.partition_text}" if run and run.partition_text else ""
    when = f" at {told_moment(root.at, frame.now)}" if root.at else ""
    error = overview.errors.get(root.run_id or "")
    return f"{name}{partition} failed{when}" + (f": {one_line(error)}" if error else "")


def _under_way(one: Urgency, frame: Frame) -> str:
    deployment = frame.overview.deployment
    for run in deployment.busy_runs(one.key)[:1]:
        since = told_moment(run.started or run.created, frame.now)
        usual = usual_seconds(run, frame.overview.past())
        takes = f", usually {duration(usual[0])}" if usual else ""
        return f"{'queued' if run.status.waiting else 'running'} since {since}{takes}"
    return ""


def _detail(one: Urgency, causes: list[LateCause], why: str, frame: Frame) -> list[StyledLine]:
    words = AssetWords(frame.overview.deployment, frame.now, frame.ascii_only)
    made = words.ago(one.materialized)
    chain = "  ←  ".join(words.blame(cause, one.key) for cause in causes)
    lines: list[StyledLine] = [
        [(shown_key(one.key), "text"), (f"  {policy_text(one.policy)}", "dim")],
        [(f"last materialized {made}", "dim")],
        [(frame.marked_within(why, frame.width - 2, _because_read(one, frame)), "text")],
    ]
    told = len(causes) < 2 and not _under_way(one, frame)
    return lines if told or not causes else [*lines, [(cut(chain, frame.width - 2), "dim")]]
