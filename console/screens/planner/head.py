"""The lines above a plan: what is asked, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from console.domain.assets.keys import key_text
from console.domain.partitions.keys import ranges_text
from console.domain.status.states import State
from console.domain.text import cut
from console.planner.plan import CellAction
from console.widgets.common.line_list import strip_of
from console.widgets.common.styled_text import StyledLine
from console.widgets.planner.backfill_lines import progress
from console.widgets.planner.plan_lines import estimate_text, reasons_text, runs_text, summary

if TYPE_CHECKING:
    from textual.strip import Strip

    from console.domain.partitions.keys import PartitionKeys
    from console.planner.request import Request
    from console.store.planning.launch import Preview
    from console.store.runs.backfill_watch import BackfillWatch

LEAST_HEIGHT = 6
STATES = (State.MISSING, State.FAILED, State.STALE, State.MATERIALIZED)


class PlanHead(Widget):
    """The head of the planner: the request and its result."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[StyledLine] = []

    def show(self, lines: list[StyledLine]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.styles.height = max(len(lines), LEAST_HEIGHT)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else []
        return strip_of(line, self.size.width)


def partitions_parts(request: Request, keys: PartitionKeys | None, room: int) -> StyledLine:
    """The chosen partitions as ranges of `keys`, and how many they are."""
    chosen = request.partitions
    if request.only is not None:
        count = len(request.only)
        return [(f"{count} cell{'s' * (count != 1)} that a backfill left", "text")]
    if not chosen:
        return [("none: not partitioned" if request.assets else "–", "dim")]
    text = ""
    if keys:
        known = (keys.positions[key] for key in chosen if key in keys.positions)
        text = ranges_text(known, keys.keys)
    return [
        (cut(text, room - 18), "text"),
        (f"   {len(chosen)} partition{'s' * (len(chosen) != 1)}", "dim"),
    ]


def states_parts(request: Request) -> StyledLine:
    """Cells of which states are to run, and how many runs at once."""
    parts: StyledLine = []
    for state in STATES:
        on = state in request.run_states
        word = "fresh" if state is State.MATERIALIZED else state.word
        parts.append((f"[{'x' if on else ' '}] {word}  ", "text" if on else "dim"))
    return [*parts, (f" at once: {request.parallel or 'any'}", "dim")]


def request_lines(
    request: Request, selection: str, keys: PartitionKeys | None, width: int
) -> list[StyledLine]:
    """What is asked; `selection` is the text that chose the assets, `keys` are theirs."""
    names = selection or "none chosen"
    plus = " and all downstream" if request.downstream and request.within is None else ""
    return [
        [(" assets      ", "dim"), (cut(names, width - 14 - len(plus)), "text"), (plus, "dim")],
        [(" partitions  ", "dim"), *partitions_parts(request, keys, width - 14)],
        [(" run         ", "dim"), *states_parts(request)],
    ]


def result_lines(
    preview: Preview | None,
    launched: BackfillWatch | None,
    outcome: tuple[str, str] | None,
    width: int,
    *,
    ascii_only: bool,
) -> list[StyledLine]:
    """What it comes to: how far the backfill is or what would run, and what is to be known."""
    lines, notes = [], [outcome or ("", "")]
    if launched is not None:
        lines.append(progress(launched))
    if preview is not None:
        lines = lines or [summary(preview)]
        notes.insert(0, (reasons_text(preview), "dim"))
        notes += warnings_of(preview, ascii_only=ascii_only)
    return [*lines, *([(f" {cut(text, width - 2)}", colour)] for text, colour in notes if text)]


def rule_line(width: int, *, ascii_only: bool) -> StyledLine:
    return [(("-" if ascii_only else "─") * width, "dim")]


def launch_question(preview: Preview, place: str) -> tuple[str, list[str]]:
    """The question before a launch, and what somebody should know who answers it."""
    count = preview.plan.counts[CellAction.RUN]
    cells = [f"{key_text(asset)}: {len(cells)}" for asset, cells in preview.plan.to_run.items()]
    question = f"Launch {count} cell{'s' * (count != 1)} on {place}?"
    return question, [f"{runs_text(preview)}, {estimate_text(preview)}", *cells]


def warnings_of(preview: Preview, *, ascii_only: bool) -> StyledLine:
    """Why a plan can't be launched, and what else is to be known of it; a text each."""
    sign = "!" if ascii_only else "⚠"
    notes = [(f"{sign} {text}", "bad") for text in preview.obstacles]
    if preview.warnings:
        notes.append((f"{sign} {' · '.join(preview.warnings)}", "warn"))
    return notes
