"""The planner: choose cells, see what would happen to each and why, launch just that."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from console.domain.errors import ApiError
from console.domain.partitions.keys import (
    BadPartitions,
)
from console.domain.runs.run import MOST_PARALLEL
from console.domain.selection.evaluation import BadSelection, joined
from console.domain.status.states import State
from console.domain.text import cut
from console.domain.web_address import Place
from console.planner.folded import AssetLine, CellsLine, PlanLine
from console.planner.request import Request
from console.screens.base import DeckScreen, of_the_lit_row
from console.screens.modals.termination import ask_to_cancel
from console.screens.modals.text import TextScreen
from console.screens.openings import Opening, PlanCells, PlanLeft, WatchBackfill
from console.screens.planner.head import (
    PlanHead,
    request_lines,
    result_lines,
    rule_line,
)
from console.screens.planner.launching import PlanLaunch
from console.screens.planner.partitions import known_or_newest, named_or_newest, newest
from console.screens.planner.request_questions import RequestQuestions
from console.screens.planner.shown_plan import ShownPlan
from console.screens.planner.states_now import states_now
from console.store.planning import launch, resume, selection
from console.store.runs.backfill_watch import BackfillWatch
from console.store.signals import Topic
from console.widgets.common.line_list import LineList
from console.widgets.common.question import Question
from console.widgets.common.styled_text import StyledLine
from console.widgets.planner.backfill_lines import (
    asset_progress,
    asset_progress_line,
    backfill_head,
)
from console.widgets.planner.plan_lines import plan_line, why_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.store.planning.launch import Preview


class PlannerScreen(DeckScreen):
    CSS_PATH = "screen.tcss"
    NAME = "planner"
    TAKES = frozenset({PlanCells, PlanLeft, WatchBackfill})
    TOPICS: ClassVar[frozenset[Topic]] = frozenset({Topic.STATUS, Topic.STRUCTURE, Topic.RUNS})

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.head = PlanHead()
        self.shown = ShownPlan()
        self.lines = LineList(self._draw, row=self.shown.row)
        self.question = Question()
        self.launching = PlanLaunch(self)
        self.questions = RequestQuestions(self, self.question)
        self.request = Request((), ())
        self.selection = ""
        """What selects the assets of the request, as it was written."""
        self.problem = ""
        self.planning = False
        self._how_far = ""
        """What of the plan is being read, in words."""
        self.launched: BackfillWatch | None = None
        self.outcome: tuple[str, str] | None = None
        self._waiting: Callable[[], None] | None = None
        """What was asked for and can't be planned before more has been read."""

    @property
    def preview(self) -> Preview | None:
        """The plan on screen."""
        return self.shown.preview

    def body(self) -> list[Widget]:
        return [self.head, self.lines, self.question]

    def on_mount(self) -> None:
        self._forget_launch = self.deck.launcher.signals.listen(lambda _: self.launching.told())

    def on_unmount(self) -> None:
        self._forget_launch()

    # what is asked

    def take(self, opening: Opening) -> None:
        """Change only those parts of the request that the opening names."""
        match opening:
            case PlanCells():
                self._when_read(lambda: self._plan_cells(opening))
            case PlanLeft(backfill):
                self._stop_watching()
                self.planning, self._how_far = True, "reading what is left of the backfill"
                self.in_background(partial(self._plan_left, backfill), "plan")
            case WatchBackfill(backfill):
                self.watch_backfill(backfill)
            case _:
                super().take(opening)

    def _plan_cells(self, wanted: PlanCells) -> None:
        keys = selection.shared_keys(self.deployment, wanted.assets)
        try:
            chosen = known_or_newest(keys, wanted.partitions)
        except BadPartitions as error:
            self.keys.say(str(error), "bad")
            return
        self.selection = joined(wanted.assets)
        request = replace(
            self.request,
            assets=wanted.assets,
            partitions=chosen,
            within=None,
            excluded=frozenset(),
            only=None,
        )
        if wanted.states is not None:
            request = replace(request, run_states=wanted.states, downstream=False)
        self._ask(request)

    async def _plan_left(self, backfill: str) -> None:
        """The cells that it targets and that no run of it has made."""
        try:
            left = await resume.left_of(self.deployment, backfill)
        except (ApiError, selection.NothingToPartition) as error:
            self.planning = False
            self.keys.say(str(error), "warn")
            self.update_view()
            return
        self.selection = joined(left.assets)
        states = self.request.run_states
        self._ask(replace(left, run_states=states, parallel=self.request.parallel))

    def _when_read(self, ask: Callable[[], None]) -> None:
        """Ask it now, or as soon as the partitions that it needs have been read."""
        self._waiting = None
        try:
            ask()
        except selection.StillReading as error:
            self._waiting = ask
            self.show_plan(None)
            self.keys.say(f"{error} …", "dim")
        except (BadSelection, selection.NothingToPartition) as error:
            self.keys.say(str(error.args[0]), "bad")

    def _told(self, topic: Topic) -> None:
        super()._told(topic)
        if self._waiting is not None and self.is_current:
            self._when_read(self._waiting)
        if topic is Topic.STRUCTURE and self.launched is None and self._something_is_gone():
            self._ask(self.request)

    def _something_is_gone(self) -> bool:
        planned = self.preview.plan.by_id if self.preview else ()
        return any(asset not in self.deployment.graph for asset, _ in planned)

    def watch_backfill(self, backfill_id: str) -> None:
        """Show how a backfill goes on; of one launched elsewhere there is no plan to show."""
        if self.launched is None or self.launched.id != backfill_id:
            self._stop_watching()
            self.request, self.selection, self.problem = Request((), ()), "", ""
            self.outcome, self.planning = None, False
            self.launching.forget()
            self.follow_backfill(backfill_id)
            self.show_plan(None)

    def _ask(self, request: Request) -> None:
        """Every change of the request is planned anew; nothing is launched by it."""
        self.request = request
        self._stop_watching()
        self.outcome = None
        self.keys.hush()
        quick = self._replanned(request)
        if quick is not None:
            self._show_replanned(quick)
        elif request.assets:
            self.planning, self._how_far = True, ""
            self.run_worker(self._plan(request), group="plan", exclusive=True)
        self.update_view()

    def _replanned(self, request: Request) -> Preview | None:
        shown = self.preview
        return launch.replanned(self.deployment, shown, request) if shown else None

    def _show_replanned(self, made: Preview) -> None:
        """Nothing is read; only where other assets would run, what stands in their way is asked."""
        before = self.preview
        self.planning, self.problem = False, ""
        self.show_plan(made)
        if before is None or _launched_by(before) != _launched_by(made):
            self.run_worker(self._ask_obstacles(made), group="plan", exclusive=True)

    async def _ask_obstacles(self, made: Preview) -> None:
        try:
            told = await launch.with_obstacles(self.deployment, made)
        except ApiError as error:
            self.keys.say(str(error), "bad")
            return
        if self.preview is made:
            self.show_plan(told)

    async def _plan(self, request: Request) -> None:
        try:
            preview = await launch.preview(
                self.deployment, request, partial(self._tell_how_far, request)
            )
            self.problem = ""
        except (ApiError, BadPartitions, selection.NothingToPartition) as error:
            preview, self.problem = None, str(error)
        if request is self.request:
            self.planning = False
            self.show_plan(preview)

    def _tell_how_far(self, request: Request, words: str) -> None:
        """Reading what the plan rests on has come so far."""
        if request is self.request:
            self._how_far = words
            self.head.show(self._head_lines())

    def show_plan(self, preview: Preview | None) -> None:
        here = self.shown.row(self.lines.cursor)
        self.shown.show(preview)
        place = self.shown.place_of(here)
        self.lines.cursor = self.lines.cursor if place is None else place
        self.lines.set_count(len(self.shown.lines))
        self.update_view()

    # what is shown

    def update_view(self) -> None:
        self.head.show(self._head_lines())
        self.lines.show_empty(self._empty_text())
        self.lines.refresh_lines_at(*self.shown.assets_at())
        launched = f"backfill {self.launched.id}" if self.launched else "nothing launched yet"
        self.bar.show_title(f"planner · {launched}")

    def _empty_text(self) -> str:
        if self.problem:
            return ""
        if self._waiting is not None:
            return "still reading what this plan rests on …"
        if self.launched is not None and self.preview is None:
            return "reading how the backfill goes on …"
        if not self.request.assets:
            return "choose assets with a, or press b on an asset or a selection of partitions"
        return "planning …" if self.planning else "no cell in question"

    def _head_lines(self) -> list[StyledLine]:
        width, watched = max(self.size.width, 20), self.launched
        result = self._result_lines(width)
        if watched is not None and not self.request.assets:
            return [*backfill_head(watched, width), *result]
        keys = self.questions.keys_of(self.request)
        rule = rule_line(width, ascii_only=self.ascii_only)
        return [*request_lines(self.request, self.selection, keys, width), rule, *result]

    def _result_lines(self, width: int) -> list[StyledLine]:
        if self.problem:
            return [[(f" {cut(self.problem, width - 2)}", "bad")]]
        if self.planning:
            return [[(cut(f" {self._how_far} …", width), "dim")]] if self._how_far else []
        if self.preview is None and self.launched is None:
            return []
        parts = self.preview, self.launched, self.outcome
        lines = result_lines(*parts, width, ascii_only=self.ascii_only)
        return [*lines, rule_line(width, ascii_only=self.ascii_only)]

    def _draw(self, index: int, width: int) -> StyledLine:
        if self.preview is None and self.launched is not None:
            return asset_progress_line(*asset_progress(self.launched)[index], width)
        line = self.shown.lines[index]
        states = (
            states_now(self.deployment, line, launched=self.launched is not None)
            if isinstance(line, AssetLine)
            else []
        )
        return plan_line(line, width, states, ascii_only=self.ascii_only)

    # actions that change the request

    def action_edit_assets(self) -> None:
        self.questions.ask_assets(self.selection, self._take_assets)

    def _take_assets(self, text: str) -> None:
        self._when_read(lambda: self._ask_for_selection(text))

    def _ask_for_selection(self, text: str) -> None:
        chosen = selection.request_for(self.deployment, text, self.facts())
        keys = selection.shared_keys(self.deployment, chosen.assets)
        kept = tuple(p for p in self.request.partitions if keys and p in keys.positions)
        whole = chosen.downstream and chosen.within is None
        self.selection = joined(chosen.assets) if whole else text.strip()
        self._ask(
            replace(
                self.request,
                assets=chosen.assets,
                partitions=kept or newest(keys),
                downstream=chosen.downstream,
                within=chosen.within,
                excluded=frozenset(),
                only=None,
            )
        )

    def action_edit_partitions(self) -> None:
        if not self.questions.ask_partitions(self.request, self._take_partitions):
            self.keys.say("choose a partitioned asset first, with a", "warn")

    def _take_partitions(self, text: str) -> None:
        chosen = named_or_newest(self.questions.keys_of(self.request), text)
        self._ask(replace(self.request, partitions=chosen, excluded=frozenset(), only=None))

    def action_toggle_downstream(self) -> None:
        if self.request.only is not None:
            self.keys.say("these are the cells that a backfill left; choose assets with a", "warn")
            return
        only = self.request.within
        downstream = only is not None or not self.request.downstream
        self._ask(replace(self.request, downstream=downstream, within=None))

    def action_toggle_state(self, name: str) -> None:
        self._ask(replace(self.request, run_states=self.request.run_states ^ {State[name.upper()]}))

    def action_toggle_fresh(self) -> None:
        self.action_toggle_state(State.MATERIALIZED.name)

    def action_parallel(self, step: int) -> None:
        now = (self.request.parallel or 0) + step
        parallel = None if now < 1 else min(now, MOST_PARALLEL)
        self._ask(replace(self.request, parallel=parallel))

    @of_the_lit_row
    def action_exclude(self) -> None:
        line = self._line()
        cells = frozenset(cell.id for cell in line.cells) if line else frozenset()
        if not cells:
            return
        excluded = self.request.excluded
        self._ask(
            replace(
                self.request, excluded=excluded - cells if cells <= excluded else excluded | cells
            )
        )

    # moving

    def _line(self) -> PlanLine | None:
        return self.shown.lines[self.lines.cursor] if self.shown.lines else None

    def action_move(self, lines: int) -> None:
        self.lines.move(lines)

    def action_page(self, pages: int) -> None:
        self.lines.page(pages)

    def action_expand(self) -> None:
        self.shown.expand()
        self.show_plan(self.preview)

    def action_group(self) -> None:
        """Put the cells together by the next of asset, reason and run."""
        self.shown.group()
        self.show_plan(self.preview)
        self.lines.go_to(0)
        self.keys.say(f"the cells by {self.shown.by.value}", "dim")

    @of_the_lit_row
    def action_why(self) -> None:
        """All that is known of the cells of the line, in full."""
        line = self._line()
        if line is not None:
            text = "\n\n".join(why_text(line.cells))
            self.app.push_screen(TextScreen("why", text, ascii_only=self.ascii_only))

    @of_the_lit_row
    def action_open_run(self) -> None:
        """The newest run of the backfill that was launched, of this asset where there is one."""
        watch, line = self.launched, self._line()
        runs = [run for run in self.deployment.newest if watch and run.backfill == watch.id]
        wanted = line.cells[0].asset if isinstance(line, AssetLine | CellsLine) else None
        own = [run for run in runs if wanted in run.assets]
        if own or runs:
            self.deck.open_run((own or runs)[0].id)
        else:
            self.keys.say("no run of this plan yet", "dim")

    # launching

    def action_launch(self) -> None:
        self.launching.ask()

    def follow_backfill(self, backfill_id: str) -> None:
        self.launched = BackfillWatch(self.deployment.client, backfill_id)
        self.launched.signals.listen(lambda _: self._watched())
        self.deck.poller.add(self.launched)

    def _watched(self) -> None:
        found = self.launched.backfill if self.launched else None
        if found is not None and found.error:
            self.outcome = (found.error, "bad")
        if found is not None and found.finished:
            self.deck.poller.wake()
        if self.preview is None and self.launched is not None:
            self.lines.set_count(len(asset_progress(self.launched)))
        if self.is_current:
            self.update_view()

    def place(self) -> Place:
        return Place(backfill=self.launched.id) if self.launched else Place(page="assets")

    def _stop_watching(self) -> None:
        if self.launched is not None:
            self.deck.poller.remove(self.launched)
            self.launched = None

    def action_cancel(self) -> None:
        watch = self.launched
        if watch is None or (watch.backfill is not None and watch.backfill.finished):
            self.keys.say("no backfill of this plan is running", "dim")
            return
        ask_to_cancel(self, watch.id)


def _launched_by(preview: Preview) -> tuple[frozenset[AssetKey], int | None]:
    """What decides which obstacles a plan meets."""
    return frozenset(preview.plan.to_run), preview.plan.request.parallel
