"""Partitions: the grid of assets × partitions, and what the cell under the cursor is."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from console.domain.assets.keys import AssetKey, key_text
from console.domain.grid.grid import Grid, GridView, Order, make_grid
from console.domain.grid.selection import Cells, completion, joined_ranges
from console.domain.selection.evaluation import BadSelection
from console.domain.status.states import State
from console.domain.web_address import Place
from console.screens.base import DeckScreen, of_the_lit_row
from console.screens.openings import Opening, PlanCells, ShowAsset, ShowCell
from console.screens.partitions.asset_choice import AssetChoice
from console.screens.partitions.bad_cells import positions_of
from console.screens.partitions.cell_metrics import CellMetricsView
from console.screens.partitions.grid_words import empty_text, title
from console.screens.partitions.runs_of_cells import RunsOfCells
from console.screens.partitions.shown_cell import ShownCell
from console.store.needs import in_time
from console.store.signals import Topic
from console.widgets.common.prompt import Prompt
from console.widgets.grid.cell_panel import CellPanel
from console.widgets.grid.kept_place import column_of, labels_of
from console.widgets.grid.modes import ModesLine, modes
from console.widgets.grid.partition_grid import PartitionGrid

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.widgets import Input

    from console.app import Deck

FAILED_ONLY = frozenset({State.FAILED})


class PartitionsScreen(DeckScreen):
    NAME = "partitions"
    TAKES = frozenset({ShowAsset, ShowCell})
    FILTERS = True
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.STATUS, Topic.STRUCTURE, Topic.CONNECTION}
    )

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.grid = PartitionGrid(ascii_only=self.ascii_only, moved=self._cursor_moved)
        self.panel = CellPanel(ascii_only=self.ascii_only)
        self.modes = ModesLine(ascii_only=self.ascii_only)
        self.going = Prompt("a partition, or how it begins; enter goes there", id="going")
        self.choosing = Prompt(
            'assets: group:marts, key:"dlt_*"+, +x, not …; empty for all', id="choosing"
        )
        self.view = GridView()
        self.second = CellMetricsView(deck, self.grid, ascii_only=self.ascii_only)
        self.choice = AssetChoice(self)
        self.shown = ShownCell(self, self.grid, self.panel)
        self._runs = RunsOfCells(self)
        self._wanted: tuple[AssetKey, str | None] | None = None

    @property
    def lines(self) -> PartitionGrid:
        """What `of_the_lit_row` asks."""
        return self.grid

    def body(self) -> list[Widget]:
        return [self.modes, self.grid, self.panel]

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.going
        yield self.choosing

    # what is shown

    def update_view(self) -> None:
        self.view = self.choice.choose_again(self.view)
        self.grid.show_empty(empty_text(self.deployment, self.choice, self.view))
        self.grid.show(self._make_grid())
        if self.deployment.staleness.show_first(self.grid.grid.rows):
            self.deck.poller.wake()
        self._go_to_wanted()
        self.second.read()
        self._show_cell()
        self._show_title()

    def _make_grid(self) -> Grid:
        deployment = self.deployment
        return make_grid(
            deployment.graph,
            deployment.keys,
            deployment.rows,
            self.choice.filtered(self.view),
            self.deck.checks.failed,
            self.grid.grid,
            self.choice.unread(self.view),
            in_time(deployment, time.time()),
        )

    def _look(self, view: GridView) -> None:
        """Show the same deployment in another way."""
        self.view = view
        self.update_view()
        self.grid.take_place()

    def show_filtered(self) -> None:
        self._look(self.view)

    def _show_title(self) -> None:
        self._show_modes()
        self.panel.show_caption(self.second.legend())
        titles = title(
            self.deployment, self.choice, self.view, self.grid.grid, ascii_only=self.ascii_only
        )
        self.bar.show_title(*titles)

    def _show_modes(self) -> None:
        lines, columns = self.grid.selection
        marked = (len(lines), len(columns)) if self.grid.mark is not None else None
        values = self.second.words
        selection = self.choice.selection
        self.modes.show_modes(modes(self.view, selection=selection, values=values, marked=marked))

    def _go_to_wanted(self) -> None:
        if self._wanted is None:
            return
        asset, partition = self._wanted
        line = self.grid.grid.rows.get(asset)
        if line is None:
            return
        row = self.grid.grid.row(line)
        column = row.column_of(partition) if row is not None and partition is not None else None
        self.grid.go(line, self.grid.column if column is None else column)
        self._wanted = None

    def place(self) -> Place:
        cells, row = self.grid.chosen_cells, self.grid.row
        if cells is None or row is None:
            return Place(page="assets")
        text = joined_ranges(cells)
        single = bool(text) and "..." not in text and "," not in text
        return Place(asset=row.asset, partition=text if single else None)

    # the cell

    def _cursor_moved(self) -> None:
        self.forget_note()
        self._show_modes()
        self._show_cell()

    def _show_cell(self) -> None:
        self.second.read_when_scrolled()
        self.shown.show()

    def action_read(self) -> None:
        self.second.choose_next()
        self.update_view()

    # moving

    def take(self, opening: Opening) -> None:
        match opening:
            case ShowAsset(asset):
                self.show_cell(asset, None)
            case ShowCell(asset, partition):
                self.show_cell(asset, partition)
            case _:
                super().take(opening)

    def show_cell(self, key: AssetKey, partition: str | None) -> None:
        """Bring a cell into view, whatever the view hides."""
        self._wanted = (key, partition)
        if key not in self.grid.grid.rows and key in self.deployment.graph:
            self.choice.selection = ""
            if self.filter_line is not None:
                self.filter_line.take("")
            group = self.deployment.graph[key].group
            folded = self.view.folded - {group}
            self.view = replace(self.view, chosen=None, only_bad=False, folded=folded)
        self.update_view()

    def action_move(self, lines: int, columns: int) -> None:
        self.grid.move(lines, columns)

    def action_page(self, pages: int) -> None:
        self.grid.page(pages)

    def action_page_lines(self, pages: int) -> None:
        self.grid.page_lines(pages)

    def action_end(self, direction: int) -> None:
        self.grid.go(self.grid.line, 0 if direction < 0 else self.grid.grid.width - 1)

    def action_bad(self, direction: int) -> None:
        found = self.grid.grid.next_bad(self.grid.line, self.grid.column, direction)
        self._go_to_bad(found, "no missing, failed or stale cell anywhere")

    def action_bad_across(self, direction: int) -> None:
        line = self.grid.line
        column = self.grid.grid.next_bad_across(line, self.grid.column, direction)
        where = "after" if direction > 0 else "before"
        found = None if column is None else (line, column)
        self._go_to_bad(found, f"no bad cell {where} this one in its line")

    def action_bad_along(self, direction: int) -> None:
        column = self.grid.column
        line = self.grid.grid.next_bad_along(self.grid.line, column, direction)
        where = "below" if direction > 0 else "above"
        found = None if line is None else (line, column)
        self._go_to_bad(found, f"no bad cell {where} this one in its column")

    def _go_to_bad(self, found: tuple[int, int] | None, otherwise: str) -> None:
        if found is None:
            self.keys.say(otherwise, "good" if "anywhere" in otherwise else "dim")
        else:
            self.keys.hush()
            self.grid.go(*found)

    def action_select(self) -> None:
        self.grid.toggle_mark()

    def step_back(self) -> bool:
        return self.grid.drop_mark() or super().step_back()

    # another look at the same

    def action_zoom(self, direction: int) -> None:
        """A column holds more time, or less."""
        grid = self.grid.grid
        if not grid.levels:
            self.keys.say("no partitions here are times: there is nothing to zoom", "dim")
            return
        now = grid.level
        wider = [level for level in grid.levels if (level > now if direction > 0 else level < now)]
        if wider:
            self.keys.hush()
            self._look(replace(self.view, level=wider[0] if direction > 0 else wider[-1]))
        else:
            self.keys.say(f"a column is a {now.word} already", "dim")

    def action_only_bad(self) -> None:
        self._look(replace(self.view, only_bad=not self.view.only_bad))

    def action_order(self) -> None:
        orders = list(Order)
        self._look(
            replace(self.view, order=orders[(orders.index(self.view.order) + 1) % len(orders)])
        )

    @of_the_lit_row
    def action_fold(self) -> None:
        """Fold the group of the cursor's line, or unfold it."""
        group = self.grid.grid.group_of(self.grid.line)
        if self.view.order is Order.BADNESS:
            self.keys.say("there are no groups in this order: o shows another", "dim")
        else:
            self._look(replace(self.view, folded=self.view.folded ^ {group}))

    def action_fold_all(self) -> None:
        groups = frozenset(asset.group for asset in self.deployment.graph.assets.values())
        self._look(replace(self.view, folded=frozenset() if self.view.folded else groups))

    @of_the_lit_row
    def action_open(self) -> None:
        """A line for each key of the second dimension, or no more."""
        row = self.grid.row
        if self.grid.heading is not None:
            self.action_fold()
        elif row is None or not (row.opens or row.secondary is not None):
            self.keys.say("only an asset of two dimensions has more lines", "dim")
        else:
            self._look(replace(self.view, opened=self.view.opened ^ {row.asset}))

    def action_go_to(self) -> None:
        self.going.ask()

    def action_filter(self) -> None:
        self.choosing.ask(self.choice.selection)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The cursor goes along with what is typed."""
        if event.input is self.going and event.value:
            found = completion(event.value, labels_of(self.grid.grid, self.grid.line))
            if found is None:
                self.panel.show_lines([[], [(f" no partition is like `{event.value}`", "warn")]])
                return
            column = column_of(self.grid.grid, self.grid.line, found)
            if column is not None:
                self.grid.go(self.grid.line, column)
            self._show_cell()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self.choosing and not self._select(event.value.strip()):
            return
        event.stop()
        self.going.hide()
        self.choosing.hide()
        self.set_focus(self.grid)

    def on_prompt_cancelled(self, _: Prompt.Cancelled) -> None:
        self.set_focus(self.grid)

    def _select(self, text: str) -> bool:
        """Show only what the text selects; whether it could be."""
        try:
            chosen = self.choice.select(text)
        except BadSelection as error:
            self.panel.show_lines([[("", "dim")], [(f" {error}", "bad")]])
            return False
        self._look(replace(self.view, chosen=chosen))
        return True

    # what is done with cells

    def _cells_or_say(self) -> Cells | None:
        cells, heading = self.grid.chosen_cells, self.grid.heading
        if heading is not None and self.grid.mark is None:
            columns = range(self.grid.column, self.grid.column + 1)
            cells = Cells(tuple(self.shown.members(heading)), columns)
        if cells is None or not cells.count:
            name = f"{key_text(cells.rows[0].asset)} has" if cells else "there is"
            self.keys.say(f"{name} no partition here", "warn")
            return None
        return cells

    def assets_to_plan(self) -> Collection[AssetKey]:
        cells, heading = self.grid.chosen_cells, self.grid.heading
        if heading is not None and self.grid.mark is None:
            return {row.asset for row in self.shown.members(heading)}
        return {row.asset for row in cells.rows} if cells else ()

    @of_the_lit_row
    def action_plan(self) -> None:
        cells = self._cells_or_say()
        if cells is not None:
            self.deck.plan(cells.assets, cells.partitions)

    @of_the_lit_row
    def action_plan_failed(self) -> None:
        """Plan the failed ones among the selected cells; of one cell, all of its line."""
        cells = self._cells_or_say()
        if cells is None:
            return
        if self.grid.mark is None:
            cells = replace(cells, columns=range(self.grid.grid.width))
        failed = cells.only(FAILED_ONLY)
        if failed.count:
            self.deck.plan(failed.assets, failed.partitions, FAILED_ONLY)
        else:
            self.keys.say("none of these partitions failed", "good")

    def action_all_bad(self) -> None:
        """Everything bad in the selection, else in sight, as one text."""
        from console.screens.modals.bad import BadScreen

        cells = self.grid.chosen_cells if self.grid.mark is not None else None
        within = positions_of(cells) if cells is not None else None
        keys = list(self.grid.grid.made if within is None else within)
        screen = BadScreen(self.deck, keys, within, ascii_only=self.ascii_only)
        self.deck.push_screen(screen, self._plan_chosen)

    def _plan_chosen(self, cells: PlanCells | None) -> None:
        if cells is not None:
            self.deck.open("planner", cells)

    @of_the_lit_row
    def action_copy(self) -> None:
        """The partitions in the state of the cell under the cursor, as text."""
        cells = self._cells_or_say()
        row = self.grid.row
        if cells is None or row is None:
            return
        if self.grid.mark is None:
            state = row.state(self.grid.column)
            cells = replace(cells, columns=range(self.grid.grid.width)).only(frozenset({state}))
        else:
            state = None
        text = joined_ranges(cells)
        self.deck.copy_to_clipboard(text)
        what = f"{cells.count} {state.word if state else 'selected'}"
        self.shown.answer(
            [
                [(f" {what} partitions, copied where the terminal lets it:", "dim")],
                [(f" {text}", "text")],
            ]
        )

    @of_the_lit_row
    def action_open_run(self) -> None:
        if self.grid.heading is not None and self.grid.mark is None:
            self.action_fold()
        else:
            self._runs.open(
                self.grid.chosen_cells, self.grid.row, self.grid.column, self.shown.detail
            )

    @of_the_lit_row
    def action_map(self) -> None:
        if self.grid.row is not None:
            self.deck.open_asset("assets", self.grid.row.asset)
