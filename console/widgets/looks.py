"""Colours: one for each state, two shades of text for everything else."""

from __future__ import annotations

from functools import cache

from rich.style import Style
from textual.theme import Theme

from console.domain.freshness import Verdict
from console.domain.runs import RunStatus
from console.domain.status import LOOKS, State

THEME = Theme(
    name="dagdeck",
    primary="#79b8ff",
    foreground="#d0d7de",
    background="#0d1117",
    surface="#0d1117",
    panel="#161b22",
    boost="#1c2330",
    success="#3fb950",
    warning="#e3b341",
    error="#ff7b72",
    accent="#79b8ff",
    dark=True,
)

COLOURS = {
    "good": "#3fb950",
    "warn": "#e3b341",
    "bad": "#ff7b72",
    "run": "#79b8ff",
    "wait": "#56d4dd",
    "dim": "#6e7681",
    "text": "#d0d7de",
}
BACKGROUND = "#0d1117"
HIGHLIGHT = "#1f2a3a"
SELECTION = "#3a4d6b"

_VERDICTS = {
    Verdict.DEGRADED: ("✗", "x", "bad"),
    Verdict.WARNING: ("▒", "~", "warn"),
    Verdict.UNKNOWN: ("?", "?", "dim"),
    Verdict.HEALTHY: ("■", "#", "good"),
    Verdict.NOT_APPLICABLE: (" ", " ", "dim"),
}
_RUNS = {
    RunStatus.SUCCESS: State.MATERIALIZED,
    RunStatus.FAILURE: State.FAILED,
    RunStatus.CANCELED: State.MISSING,
    RunStatus.UNKNOWN: State.UNKNOWN,
}


@cache
def style(name: str, background: str | None = None, *, bold: bool = False) -> Style:
    """A style by the name of a colour."""
    return Style(color=COLOURS[name], bgcolor=background or BACKGROUND, bold=bold)


def state_style(state: State, background: str | None = None) -> Style:
    return style(LOOKS[state].style, background)


def glyph(state: State, *, ascii_only: bool) -> str:
    look = LOOKS[state]
    return look.ascii if ascii_only else look.glyph


def verdict_look(verdict: Verdict, *, ascii_only: bool) -> tuple[str, str]:
    """The glyph of a freshness verdict and the name of its colour."""
    plain, simple, colour = _VERDICTS[verdict]
    return (simple if ascii_only else plain), colour


def run_state(status: RunStatus) -> State:
    """The state whose look a run's status has."""
    if status.waiting:
        return State.QUEUED
    return _RUNS.get(status, State.RUNNING)
