"""The runs of some chosen cells, to choose one from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Static

from console.domain.runs.words import span_text, what_text
from console.domain.status.states import LOOKS
from console.domain.text import cut, padded
from console.domain.times import past_moment
from console.screens.modals.window import Window
from console.widgets.common.line_list import LineList
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph, run_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.store.runs.cell_runs import CellRun


class CellRunsScreen(Window["str | None"]):
    """Answers with the id of a run, None when none was chosen."""

    CSS_PATH = "cell_runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "leave"),
        ("down,j", "move(1)", "next"),
        ("up,k", "move(-1)", "previous"),
        ("pagedown", "page(1)", "a page down"),
        ("pageup", "page(-1)", "a page up"),
        ("enter", "choose", "open"),
    ]

    def __init__(self, runs: Sequence[CellRun], *, ascii_only: bool) -> None:
        super().__init__()
        self._runs = runs
        self._ascii = ascii_only
        self._lines = LineList(self._draw)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(
                f"{_count(self._runs)} these cells in hand; enter opens one",
                markup=False,
            )
            yield self._lines

    def on_mount(self) -> None:
        self._lines.set_count(len(self._runs))
        self._lines.focus()

    def action_move(self, lines: int) -> None:
        self._lines.move(lines)

    def action_page(self, pages: int) -> None:
        self._lines.page(pages)

    def action_choose(self) -> None:
        self.dismiss(self._runs[self._lines.cursor].run.id)

    def _draw(self, index: int, width: int) -> StyledLine:
        found = self._runs[index]
        run = found.run
        state = run_state(run.status)
        cells = f"{found.cells} cell{'' if found.cells == 1 else 's'}"
        at = past_moment(run.ended or run.started or run.created, time.time())
        what = f"{what_text(run)} {span_text(run)}".strip()
        room = max(width - 44, 10)
        return [
            (f" {glyph(state, ascii_only=self._ascii)} ", LOOKS[state].style),
            (f"{run.short_id}  {padded(cut(what, room), room)}", "text"),
            (f"{cells:>10}  {at:>12}  ", "dim"),
        ]


def _count(runs: Sequence[CellRun]) -> str:
    return (
        "1 run made, failed or has" if len(runs) == 1 else f"{len(runs)} runs made, failed or have"
    )
