"""Failures since somebody looked last, one line for each cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.runs.words import span_text, what_text
from console.domain.status.states import State
from console.domain.text import cells, cut, one_line
from console.domain.times import moment, short_past_moment, told_moment
from console.store.overview.overview import MOST_ERRORS
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.reading import Reading
    from console.domain.runs.failure_groups import FailureGroup

NAME = "FAILING"


def failing_lines(frame: Frame) -> list[OverviewLine]:
    overview = frame.overview
    if overview.failed is None:
        return [frame.sentence(NAME, overview.problems.get("failures") or ASKING)]
    causes = frame.causes
    older = _older(frame)
    if not causes and older and not frame.states.final:
        return [
            frame.sentence(NAME, frame.marked(f"nothing {_since(frame)}", frame.states)),
            *older,
        ]
    if not causes:
        return [frame.sentence(NAME, f"nothing {_since(frame)}"), *older]
    unread = overview.reading_words
    note = f"{_since(frame)}{' · ' if unread else ''}{unread}"
    heading = frame.heading(NAME, note, "times", "last", "where")
    return [heading, *(_line(cause, frame) for cause in causes), *older]


def _since(frame: Frame) -> str:
    """Since when failures are shown."""
    overview = frame.overview
    first = overview.first
    if first is not None and overview.since == first.until:
        return f"since you looked at {moment(first.at, frame.now)}"
    hours = round((frame.now - overview.since) / 3600)
    return f"in the last {hours}h" if hours < 72 else f"in the last {round(hours / 24)}d"


def _line(cause: FailureGroup, frame: Frame) -> OverviewLine:
    sign, colour = _sign(cause, frame)
    words = cause.words if cause.known else _unread(frame)
    known = frame.overview.is_acknowledged(cause)
    shade = "text" if cause.open and cause.known and not known else "dim"
    asset, partition = first_cell(cause, frame)
    return OverviewLine(
        frame.columns(
            (sign, "dim" if cause.open and known else colour),
            (f"{_news(cause, frame)}{one_line(words)}", shade),
            (frame.marked(f"{len(cause.runs)}", frame.reasons), shade),
            (short_past_moment(cause.last, frame.now), "dim"),
            _where(cause, frame),
        ),
        ("cause", cause.words, str(cause.known)),
        Leads(run=cause.runs[0].id, asset=asset, partition=partition, cause=cause),
        _detail(cause, frame),
    )


def _news(cause: FailureGroup, frame: Frame) -> str:
    """The word before a cause: `new` since the last look, or `acknowledged`."""
    if cause.mended:
        return ""
    if frame.overview.is_acknowledged(cause):
        return "acknowledged: "
    return "new: " if frame.overview.is_new(cause) else ""


def _sign(cause: FailureGroup, frame: Frame) -> tuple[str, str]:
    if cause.mended:
        state, colour = State.MATERIALIZED, "good"
    elif cause.open:
        state, colour = State.FAILED, "bad"
    else:
        state, colour = State.RUNNING, "run"
    return glyph(state, ascii_only=frame.ascii_only), colour


def _unread(frame: Frame) -> str:
    """Why a cause is not told: it is being read, or there are too many failed runs."""
    overview = frame.overview
    reading = overview.errors_read < min(len(overview.failed or ()), MOST_ERRORS)
    words = "reading why…" if reading else f"not read, beyond the newest {MOST_ERRORS:,}"
    return overview.problems.get("errors") or words


def first_cell(cause: FailureGroup, frame: Frame) -> tuple[AssetKey | None, str | None]:
    """The most upstream asset that is still failed, else that was to be made, and its newest cell."""
    graph = frame.overview.deployment.graph
    named = list(cause.failed) or list(cause.assets)
    first = next((key for key in graph.order if key in named), None)
    if first is None:
        return None, None
    cells = cause.failed.get(first)
    return first, cells[-1] if cells else cause.runs[0].tags.get("dagster/partition")


def _where(cause: FailureGroup, frame: Frame) -> StyledLine:
    asset, _ = first_cell(cause, frame)
    more = len(cause.failed or cause.assets) - 1
    name = what_text(cause.runs[0]) if asset is None else shown_key(asset)
    names = f"{name} +{more}" if asset is not None and more > 0 else name
    end = frame.marked(
        _partitions(cause, asset) if cause.open else f" · {cause.state_words}",
        _reading(cause, frame),
    )
    room = frame.rest_width - len(end)
    if room < 10:
        return [(cut(f"{names}{end}", frame.rest_width), "dim")]
    return [(cut(names, room), "dim"), (end, "dim")]


def _reading(cause: FailureGroup, frame: Frame) -> Reading:
    """How far its runs and the cells of its assets have been read."""
    return frame.reasons | frame.overview.deployment.reading.states(cause.assets)


def _partitions(cause: FailureGroup, asset: AssetKey | None) -> str:
    """The partition of the named asset, or how many there are."""
    cells = [cell for cell in cause.failed.get(asset, ()) if cell is not None] if asset else []
    if len(cells) == 1:
        return f" · {one_line(cells[0])}"
    if cells:
        return f" · {len(cells)} partitions"
    span = span_text(cause.runs[0]) if len(cause.runs) == 1 else ""
    return f" · {span}" if span else ""


def _detail(cause: FailureGroup, frame: Frame) -> list[StyledLine]:
    room = frame.width - 2
    words = one_line(cause.words if cause.known else _unread(frame))
    names = ", ".join(shown_key(key) for key in cause.assets)
    count = frame.marked(f"{len(cause.runs)} run{'s' * (len(cause.runs) != 1)}", frame.reasons)
    state = "mended since" if cause.mended else f"{cause.state_words} now"
    state = frame.marked(state, _reading(cause, frame))
    first = told_moment(min(run.ended or run.created for run in cause.runs), frame.now)
    return [
        [(cut(words, room), "text")],
        [(cut(words[len(cut(words, room)) - 1 :], room) if cells(words) > room else "", "text")],
        [(f"{count}, first {first}, last {told_moment(cause.last, frame.now)} · {state}", "dim")],
        [(cut(names, room), "dim")],
    ]


def _earlier(frame: Frame) -> Reading:
    """The failed cells that belong to no cause."""
    return frame.states | frame.reasons


def _older(frame: Frame) -> list[OverviewLine]:
    """Cells that failed before, and that no line above has."""
    left = frame.failed_earlier
    if not left:
        return []
    count, first = sum(left.values()), next(iter(left))
    names = shown_key(first) + (f" +{len(left) - 1}" if len(left) > 1 else "")
    parts = frame.columns(
        (glyph(State.FAILED, ascii_only=frame.ascii_only), "bad"),
        (frame.marked(f"{count} cell{'s' * (count != 1)} failed earlier", _earlier(frame)), "text"),
        ("", "dim"),
        ("", "dim"),
        [(cut(frame.marked(names, _earlier(frame)), frame.rest_width), "dim")],
    )
    more = ", ".join(f"{shown_key(key)} {many}" for key, many in left.items())
    detail: list[StyledLine] = [
        [(frame.marked(cut(f"failed: {more}", frame.width - 3), _earlier(frame)), "text")],
        [("enter looks for their causes, as far as a month back; p shows the cells", "dim")],
    ]
    return [OverviewLine(parts, ("earlier",), Leads(asset=first, earlier=True), detail)]
