"""One run: what it makes, its steps, and its log as it grows."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from console.domain.errors import ApiError
from console.domain.runs.captured import captured_names
from console.domain.runs.run import RunStatus
from console.domain.runs.waiting import why_waiting
from console.domain.runs.words import (
    by_text,
    span_text,
    started_text,
    took,
    waited,
    what_text,
)
from console.domain.status.states import LOOKS
from console.domain.times import is_today
from console.domain.web_address import Place
from console.screens.base import DeckScreen
from console.screens.modals.termination import ask_to_terminate
from console.store.runs.queue import queue_of
from console.store.runs.run_watch import RunWatch
from console.store.signals import Topic
from console.terminal.textual_private import take_first
from console.widgets.common.prompt import Prompt
from console.widgets.common.static_lines import StaticLines, two_sided
from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import glyph, run_state
from console.widgets.log.log_source import TIMES, EventSource, OutputSource
from console.widgets.log.log_view import LogView
from console.widgets.log.step_timeline import all_steps, step_lines

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget
    from textual.widgets import Input

    from console.app import Deck
    from console.domain.runs.run import Run
    from console.widgets.log.log_source import LogSource

STREAMS = ("events", "stdout", "stderr")
LONGEST_STEP_NAME = 24


class RunScreen(DeckScreen):
    NAME = "run"
    TOPICS = frozenset({Topic.STRUCTURE, Topic.CONNECTION})

    def __init__(self, deck: Deck, run_id: str) -> None:
        super().__init__(deck)
        take_first(self, "slash")
        self.run_id = run_id
        self.watched = RunWatch(deck.deployment.client, run_id)
        self.head = StaticLines(id="head")
        self.steps = StaticLines(id="steps")
        self.caption = StaticLines(id="caption")
        self.log_view = LogView(ascii_only=self.ascii_only)
        self.prompt = Prompt("search: literal, a capital makes case matter")
        self.stream = STREAMS[0]
        self._sources: dict[str, LogSource] = {
            "events": EventSource(self.watched.events),
            "stdout": OutputSource("stdout"),
            "stderr": OutputSource("stderr"),
        }
        self._inserted = 0
        """How many of the events that came late were taken."""
        self._ended = False
        self._settled = False
        """Whether the first full reading has been shown where it is best looked at."""

    def body(self) -> list[Widget]:
        return [self.head, self.steps, self.caption, self.log_view]

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.prompt

    def place(self) -> Place:
        return Place(run=self.run_id)

    def on_mount(self) -> None:
        self.log_view.show_source(self._sources["events"])
        self._forget_run = self.watched.signals.listen(self._heard)

    def on_screen_resume(self) -> None:
        self.deck.poller.add(self.watched)

    def on_screen_suspend(self) -> None:
        self.deck.poller.remove(self.watched)

    def on_unmount(self) -> None:
        self._forget_run()
        self.deck.poller.remove(self.watched)

    def on_resize(self, _: events.Resize) -> None:
        self.update_view()

    # what is shown

    def _heard(self, _: Topic) -> None:
        if not self.is_mounted:
            return
        self._take_log()
        self._settle()
        if self.watched.ended and not self._ended:
            self._ended = True
            self.keys.hush()
        self.update_view()

    def _take_log(self) -> None:
        source = self._sources[self.stream]
        late, self._inserted = (
            self.watched.log.inserted[self._inserted :],
            len(self.watched.log.inserted),
        )
        if isinstance(source, OutputSource):
            self._take_output(source)
        elif late:
            self.log_view.inserted(late)
        else:
            self.log_view.grew()

    def _take_output(self, source: OutputSource) -> None:
        tails = {key: tail.of(source.stream) for key, tail in self.watched.captured.items()}
        outputs = {key: tail.text for key, tail in tails.items()}
        called = captured_names(self.watched.events)
        names = {key: f"{called[key]}{tail.extent}" for key, tail in tails.items()}
        view = self.log_view
        place = source.place(view.shown[view.cursor[0]]) if view.shown else None
        if source.update(outputs, names):
            view.renewed(source.index(place) if place else None)

    def _settle(self) -> None:
        """A run that had failed is opened at the error, not at its end."""
        if self._settled or not self.watched.read or self.watched.run is None:
            return
        self._settled = True
        self.in_background(self._name_backfill, "title")
        if self.watched.ended and self.stream == "events":
            self._show_cause()

    async def _name_backfill(self) -> None:
        if self.watched.run is not None:
            with suppress(ApiError):
                await self.deployment.name_backfills([self.watched.run])
                self.update_view()

    def _show_cause(self) -> None:
        run = self.watched.run
        if run is None or run.status is not RunStatus.FAILURE or not self.log_view.follow:
            return
        if self.log_view.next_bad(-1):
            self.log_view.fold(opened=True)

    def update_view(self) -> None:
        width = self.size.width
        run, now = self.watched.run, time.time()
        self.log_view.show_empty(self._nothing())
        if run is not None and width:
            self.bar.show_title(f"run {run.short_id}  {what_text(run)}")
            self.head.show(self._head(run, now, width))
            steps = all_steps(self.watched.steps, self.watched.planned)
            most = max((self.size.height - 4) // 3, 1)
            self.steps.show(step_lines(steps, run, now, width, most, ascii_only=self.ascii_only))
            longest = max((len(step.key) for step in steps), default=0)
            self.log_view.set_form(
                step_width=min(longest, LONGEST_STEP_NAME, width // 6) if len(steps) > 1 else 0,
                start=run.started or run.created,
                dated=not is_today(run.started or run.created, now),
            )
        elif width:
            self.bar.show_title(f"run {self.run_id[:8]}")
        self._caption()

    def _head(self, run: Run, now: float, width: int) -> list[StyledLine]:
        state = run_state(run.status)
        sign = glyph(state, ascii_only=self.ascii_only)
        colour = self._colour(run)
        long = waited(run, now) or took(run, now)
        left = [(f" {sign} {run.status.word}", colour), (f"  {long}", "text")]
        span = span_text(run)
        if span:
            left.append((f"  {span}", "text"))
        waits = why_waiting(run, self.deployment.active, queue_of(self.deck.overview))
        if waits:
            left.append((f"  {waits}", "wait"))
        right = [
            (f"{by_text(run, self.deployment.backfill_titles)}  ", "dim"),
            (f"{started_text(run, now)} ", "dim"),
        ]
        return [two_sided(left, right, width)]

    def _colour(self, run: Run) -> str:
        return LOOKS[run_state(run.status)].style

    def _nothing(self) -> str:
        if self.watched.missing:
            return f"Dagster has no run {self.run_id}; it may have been deleted."
        if self.stream != "events":
            return self._no_output()
        if self.log_view.hidden:
            return f"nothing but {self.log_view.hidden} events of the engine's own; d shows them"
        if self.watched.read and self.watched.run is not None:
            return "no event yet"
        return "reading the log…"

    def _no_output(self) -> str:
        if not self.watched.file_keys:
            return "no step has started, so nothing was printed"
        return f"the steps of this run printed nothing to {self.stream}"

    def _caption(self) -> None:
        view, rule = self.log_view, "-" if self.ascii_only else "─"
        left: StyledLine = [(f" {rule} ", "dim"), (self.stream, "text")]
        if view.shown:
            left.append((f"  {view.cursor[0] + 1:,} of {len(view.shown):,}", "dim"))
        if view.hidden:
            left.append((f"  {view.hidden:,} of the engine's hidden, d shows them", "dim"))
        right: StyledLine = []
        if view.search is not None:
            count, needle = len(view.search.found), view.search.needle
            found = f"{view.found_number or '–'}/{count}" if count else "not found"
            right += [(f'"{needle[:24]}" ', "text"), (f"{found}  ", "text" if count else "bad")]
        if view.form.wrap:
            right.append(("wrap  ", "dim"))
        dot = "*" if self.ascii_only else "●"
        if view.follow:
            right.append((f"follow {dot} ", "run" if not self.watched.ended else "dim"))
        self.caption.show([two_sided(left, right, self.size.width)])

    def on_log_view_changed(self, _: LogView.Changed) -> None:
        self._caption()

    # the way around

    def action_move(self, lines: int) -> None:
        self.keys.hush()
        self.log_view.move(lines)

    def action_page(self, pages: int) -> None:
        self.keys.hush()
        self.log_view.page(pages)

    def action_end(self, direction: int) -> None:
        self.keys.hush()
        self.log_view.to_end(direction)

    def action_follow(self) -> None:
        self.log_view.set_follow(not self.log_view.follow)

    def action_fold(self) -> None:
        self.log_view.fold()

    def action_error(self) -> None:
        if not self.log_view.next_bad(self.log_view.cursor[0]):
            self.keys.say("no error in what was read so far")

    def action_wrap(self) -> None:
        self.log_view.set_form(wrap=not self.log_view.form.wrap)

    def action_times(self) -> None:
        shown = TIMES.index(self.log_view.form.times)
        self.log_view.set_form(times=TIMES[(shown + 1) % len(TIMES)])

    def action_chatter(self) -> None:
        self.log_view.set_chatter(not self.log_view.chatter)

    def action_stream(self) -> None:
        """Events, stdout, stderr, and events again."""
        self.stream = STREAMS[(STREAMS.index(self.stream) + 1) % len(STREAMS)]
        self.log_view.show_empty("reading what the steps printed…")
        self.log_view.show_source(self._sources[self.stream])
        if self.stream == "events":
            self.update_view()
        else:
            self.in_background(self._read_output, "output")

    async def _read_output(self) -> None:
        try:
            await self.watched.read_output()
        except ApiError as error:
            self.keys.say(f"{error}; trying again", "bad")

    # search

    def action_find(self) -> None:
        if self.prompt.display:
            self.prompt.insert_text_at_cursor("/")
            return
        search = self.log_view.search
        self.prompt.ask(search.needle if search else "")

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Search for the prompt's present text, as enter may have overtaken letters before it."""
        self.prompt.hide()
        self.set_focus(self.log_view)
        needle = self.prompt.value
        if self.log_view.find(needle) == 0 and needle:
            self.keys.say(f'"{needle}" is nowhere in what was read so far')
        else:
            self.keys.hush()

    def on_prompt_cancelled(self, _: Prompt.Cancelled) -> None:
        self.set_focus(self.log_view)

    def action_found(self, direction: int) -> None:
        if self.log_view.search is None:
            self.keys.say("nothing is searched for yet: / searches")
        else:
            self.keys.hush()
            self.log_view.found(direction)

    def action_terminate(self) -> None:
        if self.watched.run is not None:
            ask_to_terminate(self, self.watched.run)
