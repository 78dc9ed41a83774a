"""A frame as it is sent to the terminal: just the cells that changed, in few codes.

Textual (8.2) sends a changed stretch from the left edge of its widget on, and with each
piece of text all its colours and a reset. Here it begins where it changed, and of the
colours only those are sent that differ from the piece before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.segment import Segment

from console.terminal.textual_private import (
    FRAMES_CAN_BE_READ,
    ChopsUpdate,
    CompositorUpdate,
    LayoutUpdate,
    style_codes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.style import Style
    from textual.strip import Strip

Stretch = tuple[int, int, "Strip"]
"""Column, line and what stands from there on."""
Codes = tuple[str, str, str]
"""SGR parameters: attributes, text colour, background."""
NO_CODES: Codes = ("", "", "")
RESET = "\x1b[0m"
_COLOUR_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


class LeanUpdate(CompositorUpdate):
    """Draws the same as the update it is made from."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate) -> None:
        self._update = update

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(self.render_segments(console))

    def render_segments(self, console: Console) -> str:
        """The characters to write; the terminal is left without colours."""
        pen = _Pen(_colours_of(console))
        stretches = (
            _changed(self._update)
            if isinstance(self._update, ChopsUpdate)
            else _everything(self._update)
        )
        for x, y, strip in stretches:
            pen.draw(x, y, strip)
        return "".join(pen.written) + RESET


def lean(renderable: RenderableType | None) -> RenderableType | None:
    """`renderable`, drawn with fewer bytes where it is a frame."""
    if FRAMES_CAN_BE_READ and isinstance(renderable, ChopsUpdate | LayoutUpdate):
        return LeanUpdate(renderable)
    return renderable


def _changed(update: ChopsUpdate) -> Iterator[Stretch]:
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, left), min(end, right)
            if strip is not None and start < stop:
                yield start, y, strip.crop(start - x, stop - x)


def _everything(update: LayoutUpdate) -> Iterator[Stretch]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


class _Pen:
    """Knows where it is and what it draws with."""

    def __init__(self, colours: ColorSystem) -> None:
        self.written: list[str] = []
        self._colours = colours
        self._at = (-1, -1)
        self._style: Style | None = None
        self._codes: Codes | None = None

    def draw(self, x: int, y: int, strip: Strip) -> None:
        if (x, y) != self._at:
            self.written.append(f"\x1b[{y + 1};{x + 1}H")
        for text, style, control in strip:
            if control is None and text:
                self._take(style)
                self.written.append(text)
        self._at = (x + strip.cell_length, y)

    def _take(self, style: Style | None) -> None:
        if style is self._style and self._codes is not None:
            return
        new, now = _codes(style, self._colours) if style else NO_CODES, self._codes
        self._style, self._codes = style, new
        if now is None or now[0] != new[0]:
            self.written.append(f"\x1b[{';'.join(['0', *filter(None, new)])}m")
        elif now != new:
            differ = [
                colour or default
                for colour, before, default in zip(new[1:], now[1:], ("39", "49"), strict=True)
                if colour != before
            ]
            self.written.append(f"\x1b[{';'.join(differ)}m")


@lru_cache(maxsize=1024)
def _codes(style: Style, colours: ColorSystem) -> Codes:
    text, back = style.color, style.bgcolor
    return (
        style_codes(style, colours),
        ";".join(text.downgrade(colours).get_ansi_codes()) if text else "",
        ";".join(back.downgrade(colours).get_ansi_codes(foreground=False)) if back else "",
    )


def _colours_of(console: Console) -> ColorSystem:
    name = console.color_system
    return _COLOUR_SYSTEMS[name] if name else ColorSystem.TRUECOLOR
