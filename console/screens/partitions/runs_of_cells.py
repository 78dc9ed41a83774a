"""From cells of the grid to the run that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.errors import ApiError
from console.domain.partitions.coverage import covered
from console.domain.status.states import State
from console.store.runs.cell_runs import runs_of

if TYPE_CHECKING:
    from console.domain.grid.details import CellDetail
    from console.domain.grid.row import GridRow
    from console.domain.grid.selection import Cells
    from console.screens.base import DeckScreen


class RunsOfCells:
    """Opens the run of one cell, or lets somebody choose among those of many."""

    def __init__(self, screen: DeckScreen) -> None:
        self._screen = screen

    def open(
        self, cells: Cells | None, row: GridRow | None, column: int, detail: CellDetail | None
    ) -> None:
        """Open the run of the cells; of a single one, `detail` is what Dagster told of it."""
        if cells is not None and cells.count > 1:
            self._screen.run_worker(self._ask(cells), group="runs", exclusive=True)
            return
        run_id = (self._busy_run(row, column) if row else None) or _last_run(detail)
        if run_id:
            self._screen.deck.open_run(run_id)
        else:
            self._screen.keys.say("no run is known for this cell", "dim")

    async def _ask(self, cells: Cells) -> None:
        from console.screens.modals.cell_runs import CellRunsScreen

        screen = self._screen
        screen.keys.say("asking which runs made these …", "dim")
        try:
            found = await runs_of(screen.deployment, cells)
        except ApiError as error:
            screen.keys.say(str(error), "bad")
            return
        screen.keys.hush()
        if not found:
            screen.keys.say("no run is known for these cells", "dim")
        elif len(found) == 1:
            screen.deck.open_run(found[0].run.id)
        else:
            window = CellRunsScreen(found, ascii_only=screen.ascii_only)
            screen.deck.push_screen(window, self._chosen)

    def _chosen(self, run_id: str | None) -> None:
        if run_id is not None:
            self._screen.deck.open_run(run_id)

    def _busy_run(self, row: GridRow, column: int) -> str | None:
        """The run that has the cell in hand, which Dagster's last run of it may not be yet."""
        if row.state(column) not in (State.RUNNING, State.QUEUED):
            return None
        places = set(row.positions(column))
        for run in self._screen.deployment.busy_runs(row.asset):
            cells = covered(run, row.keys)
            if cells is None or places.intersection(cells):
                return run.id
        return None


def _last_run(detail: CellDetail | None) -> str | None:
    if detail is None:
        return None
    return (detail.last_run.id if detail.last_run else None) or detail.run_id
