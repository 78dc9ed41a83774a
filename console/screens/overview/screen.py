"""The first screen: what needs somebody, by urgency; each line leads on."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from console.domain.errors import ApiError
from console.domain.status.states import State
from console.domain.text import one_line
from console.screens.base import DeckScreen, of_the_lit_row
from console.screens.modals.text import TextScreen
from console.store.signals import Topic
from console.widgets.common.line_list import LineList
from console.widgets.common.pane import Pane, plain
from console.widgets.common.styled_text import StyledLine
from console.widgets.overview.line import DETAIL_LINES, Frame, Leads, count_of
from console.widgets.overview.sections import overview_lines

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual import events
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.runs.failure_groups import FailureGroup
    from console.widgets.overview.line import OverviewLine

LOOK_SECONDS = 15.0
"""How often ages are looked at; lines that say the same are not drawn again."""
DAY = 86_400.0
SPANS = (DAY, 7 * DAY, 30 * DAY)
"""How far back failures are shown, after those since the last look; seconds."""


ALL_LINES = 100_000
"""A height in which nothing is cut."""


class OverviewScreen(DeckScreen):
    NAME = "overview"
    FILTERS = True
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(Topic)
    CSS_PATH = "screen.tcss"

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.store = deck.overview
        self.lines = LineList(self._draw, row=self._row, same=_is_same)
        self.detail = Pane(ascii_only=self.ascii_only, rule="top", id="overview-detail")
        self._shown: list[OverviewLine] = []
        self._span = -1
        self._moved = False
        """Until then the cursor is on the most urgent, whatever comes to be known."""

    def body(self) -> list[Widget]:
        return [self.lines, self.detail]

    def on_mount(self) -> None:
        self.lines.focus()
        self.set_interval(LOOK_SECONDS, self._grow_older)
        self._forget_store = self.store.signals.listen(self._told)
        self._forget_looks = self.deployment.looks.listen(self._looked)

    def on_unmount(self) -> None:
        self._forget_store()
        self._forget_looks()

    def on_screen_resume(self) -> None:
        self.store.seen = True
        if self.store.interval == 0.0 and self.store.asked:
            self.deck.poller.wake()

    def on_screen_suspend(self) -> None:
        self.store.seen = False

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self.update_view)

    def _looked(self, _: Topic) -> None:
        """The server was asked again: redraw the durations of active runs."""
        if self.is_current and self.deployment.active:
            self.update_view()

    def _grow_older(self) -> None:
        if self.is_current:
            self.update_view()

    # what is shown

    def update_view(self) -> None:
        width, height = self.lines.size
        if not width:
            return
        chosen = self._line()
        frame = Frame(self.store, time.time(), width, self.ascii_only)
        before, self._shown = self._shown, self._lines_kept(frame, height)
        place = self.deployment.client.place
        self.lines.show_empty(
            f"nothing known of {place} yet; `dagdeck up` starts a Dagster here, --url names another"
        )
        self._want_verdicts()
        self._put_cursor(chosen)
        if len(before) != len(self._shown):
            self.lines.set_count(len(self._shown))
        else:
            differ = (at for at, line in enumerate(self._shown) if line.parts != before[at].parts)
            self.lines.refresh_lines_at(*differ)
        self._show_detail()

    def _want_verdicts(self) -> None:
        """Which cells are stale is read once all else is known: nothing waits for it."""
        order, staleness = self.deployment.graph.order, self.deployment.staleness
        if staleness.unread and self.store.all_clear.final:
            staleness.want(order)
            if not staleness.problem:
                self.deck.poller.wake()

    def _lines_kept(self, frame: Frame, height: int) -> list[OverviewLine]:
        """All sections as far as there is room; with a filter what it keeps of all of them."""
        if not self.filtered:
            self.bar.show_title(" · ".join(filter(None, [self.NAME, self.filter_words(0, 0)])))
            return overview_lines(frame, height)
        lines = overview_lines(frame, ALL_LINES, pictures=False)
        things = [line for line in lines if line.can_be_chosen]
        kept = [line for line in things if self.keeps(*_texts(line))]
        words = self.filter_words(len(kept), len(things))
        self.bar.show_title(f"{self.NAME} · {words}")
        chosen = {id(line) for line in kept}
        return [line for line in lines if id(line) in chosen or not line.can_be_chosen]

    def _put_cursor(self, chosen: OverviewLine | None) -> None:
        """The cursor stays on what it was on, else on the nearest line that leads somewhere."""
        self.lines.count = max(self.lines.count, len(self._shown))
        if not self._shown:
            return
        at = self.lines.cursor if self._moved else 0
        if self._moved and chosen is not None and chosen.id:
            at = next((i for i, line in enumerate(self._shown) if _is_same(line, chosen)), at)
        self.lines.move_to(self._nearest(at, 1))

    def _nearest(self, at: int, direction: int) -> int:
        """The first line from `at` on that can be chosen, else the last before it."""
        order = range(at, len(self._shown)) if direction > 0 else range(at, -1, -1)
        back = range(at, -1, -1) if direction > 0 else range(at, len(self._shown))
        places = (i for i in (*order, *back) if i < len(self._shown))
        return next((i for i in places if self._shown[i].can_be_chosen), 0)

    def _line(self) -> OverviewLine | None:
        at = self.lines.cursor
        return self._shown[at] if at < len(self._shown) else None

    def _row(self, index: int) -> OverviewLine | None:
        line = self._shown[index] if index < len(self._shown) else None
        return line if line is not None and line.can_be_chosen else None

    def _draw(self, index: int, width: int) -> StyledLine:  # noqa: ARG002 - drawn ahead
        parts = self._shown[index].parts if index < len(self._shown) else []
        if index == self.lines.cursor and parts and index and self._shown[index].can_be_chosen:
            (text, colour), *rest = parts
            parts = [("|" if self.ascii_only else "▌", "run"), (text[1:], colour), *rest]
        return plain(parts) if self.ascii_only else parts

    def _show_detail(self) -> None:
        line = self._line()
        lines = line.detail if line else []
        self.detail.show([[(" ", "text"), *parts] for parts in lines[:DETAIL_LINES]])

    # the way around

    def on_line_list_moved(self, moved: LineList.Moved) -> None:
        """A click may be on a line that leads nowhere."""
        if moved.index >= len(self._shown) or self._shown[moved.index].can_be_chosen:
            self.forget_note()
            self._show_detail()
        else:
            self.lines.go_to(self._nearest(moved.index, 1))

    def action_move(self, lines: int) -> None:
        self._moved = True
        at = self.lines.cursor + lines
        if 0 <= at < len(self._shown):
            self.lines.go_to(self._nearest(at, lines))

    def action_page(self, pages: int) -> None:
        self._moved = True
        step = pages * max(self.lines.size.height - 1, 1)
        self.lines.go_to(self._nearest(self._inside(self.lines.cursor + step), pages))

    def action_end(self, direction: int) -> None:
        self._moved = True
        self.lines.go_to(self._nearest(0 if direction < 0 else len(self._shown) - 1, -direction))

    def _inside(self, at: int) -> int:
        return max(min(at, len(self._shown) - 1), 0)

    # actions

    def _leads(self) -> Leads:
        """The targets of the line that is acted on; the cursor stays on it."""
        self._moved = True
        line = self._line()
        return (line.leads if line else None) or Leads()

    @of_the_lit_row
    def action_open(self) -> None:
        """A run, a backfill, the error of a location, or the screen that has more."""
        leads = self._leads()
        if leads.run:
            self.deck.open_run(leads.run)
        elif leads.backfill:
            self.deck.watch_backfill(leads.backfill)
        elif leads.location:
            self._open_location(leads.location)
        elif leads.earlier:
            self._look_back()
        elif leads.screen:
            self.deck.action_show_screen(leads.screen)
        elif leads.asset:
            self._open_cell(leads)
        else:
            self._open_detail()

    @of_the_lit_row
    def action_partitions(self) -> None:
        leads = self._leads()
        if leads.asset:
            self._open_cell(leads)
        else:
            self.keys.say("no partitions belong to this line", "dim")

    def _open_cell(self, leads: Leads) -> None:
        if leads.asset is not None:
            self.deck.open_cell(leads.asset, leads.partition)

    @of_the_lit_row
    def action_map(self) -> None:
        asset = self._leads().asset
        if asset:
            self.deck.open_asset("assets", asset)
        else:
            self.keys.say("no asset belongs to this line", "dim")

    @of_the_lit_row
    def action_acknowledge(self) -> None:
        """Somebody knows of this cause: it needs nobody till it fails again."""
        cause = self._leads().cause
        if cause is None:
            self.keys.say("a cause of failures can be acknowledged; this line is none", "dim")
            return
        self.store.acknowledge(cause)
        self.keys.say("acknowledged here: it counts again once another run fails of it", "dim")

    def action_since(self) -> None:
        """Since the last look, then a day, a week, a month back."""
        self._span = (self._span + 1) % (len(SPANS) + 1)
        if self._span == len(SPANS):
            self.store.show_since(self.store.since_last_look)
        else:
            self.store.show_since(time.time() - SPANS[self._span])
        self.deck.poller.wake()

    def _look_back(self) -> None:
        """Show failures as far back as they are read, so that earlier ones have their cause too."""
        self._span = len(SPANS) - 1
        self.store.show_since(time.time() - SPANS[self._span])
        self.deck.poller.wake()

    def assets_to_plan(self) -> Collection[AssetKey]:
        line = self._line()
        cause = line.leads.cause if line and line.leads else None
        return tuple(cause.failed) if cause else ()

    @of_the_lit_row
    def action_plan_retry(self) -> None:
        cause = self._leads().cause
        if cause is None:
            self.keys.say("a cause of failures can be retried; this line is none", "dim")
        elif not cause.failed:
            self.keys.say(f"nothing to retry: {_why_none(cause)}", "dim")
        else:
            self._plan(cause)

    def _plan(self, cause: FailureGroup) -> None:
        """Its failed cells and no others; where definitions differ, those of the first asset."""
        keys = self.deployment.keys
        first = next(iter(cause.failed))
        same = [asset for asset in cause.failed if keys.get(asset) == keys.get(first)]
        cells = {cell for asset in same for cell in cause.failed[asset] if cell is not None}
        own = keys.get(first)
        partitions = tuple(sorted(cells, key=own.positions.__getitem__)) if own else None
        self.deck.plan(tuple(same), partitions, self._states(cause, same))
        left = len(cause.failed) - len(same)
        if left:
            words = (
                f"{left} more asset{'s' * (left != 1)} of other partitions left out of this plan"
            )
            self.deck.screen_named("planner").keys.say(words, "warn")

    def _states(self, cause: FailureGroup, assets: list[AssetKey]) -> frozenset[State]:
        """Failed, and missing where a retry was cancelled before it made anything."""
        deployment = self.deployment
        missing = any(
            count_of(State.MISSING, cause.failed[asset], deployment, asset) for asset in assets
        )
        return frozenset({State.FAILED, *([State.MISSING] if missing else [])})

    # texts in full

    def _open_detail(self) -> None:
        line = self._line()
        if line is not None and line.detail:
            first, *rest = ["".join(text for text, _ in parts) for parts in line.detail]
            self.app.push_screen(TextScreen(first, "\n".join(rest), ascii_only=self.ascii_only))

    def _open_location(self, name: str) -> None:
        title = f"code location {one_line(name)}"
        screen = TextScreen(title, "asking Dagster why…", ascii_only=self.ascii_only)
        self.app.push_screen(screen)
        self.in_background(partial(self._read_location, name, screen), "location")

    async def _read_location(self, name: str, screen: TextScreen) -> None:
        try:
            error = await self.store.load_error(name)
        except ApiError as problem:
            screen.show_text(str(problem))
            return
        screen.show_text(error.text if error else "it has been loaded meanwhile")


def _texts(line: OverviewLine) -> list[str]:
    return ["".join(text for text, _ in parts) for parts in (line.parts, *line.detail)]


def _is_same(line: OverviewLine, other: OverviewLine) -> bool:
    """Whether both stand for the same; failures also once their reason has been read."""
    if line.id == other.id:
        return True
    one, two = (found.leads.cause if found.leads else None for found in (line, other))
    return one is not None and two is not None and two.runs[0] in one.runs


def _why_none(cause: FailureGroup) -> str:
    if cause.mended:
        return "mended already"
    if cause.recovery.failed_runs:
        return "these runs make no asset; their job is launched anew where Dagster has it"
    return "being retried already" if cause.retried else "its failed cells are not known"
