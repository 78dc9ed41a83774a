"""The steps of a run on its time axis, a line each, in as many lines as there are to spare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.runs.run import Step, StepStatus
from console.domain.status.states import LOOKS, State
from console.domain.text import cut, padded
from console.domain.times import duration
from console.widgets.common.styled_text import StyledLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.domain.runs.run import Run

LONGEST_NAME = 36
LONGEST_BAR = 60
_STATES = {
    StepStatus.SUCCESS: State.MATERIALIZED,
    StepStatus.FAILURE: State.FAILED,
    StepStatus.IN_PROGRESS: State.RUNNING,
    StepStatus.SKIPPED: State.MISSING,
    StepStatus.WAITING: State.QUEUED,
}
_URGENCY = (State.FAILED, State.RUNNING, State.UNKNOWN, State.QUEUED, State.MATERIALIZED)


def all_steps(steps: Sequence[Step], planned: Sequence[str]) -> list[Step]:
    """The steps that began, then those that are only planned."""
    known = {step.key for step in steps}
    return [*steps, *(Step(key, StepStatus.WAITING) for key in planned if key not in known)]


def state_of(step: Step, run: Run) -> tuple[State, str]:
    """A step's state, and its word where the bar doesn't show it."""
    if run.status.ended and step.status is StepStatus.IN_PROGRESS:
        return State.UNKNOWN, "no end known"
    if run.status.ended and step.status is StepStatus.WAITING:
        return State.MISSING, "not reached"
    if step.status is StepStatus.SKIPPED:
        return State.MISSING, "skipped"
    state = _STATES[step.status]
    return state, {State.QUEUED: "waiting", State.FAILED: "failed"}.get(state, "")


def step_lines(
    steps: Sequence[Step], run: Run, now: float, width: int, most: int, *, ascii_only: bool
) -> list[StyledLine]:
    """At most `most` lines of steps; failed and running ones are never left out."""
    if not steps or most < 1:
        return []
    shown, left_out = list(steps), list[Step]()
    if len(steps) > most:
        ranked = sorted(steps, key=lambda step: _rank(state_of(step, run)[0]))
        kept = {step.key for step in ranked[: most - 1]}
        shown = [step for step in steps if step.key in kept]
        left_out = [step for step in steps if step.key not in kept]
    name_width = min(max(len(step.key) for step in shown), LONGEST_NAME, width // 3)
    axis = _axis(steps, run, now)
    bar_width = min(width - name_width - 28, LONGEST_BAR)
    lines = [_line(step, run, axis, now, name_width, bar_width, ascii_only) for step in shown]
    if left_out:
        lines.append([(f"   {_summary(left_out, run)}", "dim")])
    return lines


def _rank(state: State) -> int:
    return _URGENCY.index(state) if state in _URGENCY else len(_URGENCY)


def _axis(steps: Sequence[Step], run: Run, now: float) -> tuple[float, float]:
    starts = [step.started for step in steps if step.started is not None]
    ends = [step.ended for step in steps if step.ended is not None]
    first = min(starts, default=run.started or now)
    last = max(ends, default=first)
    return first, last if run.status.ended else max(now, last)


def _line(
    step: Step,
    run: Run,
    axis: tuple[float, float],
    now: float,
    name_width: int,
    bar_width: int,
    ascii_only: bool,
) -> StyledLine:
    state, word = state_of(step, run)
    look = LOOKS[state]
    sign = look.ascii if ascii_only else look.glyph
    line = [
        (f" {sign} ", look.style),
        (f"{padded(cut(step.key, name_width), name_width)} ", "text"),
    ]
    end = axis[1] if state in (State.RUNNING, State.UNKNOWN) else step.ended
    if step.started is not None and end is not None and bar_width > 5:
        line.append((_bar(step.started, end, axis, bar_width, ascii_only), look.style))
    else:
        line.append((" " * max(bar_width, 0), "dim"))
    took = None
    if step.started is not None and state is not State.UNKNOWN:
        took = (step.ended or (now if state is State.RUNNING else step.started)) - step.started
    line.append((f" {_took(took):>6} ", "text"))
    said = ", ".join(filter(None, (word, f"attempt {step.attempts}" * (step.attempts > 1))))
    return [*line, (cut(said, 15), look.style if word else "dim")]


def _took(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f}s" if seconds < 10 else duration(seconds)


def _bar(start: float, end: float, axis: tuple[float, float], width: int, ascii_only: bool) -> str:
    scale = width / max(axis[1] - axis[0], 0.001)
    first = min(max(round((start - axis[0]) * scale), 0), width - 1)
    size = min(max(round((end - axis[0]) * scale) - first, 1), width - first)
    return (" " * first + ("=" if ascii_only else "━") * size).ljust(width)


def _summary(steps: Sequence[Step], run: Run) -> str:
    words: dict[str, int] = {}
    for step in steps:
        state, word = state_of(step, run)
        word = word or {State.MATERIALIZED: "done", State.RUNNING: "running"}.get(state, state.word)
        words[word] = words.get(word, 0) + 1
    return f"and {len(steps)} more: " + ", ".join(f"{n} {word}" for word, n in words.items())
