"""The sum at the end of a line of the grid: how many partitions need somebody, by state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.grid.grid import Heading
from console.domain.reading import MARK
from console.domain.status.needs import was_begun
from console.domain.status.states import CHECK_LOOK, LOOKS, State
from console.domain.text import cells

if TYPE_CHECKING:
    from console.domain.grid.grid import GridLine
    from console.domain.status.needs import Tally
    from console.domain.status.states import StateStyle

THOUSAND = 1_000
Part = tuple[str, str]
"""A text, and the name of its style."""


def row_sum(found: GridLine, width: int, *, ascii_only: bool) -> list[Part]:
    """`✗3 ▒2 ·1`, right-aligned in `width` cells, the worst first; what doesn't fit is left out."""
    more = ("~" if ascii_only else MARK) if found.reading else ""
    parts = _that_fit(_counted(found, ascii_only=ascii_only) or _rest(found), width - cells(more))
    if more:
        parts.append((more, "dim"))
    used = sum(cells(text) for text, _ in parts)
    return [(" " * (width - used), "dim"), *parts]


def short_counts(counts: Tally, mark: str, *, ascii_only: bool) -> str:
    """`✗12 !1 ▒5 ·25`, the mark of half-read behind each."""
    return " ".join(f"{text}{mark}" for text, _ in _parts(counts, 0, ascii_only=ascii_only))


def _counted(found: GridLine, *, ascii_only: bool) -> list[Part]:
    whole = 0 if isinstance(found, Heading) else found.checks
    return _parts(found.tally, whole, ascii_only=ascii_only)


def _parts(counts: Tally, whole: int, *, ascii_only: bool) -> list[Part]:
    """Each count with its sign, the worst first; `whole` checks failed without a partition."""
    each: tuple[tuple[StateStyle, int], ...] = (
        (LOOKS[State.FAILED], counts.failed),
        (CHECK_LOOK, counts.checks + whole),
        (LOOKS[State.STALE], counts.stale),
        (LOOKS[State.MISSING], counts.missing),
    )
    return [
        (f"{look.ascii if ascii_only else look.glyph}{_short(count)}", look.style)
        for look, count in each
        if count
    ]


def _rest(found: GridLine) -> list[Part]:
    """What is said of a line without anything that needs somebody."""
    if isinstance(found, Heading):
        size = f"{found.assets} asset{'' if found.assets == 1 else 's'}"
        return [(size, "dim")] if found.folded else []
    never = found.tally.apart and not was_begun(found.states)
    return [("not begun", "dim")] if never else []


def _that_fit(parts: list[Part], width: int) -> list[Part]:
    """The first ones, a blank between."""
    shown: list[Part] = []
    for text, look in parts:
        blank = " " if shown else ""
        if sum(cells(one) for one, _ in shown) + cells(blank + text) > width:
            break
        shown.append((blank + text, look))
    return shown


def _short(count: int) -> str:
    return str(count) if count < THOUSAND else f"{count // THOUSAND}k"
