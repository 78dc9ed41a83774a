"""The panel below the grid follows its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.status.states import State
from console.screens.partitions.resting_cell import RestingCell
from console.widgets.grid.cell_words import cells_lines, heading_lines, selection_lines

if TYPE_CHECKING:
    from console.domain.grid.details import CellDetail
    from console.domain.grid.grid import Heading
    from console.domain.grid.row import GridRow
    from console.screens.base import DeckScreen
    from console.widgets.common.styled_text import StyledLine
    from console.widgets.grid.cell_panel import CellPanel
    from console.widgets.grid.partition_grid import PartitionGrid


class ShownCell:
    """What the panel tells of the cell, the heading or the selection under the cursor."""

    def __init__(self, screen: DeckScreen, grid: PartitionGrid, panel: CellPanel) -> None:
        self._screen = screen
        self._grid = grid
        self._panel = panel
        self._at_rest = RestingCell(screen, self.show_detail)
        self._answered_at: tuple[object, ...] | None = None
        """Where the cursor stood when the panel began to show an answer to a key."""

    @property
    def detail(self) -> CellDetail | None:
        """What Dagster told of the cell that the cursor rests on."""
        return self._at_rest.cell

    @property
    def _place(self) -> tuple[object, ...]:
        return self._grid.line, self._grid.column, self._grid.mark

    def answer(self, lines: list[StyledLine]) -> None:
        """Show these lines till the cursor moves."""
        self._answered_at = self._place
        self._panel.show_lines(lines)

    def show(self) -> None:
        """Ask about the cell only when it is another, or looks otherwise now."""
        if self._answered_at == self._place:
            return
        self._answered_at = None
        grid = self._grid
        row, cells = grid.row, grid.chosen_cells
        if grid.mark is not None and cells is not None:
            self._panel.show_lines(selection_lines(cells))
        elif grid.heading is not None:
            self._show_heading(grid.heading)
        elif row is not None and cells is not None:
            if len(row.positions(grid.column)) > 1:
                label = grid.grid.axis_key(grid.column) or row.label(grid.column) or ""
                lines = cells_lines(cells, label, ascii_only=self._screen.ascii_only)
                self._panel.show_lines(lines)
                self._at_rest.leave()
            else:
                self._show_one(row, row.state(grid.column))

    def _show_heading(self, heading: Heading) -> None:
        column = self._grid.column
        label = self._grid.grid.axis_key(column)
        self._panel.show_lines(heading_lines(heading, self.members(heading), column, label))

    def members(self, heading: Heading) -> list[GridRow]:
        """The rows of a group's assets, folded or not."""
        graph, made = self._screen.deployment.graph, self._grid.grid.made
        return [
            lines[0]
            for key, lines in made.items()
            if key in graph and graph[key].group == heading.group
        ]

    def _show_one(self, row: GridRow, state: State) -> None:
        deployment, checks = self._screen.deployment, self._screen.deck.checks
        here = (row.asset, row.partition(self._grid.column))
        outside = state is State.OUTSIDE
        failed = checks.failed.get(row.asset)
        failures = failed.of(here[1]) if failed is not None else ()
        why = deployment.stale_reason(*here) if state is State.STALE else None
        mark = deployment.reading.mark(row.asset)
        earlier = checks.earlier.get(row.asset, ())
        self._panel.show_cell(*here, state, "" if outside else "…", why, failures, mark, earlier)
        self._at_rest.follow(here, state)
        if self._at_rest.cell is not None and not outside:
            self._panel.show_detail(self._at_rest.cell)

    def show_detail(self, cell: CellDetail) -> None:
        """An answer of Dagster; what answers a key stays."""
        if self._grid.mark is None and self._answered_at != self._place:
            self._panel.show_detail(cell)
