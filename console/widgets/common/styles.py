"""Colours: one for each state, two shades of text for everything else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rich.style import Style

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.runs.run import RunStatus
from console.domain.status.states import LOOKS, State
from console.widgets.common.themes import FIRST_THEME, PALETTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.widgets.common.themes import Palette

BACKGROUND = "background"
HIGHLIGHT = "highlight"
SELECTION = "selection"
PANEL = "panel"
"""Backgrounds, by their tokens."""

_VERDICTS = {
    FreshnessVerdict.DEGRADED: ("✗", "x", "bad"),
    FreshnessVerdict.WARNING: ("▒", "~", "warn"),
    FreshnessVerdict.UNKNOWN: ("?", "?", "dim"),
    FreshnessVerdict.HEALTHY: ("■", "#", "good"),
    FreshnessVerdict.NOT_APPLICABLE: (" ", " ", "dim"),
}
_RUNS = {
    RunStatus.SUCCESS: State.MATERIALIZED,
    RunStatus.FAILURE: State.FAILED,
    RunStatus.CANCELED: State.MISSING,
    RunStatus.UNKNOWN: State.UNKNOWN,
}


_FORGETTING: list[Callable[[], None]] = []


class _Active:
    """The palette that lines are drawn with: that of the theme that is shown."""

    palette = PALETTES[FIRST_THEME]


def use_palette(palette: Palette) -> None:
    """Draw with these colours from now on; what is drawn already stays as it is."""
    _Active.palette = palette
    for forget in (style.cache_clear, cursor_style.cache_clear, *_FORGETTING):
        forget()


def on_palette_change(forget: Callable[[], None]) -> None:
    """`forget` is called when the palette changes: for what keeps styles."""
    _FORGETTING.append(forget)


@cache
def style(token: str, background: str = BACKGROUND, *, bold: bool = False) -> Style:
    """A style by the tokens of its colours."""
    palette = _Active.palette
    return Style(color=getattr(palette, token), bgcolor=getattr(palette, background), bold=bold)


@cache
def cursor_style() -> Style:
    """The cell under the cursor."""
    return style("cursor_text", "cursor", bold=True)


def state_style(state: State, background: str = BACKGROUND) -> Style:
    return style(LOOKS[state].style, background)


def glyph(state: State, *, ascii_only: bool) -> str:
    look = LOOKS[state]
    return look.ascii if ascii_only else look.glyph


def verdict_look(verdict: FreshnessVerdict, *, ascii_only: bool) -> tuple[str, str]:
    """The glyph of a freshness verdict and the name of its colour."""
    plain, simple, colour = _VERDICTS[verdict]
    return (simple if ascii_only else plain), colour


def run_state(status: RunStatus) -> State:
    """The state whose look a run's status has."""
    if status.waiting:
        return State.QUEUED
    return _RUNS.get(status, State.RUNNING)


MARKS = {
    "red": "#c9302c",
    "yellow": "#d4a72c",
    "green": "#2da44e",
    "blue": "#2f6fdb",
    "cyan": "#1b9aaa",
    "grey": "#6e7681",
}


@cache
def marked(colour: str) -> Style:
    """The look of a deployment's word: dark or light on the colour, in bold."""
    return Style(
        color="#0d1117" if colour == "yellow" else "#ffffff",
        bgcolor=MARKS.get(colour, MARKS["red"]),
        bold=True,
    )
