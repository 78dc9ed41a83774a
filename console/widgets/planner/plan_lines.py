"""How a plan's lines are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.assets.keys import shown_key
from console.domain.status.states import LOOKS, State
from console.domain.text import cells, cut, padded
from console.domain.times import duration
from console.planner.folded import AssetLine, CellsLine, HeadLine, PlanLine
from console.planner.plan import CellAction
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.planner.plan import PlanCell
    from console.store.planning.launch import Preview

ACTION_COLOURS = {CellAction.RUN: "run", CellAction.SKIP: "dim", CellAction.BLOCKED: "warn"}
_ACTION_GLYPHS = {
    CellAction.RUN: ("▶", ">"),
    CellAction.SKIP: ("·", "."),
    CellAction.BLOCKED: ("!", "!"),
}


def action_glyph(action: CellAction, *, ascii_only: bool) -> str:
    return _ACTION_GLYPHS[action][ascii_only]


def plan_line(
    line: PlanLine, width: int, states: Sequence[State], *, ascii_only: bool
) -> StyledLine:
    """One line; `states` are what the asset's cells are by now."""
    if isinstance(line, AssetLine):
        return _asset_line(line, width, states, ascii_only)
    if isinstance(line, HeadLine):
        many = f"{len(line.cells)} cell{'s' * (len(line.cells) != 1)}"
        return [
            (padded(f" {cut(line.words, width - len(many) - 3)}", width - len(many) - 1), "text"),
            (many, "dim"),
        ]
    return _cells_line(line, width, ascii_only)


def summary(preview: Preview) -> StyledLine:
    """The cells that would run, and in how many runs."""
    counts = preview.plan.counts
    parts: StyledLine = [
        (f" {counts[CellAction.RUN]} run", "run" if counts[CellAction.RUN] else "dim"),
        (f" · {counts[CellAction.SKIP]} skip", "dim"),
        (
            f" · {counts[CellAction.BLOCKED]} blocked",
            "warn" if counts[CellAction.BLOCKED] else "dim",
        ),
    ]
    if counts[CellAction.RUN]:
        parts.append(("   " + runs_text(preview), "text"))
    return parts


def runs_text(preview: Preview) -> str:
    """`34 runs in 3 waves, 4 at once`."""
    many = "1 run" if preview.runs == 1 else f"{preview.runs} runs"
    waves = "" if preview.waves <= 1 else f" in {preview.waves} waves"
    at_once = f", {preview.parallel} at once" if preview.parallel and preview.runs > 1 else ""
    return many + waves + at_once


def estimate_text(preview: Preview) -> str:
    """`3m–6m, from 14 runs`; unknown where no run of their groups ever succeeded."""
    found = preview.estimate
    if found is None:
        return "time unknown: no such run yet"
    low, high = duration(found.low), duration(found.high)
    span = low if low == high else f"{low}–{high}"
    others = ", some of other assets of the group" if found.others else ""
    return f"about {span}, from {found.basis} run{'s' * (found.basis != 1)}{others}"


def reasons_text(preview: Preview) -> str:
    """`12 missing · 1 failed · 33 upstream would be run`, and how long that takes."""
    counted = preview.plan.reasons.most_common()
    reasons = " · ".join(f"{count} {reason}" for reason, count in counted)
    return f"{reasons} · {estimate_text(preview)}" if counted else ""


def _asset_line(
    line: AssetLine, width: int, states: Sequence[State], ascii_only: bool
) -> StyledLine:
    name_width = max(min(34, width // 3), 16)
    counts = [f"{n} {action.value}" for action in CellAction if (n := line.count(action))]
    right = "  ".join(counts)
    room = max(width - name_width - len(right) - 16, 4)
    name = padded(cut(shown_key(line.asset), name_width - 2), name_width - 1)
    parts: StyledLine = [(f" {name}", "text"), ("now ", "dim")]
    parts += _strip([(glyph(s, ascii_only=ascii_only), LOOKS[s].style) for s in states], room // 2)
    parts.append(("  then ", "dim"))
    parts += _strip([_then(cell, ascii_only) for cell in line.cells], room // 2)
    used = sum(cells(text) for text, _ in parts)
    parts.append((" " * max(width - used - len(right) - 1, 1) + right, "dim"))
    return parts


def _then(cell: PlanCell, ascii_only: bool) -> tuple[str, str]:
    return action_glyph(cell.action, ascii_only=ascii_only), ACTION_COLOURS[cell.action]


def _strip(cells: StyledLine, room: int) -> StyledLine:
    """The newest cells, as many as have room."""
    if len(cells) <= room:
        return cells
    return [("…", "dim"), *cells[-(room - 1) :]] if room > 1 else []


NARROW, WIDE, WIDE_FROM = 34, 48, 100
"""Columns for the names of partitions, and the terminal's width from which they are more."""


def _cells_line(line: CellsLine, width: int, ascii_only: bool) -> StyledLine:
    cell = line.first
    many = f"{len(line.cells)}×" if len(line.cells) > 1 else ""
    column = NARROW if width < WIDE_FROM else WIDE
    name = f"{shown_key(line.first.asset)} " if line.names_asset else ""
    span = cut(f"{name}{line.partitions or 'whole'}", column - 10)
    left = padded(f"   {many:>5} {span}", column)
    colour = ACTION_COLOURS[cell.action]
    state = f"{glyph(cell.state, ascii_only=ascii_only)} {cell.state.word}".ljust(16)
    action = f"{action_glyph(cell.action, ascii_only=ascii_only)} {cell.action.value}".ljust(10)
    room = max(width - cells(left) - len(state) - len(action) - 2, 0)
    reason = cut(cell.reason, room)
    return [
        (left, "text" if cell.action is CellAction.RUN else "dim"),
        (state, LOOKS[cell.state].style),
        (action, colour),
        (reason, "text" if cell.action is CellAction.RUN else "dim"),
    ]


MOST_REASONS = 200


def why_text(some: Sequence[PlanCell]) -> list[str]:
    """A paragraph for each cell: where it is, what happens to it, and the whole reason."""
    told = [
        f"{shown_key(cell.asset)} {cell.partition or ''}".strip()
        + f"\n  {cell.state.word}, {cell.action.value}: {cell.reason}"
        for cell in some[:MOST_REASONS]
    ]
    more = len(some) - len(told)
    return [*told, f"and {more:,} more cells"] if more else told
