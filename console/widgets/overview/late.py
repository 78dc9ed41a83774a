"""What is late, or will be within the hour, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.freshness import Verdict, policy_text
from console.domain.keys import key_text, short_name
from console.domain.progress import usual_seconds
from console.domain.text import cut, one_line
from console.domain.times import duration, moment
from console.domain.urgency import Blame, because, span
from console.widgets.asset_words import AssetWords
from console.widgets.looks import verdict_look
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.urgency import Cause, Urgency
    from console.store.deployment import Deployment
    from console.widgets.pane import Part

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
    if one.verdict is Verdict.HEALTHY:
        colour = "warn"
    due, causes = one.freshness.due, _causes(one, frame)
    deadline = "–" if due is None else moment(due, frame.now).rpartition(" ")[2]
    if due is not None and abs(due - frame.now) > 64_800:
        deadline = moment(due, frame.now)[:6]
    late = one.verdict is Verdict.DEGRADED
    since = "" if due is None else span(abs(frame.now - due))
    name = short_name(one.key, frame.name_width - 1, "~" if frame.ascii_only else "…")
    why, shade = _why(one, causes, frame)
    blamed = next((cause for cause in reversed(causes) if cause.run_id), None)
    return OverviewLine(
        frame.columns(
            (look, colour),
            (one_line(name), "text"),
            (deadline, "text"),
            (since if late else f"in {since}", colour),
            [(cut(why, frame.rest_width), shade)],
        ),
        ("late", *one.key),
        Leads(run=_run_of(one, causes, frame), asset=blamed.key if blamed else one.key),
        _detail(one, causes, why, frame),
    )


def _causes(one: Urgency, frame: Frame) -> list[Cause]:
    deployment = frame.overview.deployment
    found = because(deployment.graph, deployment.statuses, one.key, frame.now, deployment.rows)
    if one.verdict is Verdict.DEGRADED:
        return found
    return [cause for cause in found if cause.blame is Blame.FAILED]


def _run_of(one: Urgency, causes: list[Cause], frame: Frame) -> str | None:
    """The run to look at: the one that makes it now, else the one to blame."""
    busy = frame.overview.deployment.busy_runs(one.key)
    blamed = [cause.run_id for cause in causes if cause.run_id]
    return busy[0].id if busy else next(reversed(blamed), None)


def _why(one: Urgency, causes: list[Cause], frame: Frame) -> tuple[str, str]:
    """In words, the likely root first; what is under way goes before what went wrong."""
    under_way = _under_way(one, frame)
    if under_way:
        return under_way, "wait" if under_way.startswith("queued") else "run"
    if not causes:
        return ("nobody ran it" if one.verdict is Verdict.DEGRADED else ""), "text"
    root = causes[-1]
    words = AssetWords(frame.overview.deployment, frame.now)
    if root.blame is not Blame.FAILED:
        return words.blame(root, one.key), "text"
    return _failure(root, one, frame), "text"


def _failure(root: Cause, one: Urgency, frame: Frame) -> str:
    """`dlt_glucose_entries 2026-11-22 failed at 05:14: ConnectTimeout …`."""
    overview = frame.overview
    known = (*(overview.failed or ()), *overview.deployment.newest)
    run = next((run for run in known if run.id == root.run_id), None)
    name = "its run" if root.key == one.key else one_line(key_text(root.key))
    partition = f" {one_line(run.partition_text)}" if run and run.partition_text else ""
    when = f" at {moment(root.at, frame.now)}" if root.at else ""
    error = overview.errors.get(root.run_id or "")
    return f"{name}{partition} failed{when}" + (f": {one_line(error)}" if error else "")


def _under_way(one: Urgency, frame: Frame) -> str:
    deployment = frame.overview.deployment
    for run in deployment.busy_runs(one.key)[:1]:
        since = moment(run.started or run.created, frame.now)
        usual = usual_seconds(run, frame.overview.past())
        takes = f", usually {duration(usual[0])}" if usual else ""
        return f"{'queued' if run.status.waiting else 'running'} since {since}{takes}"
    return ""


def _detail(one: Urgency, causes: list[Cause], why: str, frame: Frame) -> list[list[Part]]:
    words = AssetWords(frame.overview.deployment, frame.now, frame.ascii_only)
    made = words.ago(one.materialized)
    chain = "  ←  ".join(words.blame(cause, one.key) for cause in causes)
    lines: list[list[Part]] = [
        [(one_line(key_text(one.key)), "text"), (f"  {policy_text(one.policy)}", "dim")],
        [(f"last materialized {made}", "dim")],
        [(cut(why, frame.width - 2), "text")],
    ]
    told = len(causes) < 2 and not _under_way(one, frame)
    return lines if told or not causes else [*lines, [(cut(chain, frame.width - 2), "dim")]]
