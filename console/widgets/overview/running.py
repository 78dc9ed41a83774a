"""Active backfills with their progress, and active runs outside of backfills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.freshness.urgency import span
from console.domain.runs.progress import backfill_left, run_left, usual_seconds
from console.domain.runs.waiting import why_waiting
from console.domain.runs.words import by_text, span_text, took, what_text
from console.domain.status.states import LOOKS, State
from console.domain.text import cut, one_line
from console.domain.times import duration, told_moment
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph, run_state
from console.widgets.overview.line import ASKING, Frame, Leads, OverviewLine

if TYPE_CHECKING:
    from console.domain.runs.run import Backfill, Run

NAME = "RUNNING"
MOST_BAR = 40
ELAPSED_CELLS = 10


def running_lines(frame: Frame) -> list[OverviewLine]:
    overview = frame.overview
    deployment = overview.deployment
    if deployment.connection.answered is None:
        return [frame.sentence(NAME, ASKING)]
    backfills = overview.backfills or ()
    shown = {backfill.id for backfill in backfills}
    problem = overview.problems.get("backfills", "")
    reading = overview.backfills is None and not problem
    runs = [
        run
        for run in deployment.active
        if run.backfill not in shown and not (reading and run.backfill)
    ]
    runs.sort(key=lambda run: (run.status.waiting, run.started or run.created))
    note = problem or ("" if overview.backfills is not None else f"backfills: {ASKING}")
    if not backfills and not runs:
        return [frame.sentence(NAME, note or "nothing")]
    heading = frame.heading(NAME, note, "so far", "left", "")
    return [
        heading,
        *(_backfill(one, frame) for one in sorted(backfills, key=lambda one: not one.failed)),
        *(_run(run, frame) for run in runs),
    ]


def _backfill(backfill: Backfill, frame: Frame) -> OverviewLine:
    left = backfill_left(backfill, frame.now)
    title = one_line(backfill.title) or ", ".join(shown_key(key) for key in backfill.assets[:3])
    targeted, over = backfill.targeted, backfill.done + backfill.failed
    failed = f" {backfill.failed} failed" if backfill.failed else ""
    ending = " being cancelled" if backfill.status == "CANCELING" else ""
    bar = bar_parts(backfill, min(MOST_BAR, frame.rest_width - len(failed + ending) - 1), frame)
    runs = [run for run in frame.overview.deployment.active if run.backfill == backfill.id]
    return OverviewLine(
        frame.columns(
            (glyph(State.RUNNING, ascii_only=frame.ascii_only), "run"),
            (f"backfill {title or backfill.id}", "text"),
            (f"{over}/{targeted}" if targeted else "starting", "text"),
            (span(left) if left is not None else "?", "text"),
            [*bar, (failed, "bad"), (ending, "warn")],
        ),
        ("backfill", backfill.id),
        Leads(backfill=backfill.id, asset=next(iter(backfill.assets), None)),
        _backfill_detail(backfill, runs, left, frame),
    )


def _backfill_detail(
    backfill: Backfill, runs: list[Run], left: float | None, frame: Frame
) -> list[StyledLine]:
    busy = sum(run.status.active for run in runs)
    counts = (
        f"{backfill.done} done · {backfill.failed} failed · {backfill.running} under way · "
        f"{busy} run{'s' * (busy != 1)} going, {len(runs) - busy} queued"
    )
    pace = "nothing done yet to tell how long it takes"
    if left is not None:
        pace = f"about {span(left)} left, by its own pace since {told_moment(backfill.created, frame.now)}"
    names = ", ".join(shown_key(key) for key in backfill.assets)
    return [
        [(f"backfill {backfill.id}  ", "text"), (one_line(backfill.title), "text")],
        [(counts, "text")],
        [(pace, "dim")],
        [(cut(names, frame.width - 2), "dim")],
    ]


def bar_parts(backfill: Backfill, width: int, frame: Frame) -> StyledLine:
    """Done, failed, running and waiting in proportion; whatever there is has a cell at least."""
    counts = {
        State.MATERIALIZED: backfill.done,
        State.FAILED: backfill.failed,
        State.RUNNING: backfill.running,
        State.QUEUED: backfill.targeted - backfill.done - backfill.failed - backfill.running,
    }
    lengths = shares([max(count, 0) for count in counts.values()], width)
    return [
        (glyph(state, ascii_only=frame.ascii_only) * length, LOOKS[state].style)
        for state, length in zip(counts, lengths, strict=True)
    ]


def shares(counts: list[int], width: int) -> list[int]:
    """`width` split in proportion to `counts`; none of them loses its last cell."""
    whole = sum(counts)
    if not whole or width < len(counts):
        return [0] * len(counts)
    found = [max(count * width // whole, 1) if count else 0 for count in counts]
    largest = max(range(len(counts)), key=counts.__getitem__)
    found[largest] += width - sum(found)
    return found


def _run(run: Run, frame: Frame) -> OverviewLine:
    overview = frame.overview
    state = run_state(run.status)
    left = run_left(run, overview.past(), frame.now)
    words = " ".join(filter(None, (what_text(run), span_text(run))))
    told = (
        "–" if run.status.waiting else "?" if left is None else span(left) if left > 0 else "over"
    )
    why, shade = _why(run, frame), "wait" if run.status.waiting else "dim"
    return OverviewLine(
        frame.columns(
            (glyph(state, ascii_only=frame.ascii_only), LOOKS[state].style),
            (words, "text"),
            (took(run, frame.now), "text"),
            (told, "text" if left is not None else "dim"),
            [*(bar := _elapsed(run, left, frame)), (cut(why, _room(bar, frame)), shade)],
        ),
        ("run", run.id),
        Leads(run=run.id, asset=next(iter(run.assets), None), partition=_only(run)),
        _run_detail(run, frame),
    )


def _elapsed(run: Run, left: float | None, frame: Frame) -> StyledLine:
    """How much of its expected time a run has gone on; nothing where that can't be told."""
    if left is None or run.started is None or frame.rest_width < 3 * ELAPSED_CELLS:
        return []
    gone = max(frame.now - run.started, 0.0)
    share = gone / ((gone + max(left, 0.0)) or 1.0)
    full = min(max(round(share * ELAPSED_CELLS), 1), ELAPSED_CELLS)
    done, ahead = ("#", ".") if frame.ascii_only else ("━", "─")
    return [(done * full, "run"), (f"{ahead * (ELAPSED_CELLS - full)} ", "dim")]


