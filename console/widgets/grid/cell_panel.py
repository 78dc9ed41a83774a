"""The cell under the cursor in three lines: its state, when and by which run it was made."""

from __future__ import annotations

import time
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Region
from textual.widget import Widget

from console.domain.assets.keys import shown_key
from console.domain.status.states import LOOKS, State
from console.domain.text import cut, one_line, visible
from console.domain.times import told_moment
from console.widgets.common.line_list import strip_of
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph, run_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from console.domain.assets.keys import AssetKey
    from console.domain.grid.details import CellDetail


class CellPanel(Widget):
    """Filled by `show_cell` at once with what is known, by `show_detail` when Dagster answers."""

    DEFAULT_CSS = "CellPanel { height: 4; }"

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._lines: list[StyledLine] = []
        self._caption = ""

    def show_cell(
        self,
        asset: AssetKey | None,
        partition: str | None,
        state: State,
        note: str,
        stale: str | None = None,
        checks: Sequence[str] = (),
        mark: str = "",
        earlier: Sequence[str] = (),
    ) -> None:
        """The cell under the cursor; `note` stands for the lines that aren't known yet.

        `checks` are the names of those that failed for it, `earlier` of those that failed before
        the newest materialization and did not run since; `mark` follows a state that isn't final.
        """
        if asset is None:
            self._set([[("", "dim")], [(f" {one_line(note)}", "dim")]])
            return
        where = f" {shown_key(asset)}" + (
            f" · {visible(partition)}" if partition is not None else ""
        )
        look = f"{glyph(state, ascii_only=self._ascii)} {_word(state)}{mark}"
        failed = f"   ! {one_line(', '.join(checks))} failed" if checks else ""
        before = (
            f"   {one_line(', '.join(earlier))} failed before, not run since" if earlier else ""
        )
        self._set(
            [
                [
                    (" " + one_line(where), "text"),
                    ("   ", "text"),
                    (look, LOOKS[state].style),
                    (failed, "bad"),
                    (before, "warn"),
                ],
                [(f" {note}", "dim")],
                *([_stale(stale)] if stale else []),
            ]
        )

    def show_detail(self, cell: CellDetail) -> None:
        """Show the details of the cell."""
        first = self._lines[0] if self._lines else []
        self._set([first, self._made(cell), self._last_run(cell)])

    def show_caption(self, text: str) -> None:
        """Show this text in the rule over the lines."""
        if text != self._caption:
            self._caption = text
            self.refresh(Region(0, 0, self.size.width, 1))

    def show_lines(self, lines: list[StyledLine]) -> None:
        self._set(lines)

    def _made(self, cell: CellDetail) -> StyledLine:
        if cell.materialized is None:
            return [(" never materialized", "dim")]
        facts = [f"{one_line(label)} {one_line(value)}" for label, value in cell.metadata[:4]]
        run = f" by run {(cell.run_id or '')[:8]}" if cell.run_id else ""
        text = f" materialized {told_moment(cell.materialized, time.time())}{run}"
        return [(text, "text"), ("".join(f"  {cut(fact, 28)}" for fact in facts), "dim")]

    def _last_run(self, cell: CellDetail) -> StyledLine:
        if cell.stale:
            return _stale(cell.stale)
        if cell.newer_upstream:
            return [
                (" fresh for Dagster, which doesn't look so far: ", "dim"),
                (one_line(cell.newer_upstream), "text"),
            ]
        run = cell.last_run
        if run is None or run.id == cell.run_id:
            return []
        state = run_state(run.status)
        at = told_moment(run.ended or run.started or run.created, time.time())
        if cell.error:
            return [(f" run {run.short_id} failed {at}  ", "text"), (one_line(cell.error), "bad")]
        word = f"{glyph(state, ascii_only=self._ascii)} {run.status.word}"
        return [
            (f" last run {run.short_id} ", "text"),
            (word, LOOKS[state].style),
            (f" {at}", "dim"),
        ]

    def _set(self, lines: list[StyledLine]) -> None:
        """Set the lines; of each changed one the written part is drawn again."""
        before, self._lines = self._lines, lines
        none: StyledLine = []
        regions = [
            Region(0, y + 1, min(max(_width(old), _width(new)), self.size.width), 1)
            for y, (old, new) in enumerate(zip_longest(before, lines, fillvalue=none))
            if old != new
        ]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            rule = "-" if self._ascii else "─"
            caption = f"{rule * 2} {self._caption} " if self._caption else ""
            return strip_of([(caption.ljust(width, rule), "dim")], width)
        line = self._lines[y - 1] if y - 1 < len(self._lines) else []
        return strip_of(line, width)


def _stale(why: str) -> StyledLine:
    return [(" stale: ", "warn"), (one_line(why), "text")]


def _word(state: State) -> str:
    return "not in its definition" if state is State.OUTSIDE else state.word


def _width(parts: StyledLine) -> int:
    return sum(cell_len(text) for text, _ in parts)
