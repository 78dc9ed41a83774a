"""The first screen: what needs somebody, by urgency; each line leads on."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from console.api.errors import ApiError
from console.domain.partitions import ranges_text
from console.domain.status import State
from console.domain.text import one_line
from console.screens.base import DeckScreen
from console.screens.find import FindScreen
from console.screens.text import TextScreen
from console.store.signals import Topic
from console.widgets.line_list import LineList
from console.widgets.overview.line import DETAIL_LINES, Frame, Leads
from console.widgets.overview.sections import overview_lines
from console.widgets.pane import Pane, plain

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.causes import Cause
    from console.domain.keys import AssetKey
    from console.widgets.overview.line import OverviewLine
    from console.widgets.pane import Part

LOOK_SECONDS = 15.0
"""How often ages are looked at; lines that say the same are not drawn again."""
DAY = 86_400.0
SPANS = (DAY, 7 * DAY, 30 * DAY)
"""How far back failures are shown, after those since the last look; seconds."""


class OverviewScreen(DeckScreen):
    NAME = "overview"
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(Topic)
    DEFAULT_CSS = f"OverviewScreen #overview-detail {{ height: {DETAIL_LINES + 1}; }}"

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.store = deck.overview
        self.lines = LineList(self._draw)
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
        """What runs has been running longer."""
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
        before, self._shown = self._shown, overview_lines(frame, height)
        place = self.deployment.client.place
        self.lines.show_empty(
            f"nothing known of {place} yet; `dagdeck up` starts a Dagster here, --url names another"
        )
        self._put_cursor(chosen)
        if len(before) != len(self._shown):
            self.lines.set_count(len(self._shown))
        else:
            differ = (at for at, line in enumerate(self._shown) if line.parts != before[at].parts)
            self.lines.refresh_lines_at(*differ)
        self._show_detail()

    def _put_cursor(self, chosen: OverviewLine | None) -> None:
        """The cursor stays on what it was on, else on the nearest line that leads somewhere."""
        self.lines.count = max(self.lines.count, len(self._shown))
        if not self._shown:
            return
        at = self.lines.cursor if self._moved else 0
        if self._moved and chosen is not None and chosen.id:
            same = (i for i, line in enumerate(self._shown) if line.id == chosen.id)
            at = next(same, at)
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

    def _draw(self, index: int, width: int) -> list[Part]:  # noqa: ARG002 - drawn ahead
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
            self.keys.hush()
            self._show_detail()
        else:
            self.lines.move_to(self._nearest(moved.index, 1))

    def action_move(self, lines: int) -> None:
        self._moved = True
        at = self.lines.cursor + lines
        if 0 <= at < len(self._shown):
            self.lines.move_to(self._nearest(at, lines))

    def action_page(self, pages: int) -> None:
        self._moved = True
        step = pages * max(self.lines.size.height - 1, 1)
        self.lines.move_to(self._nearest(self._inside(self.lines.cursor + step), pages))

    def action_end(self, direction: int) -> None:
        self._moved = True
        self.lines.move_to(self._nearest(0 if direction < 0 else len(self._shown) - 1, -direction))

    def _inside(self, at: int) -> int:
        return max(min(at, len(self._shown) - 1), 0)

    def show_asset(self, key: AssetKey) -> None:
        self.deck.open_asset("partitions", key)

    # actions

    def _leads(self) -> Leads:
        line = self._line()
        return (line.leads if line else None) or Leads()

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

    def action_partitions(self) -> None:
        leads = self._leads()
        if leads.asset:
            self._open_cell(leads)
        else:
            self.keys.say("no partitions belong to this line", "dim")

    def _open_cell(self, leads: Leads) -> None:
        if leads.asset is not None:
            self.deck.open_cell(leads.asset, leads.partition)

    def action_map(self) -> None:
        asset = self._leads().asset
        if asset:
            self.deck.open_asset("assets", asset)
        else:
            self.keys.say("no asset belongs to this line", "dim")

    def action_find(self) -> None:
        self.deck.push_screen(FindScreen(self.deck), self._go_to)

    def _go_to(self, key: AssetKey | None) -> None:
        if key is not None:
            self.deck.open_asset("partitions", key)

    def action_since(self) -> None:
        """Since the last look, then a day, a week, a month back."""
        self._span = (self._span + 1) % (len(SPANS) + 1)
        first = self.store.first
        if self._span == len(SPANS):
            self.store.show_since(first.until if first else time.time() - DAY)
        else:
            self.store.show_since(time.time() - SPANS[self._span])
        self.deck.poller.wake()

    def _look_back(self) -> None:
        """As far as failures can be shown, so that those of earlier have their cause, too."""
        self._span = len(SPANS) - 1
        self.store.show_since(time.time() - SPANS[self._span])
        self.deck.poller.wake()

    def action_plan_retry(self) -> None:
        cause = self._leads().cause
        if cause is None:
            self.keys.say("a cause of failures can be retried; this line is none", "dim")
        elif not cause.failed:
            said = "mended already" if cause.mended else "its failed cells are not known"
            self.keys.say(f"nothing to retry: {said}", "dim")
        else:
            self._plan(cause)

    def _plan(self, cause: Cause) -> None:
        """Its failed cells and no others; where definitions differ, those of the first asset."""
        keys = self.deployment.keys
        first = next(iter(cause.failed))
        same = [asset for asset in cause.failed if keys.get(asset) == keys.get(first)]
        cells = {cell for asset in same for cell in cause.failed[asset] if cell is not None}
        own = keys.get(first)
        text = None
        if own is not None:
            text = ranges_text((own.positions[cell] for cell in cells), own.keys)
        self.deck.plan(tuple(same), text, frozenset({State.FAILED}))
        left = len(cause.failed) - len(same)
        if left:
            words = f"{left} assets with other partitions are not in this plan"
            self.deck.screen_named("planner").keys.say(words, "warn")

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
