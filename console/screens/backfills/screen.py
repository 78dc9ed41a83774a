"""All backfills, the console's and others', newest first: what became of each, and what it left."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from console.domain.errors import ApiError
from console.domain.runs.backfill_words import assets_text, cells_lines, facts_of, took_text
from console.domain.runs.run import Backfill
from console.domain.status.states import LOOKS, State
from console.domain.text import cells, cut, one_line, padded
from console.domain.times import short_past_moment
from console.domain.web_address import Place
from console.screens.base import AskingScreen, of_the_lit_row
from console.screens.modals.termination import ask_to_cancel
from console.screens.modals.text import TextScreen
from console.store import backfills
from console.store.signals import Topic
from console.widgets.common.line_list import LineList
from console.widgets.common.static_lines import StaticLines
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.common.styles import glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.widget import Widget

    from console.app import Deck

NEAR_END = 10
"""Lines before the last loaded one at which the next page is asked for."""
BY_FROM = 100
"""Cells of width from which there is room to say who launched a backfill."""
STATUS, ID, STARTED, TOOK, DONE, FAILED = 21, 10, 8, 9, 14, 8
"""The widths of columns, in cells."""


class BackfillsScreen(AskingScreen):
    NAME = "backfills"
    FILTERS = True
    TOPICS = frozenset({Topic.RUNS})

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.feed = backfills.BackfillFeed(deck.deployment)
        self.columns = StaticLines(id="columns")
        self.lines = LineList(self._draw, empty="asking Dagster for its backfills…", row=self._row)
        self.detail = StaticLines(id="detail")
        self._kept: list[Backfill] = []
        """Those that the filter keeps."""

    def body(self) -> list[Widget]:
        return [self.columns, self.lines, self.detail]

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    async def ask_once(self) -> None:
        try:
            await self.feed.refresh()
        except ApiError as error:
            self.lines.show_empty(f"{error}; it is asked again as soon as Dagster answers.")
            return
        self._show()

    async def _more(self) -> None:
        try:
            if await self.feed.more():
                self._show()
        except ApiError as error:
            self.keys.say(str(error), "bad")

    # what is shown

    def _show(self) -> None:
        """The cursor stays on the backfill that it was on, or where it was."""
        chosen = self._chosen()
        self._kept = [one for one in self.feed.backfills if self._keeps(one)]
        loaded = len(self.feed.backfills)
        filtered = self.filter_words(len(self._kept), loaded, all_read=self.feed.all_loaded)
        newest = "" if self.feed.all_loaded or not self.feed.asked else f"newest {loaded:,}"
        self.bar.show_title(" · ".join(filter(None, [self.NAME, newest, filtered])))
        self.columns.show([self._heading(self.size.width)])
        if self.feed.asked:
            self.lines.show_empty(self._nothing())
        ids = [one.id for one in self._kept]
        if chosen is not None and chosen.id in ids:
            self.lines.cursor = ids.index(chosen.id)
        self.lines.set_count(len(self._kept))
        self._show_detail()

    def show_filtered(self) -> None:
        self._show()

    def _keeps(self, found: Backfill) -> bool:
        names = " ".join(map("/".join, found.assets))
        return self.keeps(found.id, found.word, found.title, found.by, found.reason, names)

    def _nothing(self) -> str:
        if self.feed.backfills:
            more = "" if self.feed.all_loaded else "; End reads older ones"
            return f"the filter keeps none of the {len(self.feed.backfills):,} read{more}."
        return "this deployment has no backfill yet; 5 plans one."

    def _heading(self, width: int) -> StyledLine:
        heads = ("   status", "backfill", "what", "created", "took", "done", "failed", "by")
        return [(text, "dim") for text, _ in self._columns(heads, "dim", width)]

    def _columns(self, texts: Sequence[str], colour: str, width: int) -> StyledLine:
        status, name, what, created, took, done, failed, by = texts
        by_width = min(max(width - 92, 0), 24) if width >= BY_FROM else 0
        id_width = ID if width >= BY_FROM else 0
        fixed = STATUS + id_width + STARTED + TOOK + DONE + FAILED + by_width
        room = max(width - fixed, 8)
        return [
            (padded(status[: STATUS - 1], STATUS), colour),
            (padded(cut(name, id_width - 1), id_width) if id_width else "", "dim"),
            (padded(cut(what, room - 1), room), "text"),
            (f"{cut(created, STARTED - 1):>{STARTED}}", "dim"),
            (f"{cut(took, TOOK - 1):>{TOOK}}", "text"),
            (f"{cut(done, DONE - 1):>{DONE}}", "text"),
            (f"{cut(failed, FAILED - 1):>{FAILED}}", "bad" if failed.strip("0–failed") else "dim"),
            (f" {cut(by, by_width - 1)}" if by_width else "", "dim"),
        ]

    def _draw(self, index: int, width: int) -> Sequence[StyledText]:
        found, now = self._kept[index], time.time()
        state = _state(found)
        counts = bool(found.counts)
        what = one_line(found.title) or assets_text(found.assets)
        texts = (
            f" {glyph(state, ascii_only=self.ascii_only)} {found.word}",
            found.id,
            what,
            short_past_moment(found.created, now),
            took_text(found, now),
            f"{found.done} of {found.targeted}" if counts else "–",
            str(found.failed) if counts else "–",
            one_line(found.by) or "–",
        )
        line = self._columns(texts, LOOKS[state].style, width)
        if index != self.lines.cursor:
            return line
        text, colour = line[0]
        return [("|" if self.ascii_only else "▌", "run"), (text[1:], colour), *line[1:]]

    def _row(self, index: int) -> str | None:
        return self._kept[index].id if index < len(self._kept) else None

    def _chosen(self) -> Backfill | None:
        return self._kept[self.lines.cursor] if self.lines.cursor < len(self._kept) else None

    def _show_detail(self) -> None:
        found, width = self._chosen(), self.size.width
        if found is None or not width:
            self.detail.show([])
            return
        told = [text for text in (found.by and f"by {found.by}", found.reason, found.title) if text]
        first = f" backfill {found.id}"
        rest = cut(" · ".join(map(one_line, told)), max(width - cells(first) - 3, 0))
        names = ", ".join(assets_text((key,)) for key in found.assets)
        error = one_line(found.error or "")
        self.detail.show(
            [
                [(("-" if self.ascii_only else "─") * width, "dim")],
                [(first, "text"), (f"  {rest}", "dim")],
                [(f" {cut(names or 'no assets', width - 2)}", "text")],
                [(f" {cut(error, width - 2)}", "bad")],
            ]
        )

    # the way around

    def on_line_list_moved(self, moved: LineList.Moved) -> None:
        self.forget_note()
        self._show_detail()
        if moved.index >= len(self._kept) - NEAR_END and not self.feed.all_loaded:
            self.in_background(self._more, "more")

    def action_move(self, lines: int) -> None:
        self.lines.move(lines)

    def action_page(self, pages: int) -> None:
        self.lines.page(pages)

    def action_end(self, direction: int) -> None:
        self.lines.to_end(direction)
        if direction > 0 and self.filtered and not self.feed.all_loaded:
            self.in_background(self._more, "more")

    def place(self) -> Place:
        found = self._chosen()
        return Place(backfill=found.id) if found else Place(page="runs")

    @of_the_lit_row
    def action_open(self) -> None:
        if found := self._chosen():
            self.deck.watch_backfill(found.id)

    @of_the_lit_row
    def action_runs(self) -> None:
        if found := self._chosen():
            self.deck.show_runs_of(found.id)

    @of_the_lit_row
    def action_plan_left(self) -> None:
        found = self._chosen()
        if found is not None and found.succeeded:
            self.keys.say(f"nothing is left of backfill {found.id}: all its cells are made")
        elif found is not None:
            self.deck.plan_left(found.id)

    @of_the_lit_row
    def action_cells(self) -> None:
        """What became of its cells, asked for now."""
        if found := self._chosen():
            screen = TextScreen(
                f"backfill {found.id}", "asking Dagster …", ascii_only=self.ascii_only
            )
            self.app.push_screen(screen)
            self.in_background(partial(self._read_cells, found.id, screen), "cells")

    async def _read_cells(self, backfill: str, screen: TextScreen) -> None:
        try:
            found = await backfills.outcome(self.deployment, backfill)
        except ApiError as error:
            screen.show_text(str(error))
            return
        facts = facts_of(found.backfill, found.runs, time.time())
        named = [f"{name:<10}{text}" for name, text in facts.items()]
        lines = cells_lines(found.cells, self.deployment.keys)
        screen.show_text("\n".join([*named, "", *lines]))

    @of_the_lit_row
    def action_cancel(self) -> None:
        found = self._chosen()
        if found is None:
            return
        if found.finished:
            self.keys.say(f"backfill {found.id} has ended already: {found.word}")
            return
        ask_to_cancel(self, found.id)


def _state(found: Backfill) -> State:
    """The state whose look a backfill's status has."""
    if not found.finished:
        return State.RUNNING
    if found.status == "CANCELED":
        return State.MISSING
    return State.MATERIALIZED if found.succeeded else State.FAILED
