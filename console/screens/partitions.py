"""Partitions: the grid of assets × partitions, and what the cell under the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from console.api import run_queries
from console.api.errors import ApiError
from console.domain.grid import GridRow, make_grid
from console.domain.keys import AssetKey, key_text
from console.domain.partitions import ranges_text
from console.domain.status import State
from console.screens.base import DeckScreen
from console.store.failures import Failures
from console.store.signals import Topic
from console.widgets.cell_panel import CellPanel
from console.widgets.partition_grid import PartitionGrid

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from console.api.run_queries import Cell
    from console.app import Deck

CellAddress = tuple[AssetKey, str | None]
REST_SECONDS = 0.15
"""A cursor that rests this long is looked up; one that moves on asks nothing."""


class PartitionsScreen(DeckScreen):
    NAME = "partitions"
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.STATUS, Topic.STRUCTURE, Topic.CONNECTION}
    )

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.grid = PartitionGrid(ascii_only=self.ascii_only)
        self.panel = CellPanel(ascii_only=self.ascii_only)
        self._resting: Timer | None = None
        self._cell: Cell | None = None
        self._shown: tuple[CellAddress | None, State] = (None, State.OUTSIDE)
        self._wanted: AssetKey | None = None
        self._wanted_partition: str | None = None
        self._failures = Failures(deck.deployment)

    def body(self) -> list[Widget]:
        return [self.grid, self.panel]

    def update_view(self) -> None:
        deployment = self.deployment
        self.grid.show_empty(self._empty_text())
        self.grid.show(make_grid(deployment.graph, deployment.keys, deployment.rows))
        if self._wanted is not None and self._wanted in self.grid.grid.rows:
            self._go_to_wanted(self.grid.grid.rows[self._wanted])
        self._show_cell()
        self._show_title()

    def _go_to_wanted(self, line: int) -> None:
        row, partition = self.grid.grid.row(line), self._wanted_partition
        column = row.column(partition) if row is not None and partition is not None else None
        self.grid.go(line, self.grid.column if column is None else column)
        self._wanted = self._wanted_partition = None

    def _empty_text(self) -> str:
        connection, structure = self.deployment.connection, self.deployment.structure
        if structure is None:
            place = self.deployment.client.place
            known = f"nothing known of {place} yet; `dagdeck up` starts a Dagster here, --url names another"
            return known if connection.problem else f"asking Dagster at {place} …"
        if structure.load_errors:
            name, why = next(iter(structure.load_errors.items()))
            return f"code location {name} failed to load: {why}"
        if not len(structure.graph):
            return "this deployment has no assets"
        return "asking for the partitions …"

    def _show_title(self) -> None:
        rows = self.deployment.rows.values()
        failed = sum(row.count(State.FAILED) for row in rows)
        missing = sum(row.count(State.MISSING) for row in rows)
        counts = [f"{failed} failed" if failed else "", f"{missing} missing" if missing else ""]
        self.bar.show_title(" · ".join(["partitions", *filter(None, counts)]))

    # the cell

    def on_partition_grid_moved(self) -> None:
        self._show_cell()

    def _show_cell(self) -> None:
        """Ask about the cell only when it is another, or looks otherwise now."""
        row = self.grid.row
        if self.grid.mark is not None:
            self._show_selection()
        elif row is not None:
            self._show_one(row, row.state(self.grid.column))

    def _show_one(self, row: GridRow, state: State) -> None:
        here = (row.asset, row.partition(self.grid.column))
        outside = state is State.OUTSIDE
        self.panel.show_cell(*here, state, "" if outside else "…")
        if (here, state) != self._shown:
            self._cell = self._cell if here == self._shown[0] else None
            self._shown = (here, state)
            if not outside:
                self._ask_when_resting(here)
        if self._cell is not None and not outside:
            self.panel.show_detail(self._cell)

    def _ask_when_resting(self, here: CellAddress) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(
            REST_SECONDS, lambda: self.run_worker(self._ask(here), group="cell", exclusive=True)
        )

    async def _ask(self, here: CellAddress) -> None:
        """An answer for a cell that was left is dropped."""
        asset, partition = here
        client = self.deployment.client
        try:
            if partition is None:
                cell = (await run_queries.asset_detail(client, asset)).materialization
            else:
                cell = await run_queries.cell(client, asset, partition)
            if self._shown[1] is State.FAILED:
                cell = await self._failures.explain(asset, partition, cell)
        except ApiError as error:
            self.keys.say(str(error), "bad")
            return
        if here == self._shown[0]:
            self._cell = cell
            if self.grid.mark is None:
                self.panel.show_detail(cell)

    def _show_selection(self) -> None:
        columns = self.grid.selection[1]
        rows = self._selected_rows()
        cells = sum(row.state(c) is not State.OUTSIDE for row in rows for c in columns)
        row = self.grid.row
        text = self._ranges(row) if row else ""
        self.panel.show_lines(
            [
                [
                    (
                        f" {len(rows)} assets × {len(columns)} partitions, {cells} cells selected",
                        "text",
                    )
                ],
                [(f" {text}", "dim")],
                [(" b plan a backfill of them   v or esc give it up", "dim")],
            ]
        )

    def _selected_rows(self) -> list[GridRow]:
        found = (self.grid.grid.row(line) for line in self.grid.selection[0])
        return [row for row in found if row is not None]

    def _ranges(self, row: GridRow) -> str:
        if row.keys is None:
            return ""
        positions = (row.position(column) for column in self.grid.selection[1])
        return ranges_text((at for at in positions if at is not None), row.keys.keys)

    # actions

    def show_asset(self, key: AssetKey) -> None:
        self.show_cell(key, None)

    def show_cell(self, key: AssetKey, partition: str | None) -> None:
        self._wanted, self._wanted_partition = key, partition
        self.update_view()

    def action_move(self, lines: int, columns: int) -> None:
        self.grid.move(lines, columns)

    def action_page(self, pages: int) -> None:
        self.grid.page(pages)

    def action_end(self, direction: int) -> None:
        self.grid.go(self.grid.line, 0 if direction < 0 else self.grid.grid.width - 1)

    def action_bad(self, direction: int) -> None:
        if not self.grid.to_bad(direction):
            self.keys.say("no missing, failed or stale cell anywhere", "good")

    def action_select(self) -> None:
        self.grid.toggle_mark()

    def action_go_back(self) -> None:
        self.grid.drop_mark()

    def action_plan(self) -> None:
        row = self.grid.row
        if row is None:
            return
        if (
            self.grid.mark is None
            and row.keys is not None
            and row.partition(self.grid.column) is None
        ):
            self.keys.say(f"{key_text(row.asset)} has no partition here", "warn")
            return
        rows = self._selected_rows()
        self.deck.plan(
            tuple(row.asset for row in rows), self._ranges(next((r for r in rows if r.keys), row))
        )

    def action_open_run(self) -> None:
        cell = self._cell
        run_id = cell and ((cell.last_run.id if cell.last_run else None) or cell.run_id)
        row = self.grid.row
        busy = self._busy_run(row) if row else None
        if busy or run_id:
            self.deck.open_run(str(busy or run_id))
        else:
            self.keys.say("no run is known for this cell", "dim")

    def _busy_run(self, row: GridRow) -> str | None:
        """The run that has the cell in hand, which Dagster's last run of it may not be yet."""
        if row.state(self.grid.column) not in (State.RUNNING, State.QUEUED):
            return None
        partition = row.partition(self.grid.column)
        for run in self.deployment.busy_runs(row.asset):
            span = run.partition_range
            if span is None or row.keys is None or partition is None:
                return run.id
            first, at, last = (
                row.keys.positions.get(key, -1) for key in (span[0], partition, span[1])
            )
            if first <= at <= last:
                return run.id
        return None

    def action_map(self) -> None:
        if self.grid.row is not None:
            self.deck.open_asset("assets", self.grid.row.asset)

    def action_find(self) -> None:
        from console.screens.find import FindScreen

        self.deck.push_screen(FindScreen(self.deck), self._found)

    def _found(self, key: AssetKey | None) -> None:
        if key is not None:
            self.show_asset(key)
