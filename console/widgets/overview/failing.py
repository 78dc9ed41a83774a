"""What failed since somebody looked last, a cause a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.keys import key_text
from console.domain.run_words import span_text, what_text
from console.domain.status import State
from console.domain.text import cut, one_line
from console.domain.times import moment
from console.widgets.looks import glyph
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.causes import Cause
    from console.domain.keys import AssetKey
    from console.widgets.pane import Part

NAME = "FAILING"


def failing_lines(frame: Frame) -> list[OverviewLine]:
    overview = frame.overview
    if overview.failed is None:
        return [frame.sentence(NAME, overview.problems.get("failures") or ASKING)]
    causes = frame.causes
    older = _older(frame)
    if not causes:
        return [frame.sentence(NAME, f"nothing {_since(frame)}"), *older]
    shown = len(overview.failed)
    many = f"newest {shown} of {overview.failed_in_all} " if overview.failed_in_all > shown else ""
    heading = frame.heading(NAME, f"{many}{_since(frame)}", "times", "last", "where")
    return [heading, *(_line(cause, frame) for cause in causes), *older]


def _since(frame: Frame) -> str:
    """Since when failures are shown."""
    overview = frame.overview
    if overview.first is not None and overview.since == overview.first.until:
        return f"since you looked at {moment(overview.first.at, frame.now)}"
    hours = round((frame.now - overview.since) / 3600)
    return f"in the last {hours}h" if hours < 72 else f"in the last {round(hours / 24)}d"


def _line(cause: Cause, frame: Frame) -> OverviewLine:
    state = State.MATERIALIZED if cause.mended else State.FAILED
    sign = glyph(state, ascii_only=frame.ascii_only)
    words = cause.words if cause.known else _unread(frame)
    shade = "dim" if cause.mended or not cause.known else "text"
    asset, partition = first_cell(cause, frame)
    return OverviewLine(
        frame.columns(
            (sign, "good" if cause.mended else "bad"),
            (one_line(words), shade),
            (f"{len(cause.runs)}", shade),
            (moment(cause.last, frame.now).rpartition(" ")[2], "dim"),
            _where(cause, frame),
        ),
        ("cause", cause.words, str(cause.known)),
        Leads(run=cause.runs[0].id, asset=asset, partition=partition, cause=cause),
        _detail(cause, frame),
    )


def _unread(frame: Frame) -> str:
    return frame.overview.problems.get("errors") or "reading why…"


def first_cell(cause: Cause, frame: Frame) -> tuple[AssetKey | None, str | None]:
    """The most upstream asset that is still failed, else that was to be made, and its newest cell."""
    graph = frame.overview.deployment.graph
    named = list(cause.failed) or list(cause.assets)
    first = next((key for key in graph.order if key in named), None)
    if first is None:
        return None, None
    cells = cause.failed.get(first)
    return first, cells[-1] if cells else cause.runs[0].tags.get("dagster/partition")


def _where(cause: Cause, frame: Frame) -> list[Part]:
    asset, _ = first_cell(cause, frame)
    more = len(cause.failed or cause.assets) - 1
    name = what_text(cause.runs[0]) if asset is None else one_line(key_text(asset))
    names = f"{name} +{more}" if asset is not None and more > 0 else name
    end = " · mended" if cause.mended else _partitions(cause, asset)
    room = frame.rest_width - len(end)
    if room < 10:
        return [(cut(f"{names}{end}", frame.rest_width), "dim")]
    return [(cut(names, room), "dim"), (end, "dim")]


def _partitions(cause: Cause, asset: AssetKey | None) -> str:
    """Of the asset that is named: the partition, or how many."""
    cells = [cell for cell in cause.failed.get(asset, ()) if cell is not None] if asset else []
    if len(cells) == 1:
        return f" · {one_line(cells[0])}"
    if cells:
        return f" · {len(cells)} partitions"
    span = span_text(cause.runs[0]) if len(cause.runs) == 1 else ""
    return f" · {span}" if span else ""


def _detail(cause: Cause, frame: Frame) -> list[list[Part]]:
    room = frame.width - 2
    words = one_line(cause.words if cause.known else _unread(frame))
    names = ", ".join(one_line(key_text(key)) for key in cause.assets)
    count = f"{len(cause.runs)} run{'s' * (len(cause.runs) != 1)}"
    state = "mended since" if cause.mended else f"{cause.cells} cells failed now"
    if not cause.judged and not cause.failed:
        state = "their cells are not known"
    first = moment(min(run.ended or run.created for run in cause.runs), frame.now)
    return [
        [(cut(words, room), "text")],
        [(cut(words[room - 1 :], room) if len(words) > room else "", "text")],
        [(f"{count}, first {first}, last {moment(cause.last, frame.now)} · {state}", "dim")],
        [(cut(names, room), "dim")],
    ]


def _older(frame: Frame) -> list[OverviewLine]:
    """Cells that failed before, and that no line above has."""
    left = frame.failed_earlier
    if not left:
        return []
    count, first = sum(left.values()), next(iter(left))
    names = one_line(key_text(first)) + (f" +{len(left) - 1}" if len(left) > 1 else "")
    parts = frame.columns(
        (glyph(State.FAILED, ascii_only=frame.ascii_only), "bad"),
        (f"{count} cell{'s' * (count != 1)} failed earlier", "text"),
        ("", "dim"),
        ("", "dim"),
        [(cut(names, frame.rest_width), "dim")],
    )
    more = ", ".join(f"{one_line(key_text(key))} {many}" for key, many in left.items())
    detail: list[list[Part]] = [
        [(cut(f"failed: {more}", frame.width - 2), "text")],
        [("enter looks for their causes, as far as a month back; p shows the cells", "dim")],
    ]
    return [OverviewLine(parts, ("earlier",), Leads(asset=first, earlier=True), detail)]
