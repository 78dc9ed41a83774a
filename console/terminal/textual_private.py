"""Every private part of Textual that the console uses, and what serves where one is missing.

Textual (8.2) is pinned below its next major version. `missing_parts` says at start what
another version lacks; then the public way serves, which is slower but right: a key is drawn
a frame later, and a frame is sent with more bytes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.binding import BindingsMap
from textual.screen import Screen
from textual.widget import Widget

try:
    from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
    from textual._parser import ParseTimeout
    from textual._xterm_parser import XTermParser
except ImportError:  # pragma: no cover - only with another Textual
    FRAMES_CAN_BE_READ = False
else:
    FRAMES_CAN_BE_READ = True

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType
    from rich.style import Style
    from textual.binding import Binding
    from textual.dom import DOMNode
    from textual.events import Key
    from textual.message import Message

__all__ = [
    "FRAMES_CAN_BE_READ",
    "ChopsUpdate",
    "CompositorUpdate",
    "DeckApp",
    "KeyParser",
    "LayoutUpdate",
    "bind",
    "draw_now",
    "missing_parts",
    "run_binding",
    "style_codes",
    "take_first",
]

_METHODS: tuple[tuple[type, str], ...] = (
    (App, "_check_bindings"),
    (App, "_display"),
    (App, "_fatal_error"),
    (App, "_close_messages_no_wait"),
    (Screen, "_compositor_refresh"),
)


def missing_parts() -> list[str]:
    """The names of private parts that the installed Textual lacks."""
    missing = [f"{owner.__name__}.{name}" for owner, name in _METHODS if not hasattr(owner, name)]
    return missing if FRAMES_CAN_BE_READ else [*missing, "frames"]


class DeckApp(App[None]):
    """An app that hands on what Textual keeps to itself: frames and fatal errors."""

    def frame(self, renderable: RenderableType | None) -> RenderableType | None:
        """The text sent to the terminal for a frame."""
        return renderable

    def crashed(self, error: BaseException) -> None:
        """Called once with an error that nobody handled; the app ends after it."""

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.frame(renderable))

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception
        if error is not None:
            self.crashed(error)
        self._close_messages_no_wait()


def bind(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """These are all the keys of `node`."""
    node._bindings = BindingsMap(bindings)


def take_first(node: DOMNode, key: str) -> None:
    """Act on `key` of `node` before the next key is looked at.

    Over a bad line keys come in a bunch, and those after `/` are meant for the search.
    """
    bound = node._bindings.key_to_bindings
    bound[key] = [replace(binding, priority=True) for binding in bound[key]]


async def run_binding(app: App[None], event: Key) -> bool:
    """Run at once what a key is bound to; whether it is bound.

    Where it can't be had, Textual looks for the binding itself, two queues later.
    """
    check = getattr(app, "_check_bindings", None)
    if check is None:
        return False
    return bool(await check(event.key, priority=True) or await check(event.key))


def draw_now(screen: Screen[None]) -> None:
    """Draw at once what changed on `screen`.

    Textual lets each widget say in its own time that it changed and draws at most once in
    a frame: the cursor's line at once, the panel that tells of it a frame later.
    """
    if missing_parts() or not screen.is_current or screen._layout_required:
        return
    if screen.app._batch_count:
        return
    widgets = list(screen.walk_children(Widget))
    if any(widget._layout_required for widget in widgets):
        return
    changed = {widget for widget in widgets if widget._repaint_required}
    for widget in changed:
        widget._repaint_required = False
    if changed:
        screen._compositor.update_widgets(changed)
        screen._compositor_refresh()


def style_codes(style: Style, colours: Any) -> str:
    """The SGR parameters of a style's attributes, without its colours."""
    return style.without_color._make_ansi_codes(colours)


class KeyParser:
    """Textual's parser of what a terminal sends, one whole sequence at a time.

    The parser waits for more where it doesn't know a sequence, and ends for good where one
    makes it raise; then another takes its place.
    """

    def __init__(self) -> None:
        self._parser = XTermParser()

    def read(self, sequence: str) -> Iterator[Message]:
        """The messages of one character or one whole escape sequence; none if not known."""
        yield from self._read(sequence)
        if self._parser._awaiting.timeout is not None:
            self._begin_again()

    def read_alone(self, sequence: str) -> Iterator[Message]:
        """The keys of the beginning of a sequence that nothing follows."""
        yield from self._read(sequence)
        if self._parser._awaiting.timeout is None:
            return
        try:
            self._parser._awaiting = self._parser._gen.throw(ParseTimeout())
            yield from list(self._parser._tokens)
            self._parser._tokens.clear()
        except Exception:
            self._begin_again()

    def _read(self, sequence: str) -> Iterator[Message]:
        try:
            yield from list(self._parser.feed(sequence))
        except Exception:
            self._begin_again()

    def _begin_again(self) -> None:
        before, self._parser = self._parser, XTermParser()
        for name in ("mouse_pixels", "terminal_size", "terminal_pixel_size", "last_x", "last_y"):
            setattr(self._parser, name, getattr(before, name))
