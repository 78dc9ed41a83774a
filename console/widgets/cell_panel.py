"""What one cell is, when it was made, and by which run, in three lines."""

from __future__ import annotations

import time
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Region
from textual.widget import Widget

from console.domain.keys import key_text
from console.domain.status import LOOKS, State
from console.domain.text import cut, one_line
from console.domain.times import moment
from console.widgets.line_list import strip_of
from console.widgets.looks import glyph, run_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from console.api.run_queries import Cell
    from console.domain.keys import AssetKey

Parts = list[tuple[str, str]]


class CellPanel(Widget):
    """Filled by `show_cell` at once with what is known, by `show_detail` when Dagster answers."""

    DEFAULT_CSS = "CellPanel { height: 4; }"

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._lines: list[Parts] = []
        self._caption = ""

    def show_cell(
        self,
        asset: AssetKey | None,
        partition: str | None,
        state: State,
        note: str,
        stale: str | None = None,
        checks: Sequence[str] = (),
    ) -> None:
        """The cell under the cursor; `note` stands for the lines that aren't known yet.

        `checks` are the names of those that failed for it.
        """
        if asset is None:
            self._set([[("", "dim")], [(f" {one_line(note)}", "dim")]])
            return
        where = f" {key_text(asset)}" + (f" · {partition}" if partition is not None else "")
        look = f"{glyph(state, ascii_only=self._ascii)} {_word(state)}"
        failed = f"   ! {one_line(', '.join(checks))} failed" if checks else ""
        self._set(
            [
                [
                    (" " + one_line(where), "text"),
                    ("   ", "text"),
                    (look, LOOKS[state].style),
                    (failed, "bad"),
                ],
                [(f" {note}", "dim")],
                *([_stale(stale)] if stale else []),
            ]
        )

    def show_detail(self, cell: Cell) -> None:
        """What Dagster knows of the cell."""
        first = self._lines[0] if self._lines else []
        self._set([first, self._made(cell), self._last_run(cell)])

    def show_caption(self, text: str) -> None:
        """What stands in the rule over the lines."""
        if text != self._caption:
            self._caption = text
            self.refresh(Region(0, 0, self.size.width, 1))

    def show_lines(self, lines: list[Parts]) -> None:
        self._set(lines)

    def _made(self, cell: Cell) -> Parts:
        if cell.materialized is None:
            return [(" never materialized", "dim")]
        facts = [f"{one_line(label)} {one_line(value)}" for label, value in cell.metadata[:4]]
        run = f" by run {(cell.run_id or '')[:8]}" if cell.run_id else ""
        text = f" materialized {moment(cell.materialized, time.time())}{run}"
        return [(text, "text"), ("".join(f"  {cut(fact, 28)}" for fact in facts), "dim")]

    def _last_run(self, cell: Cell) -> Parts:
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
        at = moment(run.ended or run.started or run.created, time.time())
        if cell.error:
            return [(f" run {run.short_id} failed {at}  ", "text"), (one_line(cell.error), "bad")]
        word = f"{glyph(state, ascii_only=self._ascii)} {run.status.word}"
        return [
            (f" last run {run.short_id} ", "text"),
            (word, LOOKS[state].style),
            (f" {at}", "dim"),
        ]

    def _set(self, lines: list[Parts]) -> None:
        """Of each line that differs, as much as was or is written is drawn again."""
        before, self._lines = self._lines, lines
        none: Parts = []
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


def _stale(why: str) -> Parts:
    return [(" stale: ", "warn"), (one_line(why), "text")]


def _word(state: State) -> str:
    return "not in its definition" if state is State.OUTSIDE else state.word


def _width(parts: Parts) -> int:
    return sum(cell_len(text) for text, _ in parts)
