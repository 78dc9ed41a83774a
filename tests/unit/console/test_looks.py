"""States are told by their glyph alone: for eyes that don't tell colours, and terminals without."""

from itertools import combinations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from console.domain.freshness.policy import FreshnessVerdict
from console.domain.status.states import LOOKS, State
from console.terminal.ascii_filter import AsciiFilter
from console.widgets.common.styles import glyph, verdict_look


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("one", "other"), combinations(State, 2), ids=lambda state: state.word)
def test_two_states_never_share_a_glyph(one: State, other: State, ascii_only: bool) -> None:
    assert glyph(one, ascii_only=ascii_only) != glyph(other, ascii_only=ascii_only)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_two_verdicts_of_freshness_never_share_a_glyph(ascii_only: bool) -> None:
    glyphs = [verdict_look(verdict, ascii_only=ascii_only)[0] for verdict in FreshnessVerdict]
    assert len(set(glyphs)) == len(FreshnessVerdict)


@pytest.mark.parametrize("state", State, ids=lambda state: state.word)
def test_a_glyph_is_one_column_wide_and_ascii_where_it_must_be(state: State) -> None:
    assert cell_len(LOOKS[state].glyph) == 1
    assert cell_len(LOOKS[state].ascii) == 1
    assert LOOKS[state].ascii.isascii()


@pytest.mark.parametrize("state", State, ids=lambda state: state.word)
def test_a_terminal_without_utf8_gets_the_same_glyph_by_either_way(state: State) -> None:
    filtered = AsciiFilter().apply([Segment(LOOKS[state].glyph)], Color(0, 0, 0))
    assert filtered[0].text == LOOKS[state].ascii
