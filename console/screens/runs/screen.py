"""The runs, newest first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.assets.keys import key_text
from console.domain.errors import ApiError
from console.domain.list_filter import ListFilter, list_filter
from console.domain.runs.question import run_question
from console.domain.runs.run import RunStatus
from console.domain.runs.waiting import why_waiting
from console.domain.runs.words import (
    by_text,
    span_text,
    started_text,
    telling_tags,
    took,
    waited,
    what_and_rest,
)
from console.domain.status.states import LOOKS
from console.domain.text import cells, cut, cut_clean, padded
from console.domain.web_address import Place
from console.screens.base import AskingScreen, of_the_lit_row
from console.screens.modals.termination import ask_to_terminate
from console.screens.openings import Opening, ShowAsset, ShowRunsOf
from console.store.runs.queue import queue_of
from console.store.runs.run_feed import RunFeed
from console.store.signals import Topic
from console.widgets.common.line_list import LineList
from console.widgets.common.static_lines import StaticLines, two_sided
from console.widgets.common.styled_text import StyledLine, StyledText
from console.widgets.common.styles import glyph, run_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.widget import Widget

    from console.app import Deck
    from console.domain.assets.keys import AssetKey
    from console.domain.runs.run import Run

NAMES = {"": "all", "failed": "failed", "active": "running and queued", "success": "succeeded"}
NEAR_END = 10
"""Lines before the last loaded one at which the next page is asked for."""
BY_FROM = 100
"""Cells of width from which there is room to say who started a run."""


class RunsScreen(AskingScreen):
    NAME = "runs"
    FILTERS = True
    TAKES = frozenset({ShowAsset, ShowRunsOf})
    TOPICS = frozenset({Topic.RUNS})

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.feed = RunFeed(deck.deployment)
        self.tabs = StaticLines(id="tabs")
        self.columns = StaticLines(id="columns")
        self.lines = LineList(self._draw, empty="asking Dagster for its runs…", row=self._row)
        self.detail = StaticLines(id="detail")
        self._rest = ListFilter()
        """The words of the filter that the server can't be asked for."""
        self._runs: list[Run] = []
        """Those of the feed that the filter keeps."""
        self._drawn: list[StyledLine] = []
        self._started_width = 6

    def body(self) -> list[Widget]:
        return [self.tabs, self.columns, self.lines, self.detail]

    def on_mount(self) -> None:
        self._forget_looks = self.deployment.looks.listen(self._looked)

    def on_unmount(self) -> None:
        self._forget_looks()

    def _looked(self, _: Topic) -> None:
        """The server was asked again: redraw the durations of active runs."""
        if self.is_current and any(not run.status.ended for run in self.feed.runs):
            self._show(self._chosen())

    def on_resize(self, _: events.Resize) -> None:
        self._show()

    async def ask_once(self) -> None:
        chosen = self._chosen()
        try:
            if not await self.feed.refresh():
                return
        except ApiError as error:
            self.lines.show_empty(f"{error}; it is asked again as soon as Dagster answers.")
            return
        self._show(chosen)

    async def _more(self) -> None:
        try:
            if await self.feed.more():
                self._show(self._chosen())
        except ApiError as error:
            self.keys.say(str(error), "bad")

    # what is shown

    def _show(self, chosen: Run | None = None) -> None:
        """The cursor stays on the run that it was on, or where it was."""
        width = self.size.width
        if not width:
            return
        runs = self._runs = [run for run in self.feed.runs if self._keeps(run)]
        self._show_title()
        now = time.time()
        self.tabs.show([self._tabs(width)])
        self._started_width = 1 + max(
            (len(started_text(run, now)) for run in runs), default=len("started")
        )
        self.columns.show([self._heading(width)])
        if self.feed.asked:
            self.lines.show_empty(self._nothing())
        drawn = [self._line(run, now, width) for run in runs]
        before, self._drawn = self._drawn, drawn
        at = next((i for i, run in enumerate(runs) if chosen and run.id == chosen.id), None)
        moved = at is not None and at != self.lines.cursor
        if moved or len(before) != len(drawn):
            if at is not None:
                self.lines.cursor = at
            self.lines.set_count(len(drawn))
        else:
            self.lines.refresh_lines_at(*(i for i, line in enumerate(drawn) if line != before[i]))
        self._show_detail()

    def _keeps(self, run: Run) -> bool:
        if not self._rest:
            return True
        names = ", ".join(key_text(key) for key in run.assets)
        what, by = what_and_rest(run), by_text(run, self.deployment.backfill_titles)
        said = run.id, run.job, run.partition_text, names, telling_tags(run), by, run.backfill or ""
        return self._rest.keeps(_word(run), *what, span_text(run), *said)

    def _show_title(self) -> None:
        kept, loaded = len(self._runs), len(self.feed.runs)
        filtered = self.filter_words(kept, loaded, all_read=self.feed.all_loaded)
        self.bar.show_title(" · ".join(filter(None, [self.NAME, filtered])))

    def show_filtered(self) -> None:
        """What the server can tell it is asked for, once all of it is typed."""
        line = self.filter_line
        if line is None or line.problem:
            self._show(self._chosen())
            return
        question, rest = run_question(line.filter.text)
        self._rest = list_filter(rest)
        if line.display or not self.feed.put(question):
            self._show(self._chosen())
        else:
            self._ask_anew()

    def _ask_anew(self) -> None:
        self._drawn = []
        self.lines.set_count(0, keep=False)
        self.lines.show_empty("asking Dagster…")
        self._show()
        self.update_view()

    def take(self, opening: Opening) -> None:
        if isinstance(opening, ShowAsset):
            self.show_asset(opening.asset)
        elif isinstance(opening, ShowRunsOf):
            self.filter_line.take(f"backfill:{opening.backfill}") if self.filter_line else None
        else:
            super().take(opening)

    def show_asset(self, key: AssetKey) -> None:
        """The runs that made it, of those that are loaded."""
        if self.filter_line is not None:
            self.filter_line.take(key_text(key))

    def _tabs(self, width: int) -> StyledLine:
        left: StyledLine = [(" ", "dim")]
        for name, word in NAMES.items():
            here = name == self.feed.filter
            count = self.feed.counts.get(name)
            number = "" if count is None else f" {count:,}"
            left.append((f"[{word}{number}]" if here else f" {word}{number} ", _tab(here)))
        loaded = len(self.feed.runs)
        right: StyledLine = []
        if self.feed.asked and not self.feed.all_loaded:
            right.append((f"newest {loaded:,} ", "dim"))
        return two_sided(left, right, width)

    def _heading(self, width: int) -> StyledLine:
        names = self._columns(
            "   status", "run", ("what", ""), "partition", "started", "took", "by", width
        )
        return [(text, "dim") for text, _ in names]

    def _line(self, run: Run, now: float, width: int) -> StyledLine:
        state = run_state(run.status)
        sign = glyph(state, ascii_only=self.ascii_only)
        line = self._columns(
            f" {sign} {_word(run)}",
            run.short_id,
            what_and_rest(run),
            span_text(run),
            started_text(run, now),
            took(run, now),
            by_text(run, self.deployment.backfill_titles),
            width,
        )
        line[0] = (line[0][0], LOOKS[state].style)
        return line

    def _columns(
        self,
        status: str,
        run: str,
        what: tuple[str, str],
        partition: str,
        started: str,
        took_: str,
        by: str,
        width: int,
    ) -> StyledLine:
        """Cells of a line, aligned; `by` needs room."""
        by_width = min(max(width - 84, 0), 24 + (width - BY_FROM) // 4) if width >= BY_FROM else 0
        span_width = 17 if width < BY_FROM else 22
        date_width = max(self._started_width, 8)
        room = max(width - 12 - 9 - span_width - date_width - 10 - by_width, 8)
        return [
            (f"{_keep_indent(status, 11):<12}", "dim"),
            (f"{cut(run, 8):<9}", "dim"),
            (_padded(what, room), "text"),
            (padded(cut(partition, span_width - 1), span_width), "text"),
            (f"{started:>{date_width}}", "dim"),
            (f"{cut(took_, 8):>9} ", "text"),
            (f" {cut(by, by_width - 1)}" if by_width else "", "dim"),
        ]

    def _draw(self, index: int, width: int) -> Sequence[StyledText]:  # noqa: ARG002 - drawn ahead
        line = self._drawn[index] if index < len(self._drawn) else [(" ", "dim")]
        if index != self.lines.cursor:
            return line
        text, colour = line[0]
        return [("|" if self.ascii_only else "▌", "run"), (text[1:], colour), *line[1:]]

    def _nothing(self) -> str:
        if self.feed.runs:
            more = "" if self.feed.all_loaded else "; End reads older ones"
            return f"the filter keeps none of the {len(self.feed.runs):,} runs read{more}."
        if self.feed.question:
            return "Dagster has no such run; the values after the colon are whole names."
        if self.feed.filter:
            return f"no run is {NAMES[self.feed.filter].replace(' and', ' or')}."
        return "this deployment has no run yet; 5 plans a backfill."

    def _row(self, index: int) -> str | None:
        return self._runs[index].id if index < len(self._runs) else None

    def _chosen(self) -> Run | None:
        runs = self._runs
        return runs[self.lines.cursor] if self.lines.cursor < len(runs) else None

    def _show_detail(self) -> None:
        run, width = self._chosen(), self.size.width
        if run is None:
            self.detail.show([])
            return
        rule = "-" if self.ascii_only else "─"
        left: StyledLine = [
            (f" {run.id}", "text"),
            (f"  {cut(run.job, 30)}", "dim"),
            (f"  {cut(run.partition_text, 45)}", "text"),
        ]
        names = ", ".join(key_text(key) for key in run.assets)
        hidden = run.asset_count - len(run.assets)
        assets = names + (f" and {hidden} more" if hidden > 0 else "")
        self.detail.show(
            [
                [(rule * width, "dim")],
                left,
                [(f" {cut(assets or _without_assets(run), width - 2)}", "text")],
                self._last_line(run, width),
            ]
        )

    def _last_line(self, run: Run, width: int) -> StyledLine:
        waits = why_waiting(run, self.deployment.active, queue_of(self.deck.overview))
        by = by_text(run, self.deployment.backfill_titles)
        said = "  ".join(filter(None, (f"by {by}" if by else "", telling_tags(run))))
        told = ": ".join(filter(None, (waited(run, time.time()), waits)))
        line: StyledLine = [(f" waits {told} ", "wait")] if told else []
        used = sum(cells(text) for text, _ in line)
        return [*line, (f" {cut(said, width - used - 2)}", "dim")]

    # the way around

    def on_line_list_moved(self, moved: LineList.Moved) -> None:
        self.forget_note()
        self._show_detail()
        if moved.index >= len(self._runs) - NEAR_END and not self.feed.all_loaded:
            self.in_background(self._more, "more")

    def action_move(self, lines: int) -> None:
        self.lines.move(lines)

    def action_page(self, pages: int) -> None:
        self.lines.page(pages)

    def action_end(self, direction: int) -> None:
        self.lines.to_end(direction)
        if direction > 0 and self.filtered and not self.feed.all_loaded:
            self.in_background(self._more, "more")

    def action_filter(self, name: str) -> None:
        if name == self.feed.filter:
            return
        self.feed.choose(name)
        self._ask_anew()

    def place(self) -> Place:
        return Place(page="runs")

    @of_the_lit_row
    def action_open(self) -> None:
        run = self._chosen()
        if run is not None:
            self.deck.open_run(run.id)

    def action_find_run(self) -> None:
        self.deck.action_find_run()

    @of_the_lit_row
    def action_terminate(self) -> None:
        run = self._chosen()
        if run is not None:
            ask_to_terminate(self, run)


def _word(run: Run) -> str:
    return "waiting" if run.status is RunStatus.NOT_STARTED else run.status.word


def _tab(here: bool) -> str:
    return "text" if here else "dim"


def _keep_indent(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _padded(what: tuple[str, str], room: int) -> str:
    """The name cut as needed, what counts the rest kept."""
    name, rest = what
    shown = f"{cut(name, room - 1 - cells(rest))}{rest}"
    return padded(cut_clean(shown, room - 1), room)


def _without_assets(run: Run) -> str:
    return "no assets" if run.assets_known else "the server doesn't tell which assets it makes"
