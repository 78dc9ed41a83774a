"""Names of wide characters stand in the same columns as plain ones, on screens and in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.domain.text import cells
from tests.unit.console import test_partitions_screen as grid_tests

if TYPE_CHECKING:
    from rich.segment import Segment

NAMES = ["日次売上", "👨\u200d👩 pair", "plain_name", "é", "日" * 60]


def column_of(segments: list[Segment], sign: str) -> int:
    """The cell in which the last `sign` of a drawn line begins."""
    text = "".join(segment.text for segment in segments)
    return cells(text[: text.rindex(sign)])


@pytest.mark.parametrize("width", [80, 120])
async def test_the_last_mark_of_every_row_stands_in_one_column(width: int) -> None:
    deck = grid_tests.wide_deck(NAMES)
    async with deck.run_test(size=(width, 24)) as pilot:
        await grid_tests._open(pilot, deck, "3")
        grid = grid_tests._screen(deck).grid
        drawn = [list(grid.render_line(y)) for y in range(grid.size.height)]
        rows = [line for line in drawn if any("■" in segment.text for segment in line)]
        assert len(rows) == len(NAMES)
        assert len({column_of(line, "■") for line in rows}) == 1
        assert {sum(cells(segment.text) for segment in line) for line in rows} == {width}
