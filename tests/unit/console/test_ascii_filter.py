"""What leaves for a terminal without UTF-8."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from console.terminal.ascii_filter import AsciiFilter


def filtered(text: str) -> str:
    segments = AsciiFilter().apply([Segment(text)], Color(0, 0, 0))
    return "".join(segment.text for segment in segments)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Mn", "Me", "Mc"])))
def test_nothing_but_ascii_is_left_and_it_is_as_wide_as_before(text: str) -> None:
    assert filtered(text).isascii()
    assert cell_len(filtered(text)) == sum(cell_len(character) for character in text)


def test_drawing_characters_are_replaced_by_ascii_lookalikes() -> None:
    assert filtered("┌─┬▶ a · b… │ ✗ 1") == "+-+> a . b~ | x 1"


def test_ascii_is_left_alone() -> None:
    segment = Segment("[a...b], c")
    assert AsciiFilter().apply([segment], Color(0, 0, 0)) == [segment]
