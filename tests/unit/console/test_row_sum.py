"""The sum at the end of a line of the grid."""

from __future__ import annotations

import pytest

from console.domain.grid.grid import Heading
from console.domain.grid.row import GridRow
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.needs import Tally, judged, tally
from console.domain.status.states import CHECK_FAILED, State
from console.widgets.grid.row_sum import row_sum


def _row(counts: Tally, states: bytes = b"", *, checks: int = 0, reading: bool = False) -> GridRow:
    return GridRow(
        ("a",), b"", None, None, None, 0, states, tally=counts, checks=checks, reading=reading
    )


def _text(row: GridRow | Heading, width: int = 11, *, ascii_only: bool = False) -> str:
    return "".join(text for text, _ in row_sum(row, width, ascii_only=ascii_only))


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (_row(Tally(3, 0, 2, 1)), "   ✗3 ▒2 ·1"),
        (_row(Tally(3, 1, 2, 1)), "✗3 !1 ▒2 ·1"),
        (_row(Tally(120, 45, 12_345, 6)), "   ✗120 !45"),
        (_row(Tally(stale=12_345)), "       ▒12k"),
        (_row(Tally(), checks=2), "         !2"),
        (_row(Tally(apart=4), b"\x02" * 4), "  not begun"),
        (_row(Tally(apart=4), b"\x02" * 4 + b"\x07"), "  not begun"),
        (_row(Tally(apart=4), b"\x02" * 4 + b"\x03"), " " * 11),
        (Heading("g", 8, cells=b"\x03"), "   8 assets"),
        (Heading("g", 8, tally=Tally(1)), "         ✗1"),
    ],
    ids=[
        *("states", "checks", "too long", "thousands", "of the asset", "never", "queued", "well"),
        *("folded", "heading"),
    ],
)
def test_a_sum_has_each_state_the_worst_first(row: GridRow | Heading, text: str) -> None:
    assert _text(row) == text


def test_each_count_has_the_colour_of_its_state() -> None:
    looks = {
        text.strip(): look for text, look in row_sum(_row(Tally(3, 0, 2)), 11, ascii_only=True)
    }
    assert (looks["x3"], looks["~2"]) == ("bad", "warn")


def test_a_stretch_before_the_first_materialization_is_counted_apart() -> None:
    made, missing, flagged = State.MATERIALIZED, State.MISSING, State.STALE | CHECK_FAILED
    cells = bytes((missing, missing, State.FAILED, flagged, missing, made))
    days = PartitionKeys(tuple(f"2026-11-{day:02}" for day in range(1, 7)))
    names = PartitionKeys(tuple("abcdef"))
    assert tally(judged(cells, days)) == Tally(failed=1, checks=1, missing=1, apart=2)
    assert tally(judged(cells, names)) == Tally(failed=1, checks=1, missing=3)
