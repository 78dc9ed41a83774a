"""Partitions: the grid of assets × partitions, and what the cell under the cursor is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from console.domain.assets.keys import AssetKey, key_text
from console.domain.errors import ApiError
from console.domain.grid.grid import Grid, GridView, Heading, Order, make_grid
from console.domain.grid.selection import Cells, completion, joined_ranges
from console.domain.partitions.coverage import covered
from console.domain.reading import MARK
from console.domain.selection.evaluation import BadSelection, select_some
from console.domain.status.states import State
from console.domain.web_address import Place
from console.screens.base import DeckScreen
from console.screens.openings import Opening, PlanCells, ShowAsset, ShowCell
from console.screens.partitions.bad_cells import positions_of
from console.screens.partitions.cell_metrics import CellMetricsView
from console.screens.partitions.resting_cell import RestingCell
from console.store.runs.cell_runs import runs_of
from console.store.signals import Topic
from console.widgets.common.prompt import Prompt
from console.widgets.grid.cell_panel import CellPanel
from console.widgets.grid.cell_words import cells_lines, heading_lines, selection_lines
from console.widgets.grid.modes import ModesLine, modes
from console.widgets.grid.partition_grid import PartitionGrid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.widgets import Input

    from console.app import Deck
    from console.domain.grid.details import CellDetail
    from console.domain.grid.row import GridRow

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
        self.selection = ""
        """The text that chooses the assets, in Dagster's selection syntax."""
        self._at_rest = RestingCell(self, self._show_answer)
        self._wanted: tuple[AssetKey, str | None] | None = None
        self._answered_at: tuple[object, ...] | None = None
        """Where the cursor stood when the panel began to show what was copied."""
        self._why_nothing = ""
        """Why the selection can't be told, in a sentence."""

    def body(self) -> list[Widget]:
        return [self.modes, self.grid, self.panel]

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.going
        yield self.choosing

    # what is shown

    def update_view(self) -> None:
        self.grid.show_empty(self._empty_text())
        self._choose_again()
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
            self._filtered_view(),
            self.deck.checks.failed,
            self.grid.grid,
            deployment.reading.unread(self._wanted_assets()),
        )

    def _filtered_view(self) -> GridView:
        if not self.filtered:
            return self.view
        names = (
            (key, asset.name, asset.group) for key, asset in self.deployment.graph.assets.items()
        )
        kept = frozenset(key for key, *texts in names if self.keeps(*texts))
        chosen = self.view.chosen
        return replace(self.view, chosen=kept if chosen is None else kept & chosen)

    def _wanted_assets(self) -> Iterable[AssetKey]:
        """The assets that the view chooses among, hidden ones included."""
        graph, chosen = self.deployment.graph, self.view.chosen
        return graph.order if chosen is None else (key for key in graph.order if key in chosen)

    def _look(self, view: GridView) -> None:
        """Show the same deployment in another way."""
        self.view = view
        self.update_view()

    def _choose_again(self) -> None:
        """Evaluate the selection anew, as the deployment may have changed."""
        if self.selection:
            try:
                self.view = replace(self.view, chosen=self._chosen(self.selection))
            except BadSelection as error:
                self.view = replace(self.view, chosen=frozenset())
                self._why_nothing = str(error)
            else:
                self._why_nothing = ""

    def _chosen(self, text: str) -> frozenset[AssetKey]:
        """Raises BadSelection."""
        known = self.facts() if "status" in text.lower() else None
        found = select_some(text, self.deployment.graph, known, sources=True)
        return frozenset(found)

    def _empty_text(self) -> str:
        connection, structure = self.deployment.connection, self.deployment.structure
        if structure is None:
            place = self.deployment.client.place
            known = f"nothing known of {place} yet; `dagdeck up` starts a Dagster here, --url names another"
            return known if connection.problem else f"asking Dagster at {place} …"
        if not len(structure.graph):
            return structure.why_empty
        if not self.deployment.rows:
            return "asking for the partitions …"
        if self.selection and self._why_nothing:
            return self._why_nothing
        reading = self.deployment.reading.unread(self._wanted_assets())
        if reading:
            return f"nothing so far; reading {len(reading)} assets …"
        if self.filtered:
            return "no asset in sight is kept by the filter; esc shows all again"
        if self.view.only_bad:
            return "no asset in sight has a missing, failed or stale partition; B shows all again"
        return f"`{self.selection}` selects no asset now; s selects others"

    def _show_title(self) -> None:
        grid, rows = self.grid.grid, self.deployment.rows
        unread = self.deployment.reading.unread(self._wanted_assets())
        mark = MARK if unread else ""
        left_out = f"{grid.left_out} of {grid.left_out + len(grid.made)} left out{mark}"
        of = len(set(self._wanted_assets()) & set(rows))
        filtered = self.filter_words(len(grid.made), of, all_read=not unread)
        structure = self.deployment.structure
        unseen = structure.unseen if structure else ""
        reading = f"reading {len(unread)} …" if unread else ""
        words = [
            unseen,
            filtered,
            self.deployment.staleness.words or reading,
            *(f"{text}{mark}" for text in grid.tally.words),
            left_out if grid.left_out else "",
        ]
        self._show_modes()
        self.panel.show_caption(self.second.legend())
        self.bar.show_title(" · ".join(["partitions", *filter(None, words)]))

    def _show_modes(self) -> None:
        lines, columns = self.grid.selection
        marked = (len(lines), len(columns)) if self.grid.mark is not None else None
        values = self.second.words
        self.modes.show_modes(
            modes(self.view, selection=self.selection, values=values, marked=marked)
        )

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
        cells, row = self._cells(), self.grid.row
        if cells is None or row is None:
            return Place(page="assets")
        text = joined_ranges(cells)
        single = bool(text) and "..." not in text and "," not in text
        return Place(asset=row.asset, partition=text if single else None)

    # the cell

    def _cells(self) -> Cells | None:
        """The selected cells, or the cell under the cursor."""
        lines, columns = self.grid.selection
        grid = self.grid.grid
        rows = [row for line in lines if (row := grid.row(line)) is not None]
        return Cells(tuple(rows), columns) if rows else None

    def _cursor_moved(self) -> None:
        self.forget_note()
        self._show_modes()
        self._show_cell()

    @property
    def _place(self) -> tuple[object, ...]:
        return self.grid.line, self.grid.column, self.grid.mark

    def _show_cell(self) -> None:
        """Ask about the cell only when it is another, or looks otherwise now."""
        self.second.read_when_scrolled()
        if self._answered_at == self._place:
            return
        self._answered_at = None
        row, heading, column = self.grid.row, self.grid.heading, self.grid.column
        cells = self._cells()
        if self.grid.mark is not None and cells is not None:
            self.panel.show_lines(selection_lines(cells))
        elif heading is not None:
            members = self._members(heading)
            label = self.grid.grid.axis_key(column)
            self.panel.show_lines(heading_lines(heading, members, column, label))
        elif row is not None and cells is not None:
            if len(row.positions(column)) > 1:
                label = self.grid.grid.axis_key(column) or row.label(column) or ""
                self.panel.show_lines(cells_lines(cells, label, ascii_only=self.ascii_only))
                self._at_rest.leave()
            else:
                self._show_one(row, row.state(column))

    def _members(self, heading: Heading) -> list[GridRow]:
        graph, made = self.deployment.graph, self.grid.grid.made
        return [
            lines[0]
            for key, lines in made.items()
            if key in graph and graph[key].group == heading.group
        ]

    def _show_one(self, row: GridRow, state: State) -> None:
        here = (row.asset, row.partition(self.grid.column))
        outside = state is State.OUTSIDE
        failed = self.deck.checks.failed.get(row.asset)
        checks = failed.of(here[1]) if failed is not None else ()
        why = self.deployment.stale_reason(*here) if state is State.STALE else None
        mark = self.deployment.reading.mark(row.asset)
        earlier = self.deck.checks.earlier.get(row.asset, ())
        self.panel.show_cell(*here, state, "" if outside else "…", why, checks, mark, earlier)
        self._at_rest.follow(here, state)
        if self._at_rest.cell is not None and not outside:
            self.panel.show_detail(self._at_rest.cell)

    def _show_answer(self, cell: CellDetail) -> None:
        if self.grid.mark is None and self._answered_at != self._place:
            self.panel.show_detail(cell)

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
            self.selection = ""
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
        self.choosing.ask(self.selection)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The cursor goes along with what is typed."""
        if event.input is self.going and event.value:
            found = completion(event.value, self._labels())
            if found is None:
                self.panel.show_lines([[], [(f" no partition is like `{event.value}`", "warn")]])
            else:
                self._go_to_label(found)
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
            chosen = self._chosen(text) if text else None
        except BadSelection as error:
            self.panel.show_lines([[("", "dim")], [(f" {error}", "bad")]])
            return False
        self.selection = text
        self._look(replace(self.view, chosen=chosen))
        return True

    def _labels(self) -> list[str]:
        """The keys that can be gone to: the line's own, else the axis'."""
        row = self.grid.row
        if row is not None and row.lane is not None:
            return list(row.lane.keys.keys)
        return list(self.grid.grid.axis.keys.keys)

    def _go_to_label(self, label: str) -> None:
        row, grid = self.grid.row, self.grid.grid
        column = row.column(label) if row is not None else None
        if column is None and (at := grid.axis.column_of(label)) is not None:
            column = at + grid.width - len(grid.axis)
        if column is not None:
            self.grid.go(self.grid.line, column)

    # what is done with cells

    def _cells_or_say(self) -> Cells | None:
        cells = self._cells()
        heading = self.grid.heading
        if heading is not None and self.grid.mark is None:
            columns = range(self.grid.column, self.grid.column + 1)
            cells = Cells(tuple(self._members(heading)), columns)
        if cells is None or not cells.count:
            name = f"{key_text(cells.rows[0].asset)} has" if cells else "there is"
            self.keys.say(f"{name} no partition here", "warn")
            return None
        return cells

    def action_plan(self) -> None:
        cells = self._cells_or_say()
        if cells is not None:
            self.deck.plan(cells.assets, cells.partitions)

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

        cells = self._cells() if self.grid.mark is not None else None
        within = positions_of(cells) if cells is not None else None
        keys = list(self.grid.grid.made if within is None else within)
        screen = BadScreen(self.deck, keys, within, ascii_only=self.ascii_only)
        self.deck.push_screen(screen, self._plan_chosen)

    def _plan_chosen(self, cells: PlanCells | None) -> None:
        if cells is not None:
            self.deck.open("planner", cells)

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
        self._answered_at = self._place
        what = f"{cells.count} {state.word if state else 'selected'}"
        self.panel.show_lines(
            [
                [(f" {what} partitions, copied where the terminal lets it:", "dim")],
                [(f" {text}", "text")],
            ]
        )

    def action_open_run(self) -> None:
        cells, row = self._cells(), self.grid.row
        if self.grid.heading is not None and self.grid.mark is None:
            self.action_fold()
            return
        if cells is not None and cells.count > 1:
            self.run_worker(self._open_runs(cells), group="runs", exclusive=True)
            return
        cell = self._at_rest.cell
        run_id = cell and ((cell.last_run.id if cell.last_run else None) or cell.run_id)
        busy = self._busy_run(row) if row else None
        if busy or run_id:
            self.deck.open_run(str(busy or run_id))
        else:
            self.keys.say("no run is known for this cell", "dim")

    async def _open_runs(self, cells: Cells) -> None:
        """The one run of the chosen cells, or a list to choose from."""
        from console.screens.modals.cell_runs import CellRunsScreen

        self.keys.say("asking which runs made these …", "dim")
        try:
            found = await runs_of(self.deployment, cells)
        except ApiError as error:
            self.keys.say(str(error), "bad")
            return
        self.keys.hush()
        if not found:
            self.keys.say("no run is known for these cells", "dim")
        elif len(found) == 1:
            self.deck.open_run(found[0].run.id)
        else:
            self.deck.push_screen(
                CellRunsScreen(found, ascii_only=self.ascii_only), self._run_chosen
            )

    def _run_chosen(self, run_id: str | None) -> None:
        if run_id is not None:
            self.deck.open_run(run_id)

    def _busy_run(self, row: GridRow) -> str | None:
        """The run that has the cell in hand, which Dagster's last run of it may not be yet."""
        if row.state(self.grid.column) not in (State.RUNNING, State.QUEUED):
            return None
        places = set(row.positions(self.grid.column))
        for run in self.deployment.busy_runs(row.asset):
            cells = covered(run, row.keys)
            if cells is None or places.intersection(cells):
                return run.id
        return None

    def action_map(self) -> None:
        if self.grid.row is not None:
            self.deck.open_asset("assets", self.grid.row.asset)