def _room(bar: StyledLine, frame: Frame) -> int:
    return frame.rest_width - sum(len(text) for text, _ in bar)


def _only(run: Run) -> str | None:
    span_ = run.partition_range
    return span_[1] if span_ else None


def _why(run: Run, frame: Frame) -> str:
    """Why it waits, or what it usually takes and who wanted it."""
    deployment = frame.overview.deployment
    by = by_text(run, deployment.backfill_titles)
    if run.status.waiting:
        why = why_waiting(run, deployment.active, frame.queue)
        return f"queued: {why or 'no reason known'}"
    usual = usual_seconds(run, frame.overview.past())
    takes = f"usually {duration(usual[0])}" if usual else ""
    return " · ".join(filter(None, (takes, f"by {by}" if by else f"run {run.short_id}")))


def _run_detail(run: Run, frame: Frame) -> list[StyledLine]:
    names = ", ".join(shown_key(key) for key in run.assets)
    usual = usual_seconds(run, frame.overview.past())
    basis = f"of {usual[1]} like it" if usual else "no like run among the newest"
    return [
        [(f"run {run.id}  {run.status.word}", "text")],
        [(cut(f"{names}  {run.partition_text}", frame.width - 2), "text")],
        [(cut(f"{_why(run, frame)}  ({basis})", frame.width - 2), "dim")],
    ]
