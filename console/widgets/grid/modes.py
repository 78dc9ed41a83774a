"""The ways in which the grid shows other than at first, in a line of their own over it."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from console.domain.grid.grid import Order
from console.domain.text import visible
from console.widgets.common.static_lines import StaticLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from console.domain.grid.grid import GridView


def modes(
    view: GridView, *, selection: str, values: str, marked: tuple[int, int] | None
) -> list[str]:
    """Each with the key that changes it; `values` is what the cells show instead of states.

    `marked` is the number of lines and columns that are selected.
    """
    return [
        *([f"reads {values} (r)"] if values else []),
        *(["only bad (B)"] if view.only_bad else []),
        *([f"by {view.order.value} (o)"] if view.order is not Order.GRAPH else []),
        *([f"a {view.level.word} a column (z)"] if view.level is not None else []),
        *([f"assets {visible(selection)} (s)"] if selection else []),
        *([f"selected {marked[0]} × {marked[1]} (v)"] if marked else []),
    ]


class ModesLine(StaticLines):
    """Not there without a mode; has more lines rather than being cut."""

    DEFAULT_CSS = "ModesLine { height: 0; }"

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._modes: list[str] = []

    def show_modes(self, shown: Sequence[str]) -> None:
        self._modes = list(shown)
        self._fill()

    def on_resize(self, _: events.Resize) -> None:
        self._fill()

    def _fill(self) -> None:
        text = (" | " if self._ascii else " · ").join(self._modes)
        text = text.replace("×", "x") if self._ascii else text
        lines = wrap(text, max(self.outer_size.width - 2, 20)) if text else []
        self.show([[(f" {line}", "run")] for line in lines])
