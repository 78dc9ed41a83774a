"""A log of any length: what is in sight is laid out, the rest is only counted."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from console.widgets.common.styled_text import StyledLine
from console.widgets.common.styles import BACKGROUND, HIGHLIGHT, style
from console.widgets.log.log_source import EventSource, LogLayout
from console.widgets.log.marked_line import line_text, marked_segments, with_cursor
from console.widgets.log.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from console.widgets.log.log_source import LogSource

KEPT_ENTRIES = 2_000

Spot = tuple[int, int]
"""A line: the position among the shown entries, and the line within that entry."""


class LogView(Widget, can_focus=True):
    """Moves by lines over the entries of a `LogSource` that may grow at its end."""

    DEFAULT_CSS = "LogView { height: 1fr; }"

    class Changed(Message):
        """The cursor, following or the search changed, so the caption differs."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source: LogSource = EventSource([])
        self.shown: array[int] = array("I")
        """The entries that are shown."""
        self.cursor: Spot = (0, 0)
        self.top: Spot = (0, 0)
        self.follow = True
        self.chatter = False
        self.search: Search | None = None
        self.empty = ""
        self.form = LogLayout(80, ascii=ascii_only)
        self._taken = 0
        self._opened: set[int] = set()
        self._laid: dict[int, list[StyledLine]] = {}
        self._spots: list[Spot] = []

    # what is shown

    def show_source(self, source: LogSource) -> None:
        """Another log; it is shown from its end when it is followed, else its beginning."""
        self.source = source
        self._opened.clear()
        self.cursor = self.top = (0, 0)
        self._recount()

    def set_form(self, **changes: Any) -> None:
        """Lay out otherwise: `wrap`, `times`, `step_width`, `start`."""
        new = replace(self.form, **changes)
        if new != self.form:
            self.form = new
            self._lay_again()

    def set_chatter(self, chatter: bool) -> None:
        """Show or hide what only the engine's developers would miss."""
        entry = self.shown[self.cursor[0]] if self.shown else 0
        self.chatter = chatter
        self._recount()
        if not self.follow:
            self.go((bisect_left(self.shown, entry), 0))

    def show_empty(self, text: str) -> None:
        if text != self.empty:
            self.empty = text
            if not self.shown:
                self.refresh()

    @property
    def hidden(self) -> int:
        return self._taken - len(self.shown)

    def grew(self) -> None:
        """Entries came at the end of the source; those before are as they were."""
        before, spots = len(self.shown), len(self._spots)
        self._take()
        if len(self.shown) == before:
            return
        if self.follow:
            self._follow_end(spots)
        elif spots < self.size.height:
            self._place()
            self._refresh_from(spots if before else 0)
        self.post_message(self.Changed())

    def inserted(self, entries: Sequence[int]) -> None:
        """Entries came before others, one after the other at these places; some at the end, too."""
        spot = self.cursor
        here = self.shown[spot[0]] if self.shown else None
        for place in entries:
            self._opened = {entry + (entry >= place) for entry in self._opened}
            here = None if here is None else here + (here >= place)
        self._recount()
        if here is not None and not self.follow:
            self.go((bisect_left(self.shown, here), spot[1]))

    def renewed(self, entry: int | None) -> None:
        """The source is another throughout; the cursor goes to `entry`."""
        self._recount()
        if entry is not None and not self.follow:
            self.go((bisect_left(self.shown, entry), 0))

    def _take(self) -> None:
        for index in range(self._taken, self.source.count):
            if self.source.shown(index, chatter=self.chatter):
                self.shown.append(index)
        self._taken = self.source.count
        self._search_on()

    def _recount(self) -> None:
        self.shown, self._taken = array("I"), 0
        if self.search:
            self.search = Search(self.search.needle)
        self._take()
        self.cursor = self.top = (min(self.cursor[0], max(len(self.shown) - 1, 0)), 0)
        if self.follow:
            self.cursor = self._last()
        self._lay_again()

    def _lay_again(self) -> None:
        self._laid.clear()
        self._clamp()
        if self.shown:
            self._fill()
        self._into_sight()
        self._place()
        self.refresh()
        self.post_message(self.Changed())

    def _fill(self) -> None:
        """No blank below the end while there are lines above."""
        self.top = min(self.top, self._walk(self._last(), 1 - max(self.size.height, 1)))

    def _clamp(self) -> None:
        for name in ("cursor", "top"):
            position, line = getattr(self, name)
            if self.shown:
                position = min(position, len(self.shown) - 1)
                setattr(self, name, (position, min(line, self._height(position) - 1)))

    # lines

    def _lines(self, position: int) -> list[StyledLine]:
        entry = self.shown[position]
        known = self._laid.get(entry)
        if known is None:
            if len(self._laid) >= KEPT_ENTRIES:
                self._laid.clear()
            known = self.source.lines(entry, self.form, opened=entry in self._opened)
            self._laid[entry] = known
        return known

    def _height(self, position: int) -> int:
        return len(self._lines(position))

    def _last(self) -> Spot:
        return (
            (len(self.shown) - 1, self._height(len(self.shown) - 1) - 1) if self.shown else (0, 0)
        )

    def _walk(self, spot: Spot, lines: int) -> Spot:
        """So many lines on or back, as far as there are any."""
        position, target = spot[0], spot[1] + lines
        while target < 0 and position > 0:
            position -= 1
            target += self._height(position)
        while target >= (height := self._height(position)) and position + 1 < len(self.shown):
            target -= height
            position += 1
        return position, max(min(target, height - 1), 0)

    def _place(self) -> None:
        """Which line stands where on the screen."""
        self._spots = []
        position, line = self.top
        while len(self._spots) < self.size.height and position < len(self.shown):
            height = self._height(position)
            room = self.size.height - len(self._spots)
            self._spots += [(position, at) for at in range(line, min(height, line + room))]
            position, line = position + 1, 0

    def _into_sight(self) -> bool:
        """Scroll as little as shows the cursor; whether it was needed."""
        before, height = self.top, max(self.size.height, 1)
        if not self.shown or self.cursor < self.top:
            self.top = self.cursor if self.shown else (0, 0)
        elif self.cursor > self._walk(self.top, height - 1):
            self.top = self._walk(self.cursor, 1 - height)
        return self.top != before

    def _follow_end(self, spots: int) -> None:
        """Scrolling sends the whole view, so it is done a few lines at a time."""
        before, self.cursor = self.cursor, self._last()
        if self.cursor > self._walk(self.top, max(self.size.height, 1) - 1):
            slack = self.size.height // 4
            self.top = self._walk(self.cursor, slack + 1 - max(self.size.height, 1))
            self._place()
            self.refresh()
            return
        self._place()
        self._refresh_spots(before)
        self._refresh_from(spots)

    # the way around

    def go(self, spot: Spot) -> None:
        """Put the cursor there."""
        if not self.shown:
            return
        position = max(min(spot[0], len(self.shown) - 1), 0)
        before = self.cursor
        self.cursor = (position, min(spot[1], self._height(position) - 1))
        if self._into_sight():
            self._place()
            self.refresh()
        elif before != self.cursor:
            self._refresh_spots(before, self.cursor)
        self.post_message(self.Changed())

    def move(self, lines: int) -> None:
        """Moving up stops following."""
        if not self.shown:
            return
        if lines < 0:
            self.follow = False
        self.go(self._walk(self.cursor, lines))

    def page(self, pages: int) -> None:
        self.move(pages * max(self.size.height - 1, 1))

    def to_end(self, direction: int) -> None:
        """The beginning for -1; the end for 1, which follows from there."""
        self.follow = direction > 0
        self.go((0, 0) if direction < 0 else self._last())

    def set_follow(self, follow: bool) -> None:
        self.follow = follow
        if follow:
            self.go(self._last())
        self.post_message(self.Changed())

    def next_bad(self, after: int) -> bool:
        """Move to the first error after the position, or from the beginning; whether there is one."""
        count = len(self.shown)
        for offset in range(1, count + 1):
            position = (after + offset) % count
            if self.source.bad(self.shown[position]):
                self.follow = False
                self.go((position, 0))
                return True
        return False

    def fold(self, opened: bool | None = None) -> bool:
        """Open or close the entry under the cursor; whether it can be."""
        if not self.shown:
            return False
        entry = self.shown[self.cursor[0]]
        if not self.source.folds(entry, self.form):
            return False
        if opened is None:
            opened = entry not in self._opened
        (self._opened.add if opened else self._opened.discard)(entry)
        self._laid.pop(entry, None)
        self.cursor = (self.cursor[0], 0)
        if self.top[0] == self.cursor[0]:
            self.top = self.cursor
        first = self._spots.index(self.cursor) if self.cursor in self._spots else 0
        if opened:
            self.follow = False
        moved = self._into_sight() or self._whole_into_sight()
        self._place()
        self._refresh_from(0 if moved else first)
        self.post_message(self.Changed())
        return True

    def _whole_into_sight(self) -> bool:
        """Scroll on till the entry under the cursor ends in sight, or begins near the top."""
        before, height = self.top, max(self.size.height, 1)
        end = (self.cursor[0], self._height(self.cursor[0]) - 1)
        if end > self._walk(self.top, height - 1):
            last_above = self._walk(self.cursor, -(height // 5))
            self.top = min(self._walk(end, 1 - height), last_above)
        return self.top != before

    # search

    def find(self, needle: str) -> int:
        """Look for it from the cursor on; how many entries have it."""
        self.search = Search(needle) if needle else None
        self._search_on()
        if self.search and self.search.found:
            self._show_found(self.search.from_here(self.cursor[0]))
        self.refresh()
        self.post_message(self.Changed())
        return len(self.search.found) if self.search else 0

    def found(self, direction: int) -> bool:
        """Move to the next entry with the text, around the end; whether there is one."""
        if not self.search or not self.search.found:
            return False
        self._show_found(self.search.beside(self.cursor[0], direction))
        return True

    @property
    def found_number(self) -> int:
        """Which of those found the cursor is on, from 1; 0 when on none."""
        return self.search.number(self.cursor[0]) if self.search else 0

    def _search_on(self) -> None:
        """Look through the entries that came since."""
        if self.search is None:
            return
        for position in range(self.search.seen, len(self.shown)):
            if self.search.hits(self.source.text(self.shown[position])):
                self.search.found.append(position)
        self.search.seen = len(self.shown)

    def _show_found(self, position: int) -> None:
        self.follow = False
        self.go((position, 0))
        line = self._line_found(position)
        if line is None and self.shown[position] not in self._opened and self.fold(opened=True):
            line = self._line_found(position)
        self.go((position, line or 0))

    def _line_found(self, position: int) -> int | None:
        for at, line in enumerate(self._lines(position)):
            if self.search and self.search.hits(line_text(line)):
                return at
        return None

    # drawing

    def _refresh_spots(self, *spots: Spot) -> None:
        regions = [
            Region(0, self._spots.index(spot), self.size.width, 1)
            for spot in spots
            if spot in self._spots
        ]
        if regions:
            self.refresh(*regions)

    def _refresh_from(self, y: int) -> None:
        if y < self.size.height:
            self.refresh(Region(0, y, self.size.width, self.size.height - y))

    def on_resize(self, event: events.Resize) -> None:
        self.set_form(width=event.size.width)
        self._lay_again()

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self._spots):
            self.follow = False
            self.go(self._spots[event.y])

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        self.move(3)

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        self.move(-3)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if not self.shown:
            text = f"  {self.empty}" if y == 1 else ""
            return Strip([Segment(text, style("dim"))]).adjust_cell_length(width, style("text"))
        if y >= len(self._spots):
            return Strip.blank(width, style("text"))
        spot = self._spots[y]
        here = spot == self.cursor
        background = HIGHLIGHT if here else BACKGROUND
        line = self._lines(spot[0])[spot[1]]
        if here:
            line = with_cursor(line, ascii_only=self.form.ascii)
        spans = self.search.spans(line_text(line)) if self.search else []
        strip = Strip(marked_segments(line, background, spans))
        return strip.adjust_cell_length(width, style("text", background))
