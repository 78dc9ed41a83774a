"""A screen as text: its characters, then the style of each stretch of a line, in two depths."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.color import ColorSystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.segment import Segment
    from rich.style import Style
    from textual.app import App
    from textual.strip import Strip

DEPTHS = {"truecolor": ColorSystem.TRUECOLOR, "16 colours": ColorSystem.STANDARD}


def strips_of(app: App[None]) -> list[Strip]:
    """The lines of the screen as they go to the terminal, all layers of it together."""
    return list(app.screen._compositor.render_strips())


def drawing(app: App[None]) -> str:
    """The text to keep of a screen."""
    lines = strips_of(app)
    parts = ["\n".join(line.text.rstrip() for line in lines)]
    for title, depth in DEPTHS.items():
        parts.append(f"── {title} ──\n" + "\n".join(_styles(lines, depth)))
    return "\n".join(parts) + "\n"


def _styles(lines: Iterable[Strip], depth: ColorSystem) -> Iterator[str]:
    """`12: 0 bold #d0d7de on #0d1117 · 7 …`: line, then each column where the style changes."""
    named = [(at, tuple(_stretches(line, depth))) for at, line in enumerate(lines)]
    for stretches, alike in groupby(named, key=lambda one: one[1]):
        numbers = [at for at, _ in alike]
        span = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
        yield f"{span}: " + " · ".join(f"{column} {style}" for column, style in stretches)


def _stretches(line: Strip, depth: ColorSystem) -> Iterator[tuple[int, str]]:
    column = 0
    for style, segments in groupby(line, key=lambda segment: words_of(segment.style, depth)):
        yield column, style
        column += sum(segment.cell_length for segment in segments)


def words_of(style: Style | None, depth: ColorSystem) -> str:
    """A style as the terminal of that depth gets it."""
    if style is None:
        return "plain"
    colours = [c.downgrade(depth) if c else None for c in (style.color, style.bgcolor)]
    flags = [
        name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name)
    ]
    fore, back = (
        c.name if c and c.triplet is None else c.triplet.hex if c and c.triplet else "default"
        for c in colours
    )
    return " ".join([*flags, fore, "on", back])


def vanishing(app: App[None], depth: ColorSystem) -> list[str]:
    """Text that has its own background's colour, which nobody can read."""
    return [
        segment.text
        for line in strips_of(app)
        for segment in line
        if segment.text.strip() and _is_invisible(segment, depth)
    ]


def _is_invisible(segment: Segment, depth: ColorSystem) -> bool:
    style = segment.style
    if style is None or style.color is None or style.bgcolor is None:
        return False
    return style.color.downgrade(depth) == style.bgcolor.downgrade(depth)
