"""The one line on top and the one line at the bottom."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from console.actions import Action, actions_of, key_label
from console.domain.text import cells, cut, one_line
from console.domain.times import moment
from console.widgets.common.styles import marked, style

if TYPE_CHECKING:
    from rich.style import Style

    from console.store.connection import Connection
    from console.store.deployment import Deployment

MOST_KEYS = 6
BETWEEN = " · "


class StatusBar(Widget):
    """Which deployment, which screen, how current; what runs and waits."""

    DEFAULT_CSS = "StatusBar { height: 1; dock: top; }"

    def __init__(
        self,
        deployment: Deployment,
        title: str,
        *,
        read_only: bool,
        ascii_only: bool,
        word: tuple[str, str] = ("", ""),
    ) -> None:
        """`word` stands before all else on its colour, as a profile has them."""
        super().__init__()
        self._deployment = deployment
        self._heading = self._short = title
        self._word, self._colour = word
        self._read_only = read_only
        self._ascii = ascii_only

    def allow(self, *, read_only: bool) -> None:
        """Whether mutations may be sent from now on."""
        if read_only != self._read_only:
            self._read_only = read_only
            self.refresh()

    def show_title(self, title: str, short: str = "") -> None:
        """`short` says what matters of it where the whole has no room."""
        now = (title, short or title)
        if now != (self._heading, self._short):
            self._heading, self._short = now
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - the bar has one line
        right = self._right()
        room = self.size.width - sum(cells(text) for text, _ in right)
        place = f" {one_line(self._deployment.client.place)}"
        word = f" {one_line(self._word)} " if self._word else ""
        left_over = room - cells(word) - cells(place) - 3
        name = " dagdeck " if cells(self._heading) + 9 <= left_over else ""
        room_left = left_over - cells(name)
        whole = cells(self._heading) <= room_left
        heading = self._heading if whole else fitted(self._short, room_left)
        left = [(f"{name}{place}", style("dim")), (f"  {heading}", style("text", bold=True))]
        if word:
            left.insert(0, (word, marked(self._colour)))
        used, segments = 0, []
        for text, look in left:
            shown = cut_keeping_indent(text, max(room - used - 1, 0))
            segments.append(Segment(shown, look))
            used += cells(shown)
        segments.append(Segment(" " * max(room - used, 0), style("text")))
        segments += [Segment(text, look) for text, look in right]
        return Strip(segments).crop(0, self.size.width)

    def _right(self) -> list[tuple[str, Style]]:
        connection = self._deployment.connection
        busy = sum(run.status.active for run in self._deployment.active)
        waiting = len(self._deployment.active) - busy
        parts: list[tuple[str, Style]] = []
        if self._read_only:
            parts.append(("read-only  ", style("warn")))
        if busy:
            parts.append((f"{busy} running  ", style("run")))
        if waiting:
            parts.append((f"{waiting} queued  ", style("wait")))
        parts.append(self._liveness(connection))
        return parts

    def _liveness(self, connection: Connection) -> tuple[str, Style]:
        ok, lost = ("*", "o") if self._ascii else ("●", "○")
        if connection.live and connection.errors:
            return f"{ok} live, not all ", style("warn")
        if connection.live:
            return f"{ok} live ", style("good")
        since = connection.lost_since
        if since is None:
            word, colour = ("no answer", "bad") if connection.problem else ("asking", "dim")
            return f"{lost} {word} ", style(colour)
        return f"{lost} no answer since {moment(since, time.time())} ", style("bad")


class KeyBar(Widget):
    """The keys that matter on this screen; `?` has the rest."""

    DEFAULT_CSS = "KeyBar { height: 1; dock: bottom; }"

    def __init__(self, screen: str, *, read_only: bool, ascii_only: bool) -> None:
        super().__init__()
        self._screen = screen
        self._read_only = read_only
        self._left_out: frozenset[str] = frozenset()
        self._ascii = ascii_only
        self._note: tuple[str, str] | None = None

    def say(self, text: str, colour: str = "text") -> None:
        """A sentence in place of the keys, till the next `say` or `hush`."""
        note = (one_line(text), colour)
        if note != self._note:
            self._note = note
            self.refresh()

    def allow(self, *, read_only: bool) -> None:
        """Whether the keys of mutations are there from now on."""
        if read_only != self._read_only:
            self._read_only = read_only
            self.refresh()

    def leave_out(self, actions: frozenset[str]) -> None:
        """The ids of actions that can't be done where the cursor is."""
        if actions != self._left_out:
            self._left_out = actions
            self.refresh()

    def hush(self) -> None:
        if self._note is not None:
            self._note = None
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - the bar has one line
        width = self.size.width
        if self._note is not None:
            text, colour = self._note
            return _line([(f" {cut(text, width - 2)}", style(colour))], width)
        right = " ?  help  ^P  commands "
        segments: list[tuple[str, Style]] = []
        used = 0
        for action in self.offered:
            key, words = self._label(action), action.words
            if used + len(key) + len(words) + 4 > width - len(right):
                break
            segments += [(f" {key} ", style("text", bold=True)), (f"{words} ", style("dim"))]
            used += len(key) + len(words) + 3
        segments += [(" " * (width - used - len(right)), style("dim")), (right, style("dim"))]
        return _line(segments, width)

    @property
    def offered(self) -> list[Action]:
        """The actions that the bar names, as far as it has room."""
        actions = actions_of(self._screen, read_only=self._read_only)
        own = [one for one in actions if one.footer and one.id not in self._left_out]
        return own[:MOST_KEYS]

    def _label(self, action: Action) -> str:
        label = key_label(action)
        return "enter" if self._ascii and label == "⏎" else label


def fitted(title: str, width: int) -> str:
    """The first parts of a title that have room, two at least; `…` in place of the last ones."""
    parts = title.split(BETWEEN)
    while cells(title) > width and len(parts) > 2:
        parts.pop()
        title = BETWEEN.join([*parts, "…"])
    return title


def cut_keeping_indent(text: str, width: int) -> str:
    """`cut` for a text whose leading blanks are part of the layout."""
    indent = len(text) - len(text.lstrip())
    return " " * min(indent, width) + cut(text, max(width - indent, 0))


def _line(parts: list[tuple[str, Style]], width: int) -> Strip:
    segments = [Segment(text, look) for text, look in parts]
    return Strip(segments).adjust_cell_length(width, style("text"))
