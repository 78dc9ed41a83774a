"""Frames as a terminal sees them, against the cells that they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyte
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from console.terminal.lean_update import LeanUpdate, lean

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT, BORDER = 12, 3, 5
CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = (
    Style(color="#ff0000", bgcolor="#000001"),
    Style(color="#ff0000", bgcolor="#00ff00"),
    Style(color="#0000ff", bgcolor="#000001", bold=True),
    Style(color="#0000ff", bgcolor="#000001", reverse=True),
    Style(bgcolor="#00ff00"),
    Style(),
    None,
)

cells = st.tuples(st.sampled_from("ab ■"), st.sampled_from(STYLES))
frames = st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), min_size=HEIGHT, max_size=HEIGHT)
spans = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH)).filter(
        lambda span: span[1] < span[2]
    ),
    min_size=1,
    max_size=4,
)
Frame = list[list[tuple[str, Style | None]]]


def _strip(line: list[tuple[str, Style | None]]) -> Strip:
    return Strip([Segment(letter, style) for letter, style in line])


def _shown(*sent: str) -> list[list[object]]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for text in sent:
        stream.feed(text)
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def _whole(frame: Frame) -> LayoutUpdate:
    lines: list[Iterable[Strip]] = [
        [_strip(line[:BORDER]), _strip(line[BORDER:])] for line in frame
    ]
    return LayoutUpdate(lines, Region(0, 0, WIDTH, HEIGHT))


def _sent(update: ChopsUpdate | LayoutUpdate) -> str:
    made = lean(update)
    assert isinstance(made, LeanUpdate)
    return made.render_segments(CONSOLE)


@given(frame=frames)
def test_a_whole_frame_looks_as_textual_draws_it(frame: Frame) -> None:
    assert _shown(_sent(_whole(frame))) == _shown(_whole(frame).render_segments(CONSOLE))


@given(before=frames, after=frames, spans=spans)
@example(
    before=[[("a", STYLES[0])] * WIDTH] * HEIGHT,
    after=[[("b", STYLES[1])] * WIDTH] * HEIGHT,
    spans=[(0, 4, 6), (1, 5, 6), (2, 11, 12)],
)
def test_just_the_cells_of_the_spans_are_drawn_again(
    before: Frame, after: Frame, spans: list[tuple[int, int, int]]
) -> None:
    chops = [{0: _strip(line[:BORDER]), BORDER: _strip(line[BORDER:])} for line in after]
    update = ChopsUpdate(chops, spans, [[BORDER, WIDTH]] * HEIGHT)
    mixed = [list(line) for line in before]
    for y, first, last in spans:
        mixed[y][first:last] = after[y][first:last]
    assert _shown(_sent(_whole(before)), _sent(update)) == _shown(_sent(_whole(mixed)))


def test_neighbours_that_differ_in_one_colour_cost_one_colour() -> None:
    red, blue = (Style(color=c, bgcolor="#0d1117") for c in ("#ff0000", "#0000ff"))
    strip = Strip([Segment("a", red), Segment("b", blue), Segment("c", blue)])
    sent = _sent(LayoutUpdate([[strip]], Region(0, 0, 3, 1)))
    assert sent == "\x1b[1;1H\x1b[0;38;2;255;0;0;48;2;13;17;23ma\x1b[38;2;0;0;255mbc\x1b[0m"


def test_bytes_that_are_no_frame_stay_as_they_are() -> None:
    assert lean(None) is None
    assert lean("text") == "text"
