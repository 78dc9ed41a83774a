"""The table of `dagdeck status`."""

from __future__ import annotations

import pytest

from console.domain.text import cells
from console.headless.status_table import laid_out

KEYS = [("warehouse", "marts", "daily_glucose_by_patient"), ("raw",)]
NUMBERS = ("3017", "2900", "12", "3", "100", "2", "degraded", "3h")
LINES = [("warehouse/marts/daily_glucose_by_patient", *NUMBERS), ("raw", *NUMBERS)]


@pytest.mark.parametrize("width", [70, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_lost(width: int) -> None:
    told = laid_out(LINES, KEYS, width)
    assert max(map(cells, told)) <= width
    assert all(line.split()[-8:] == list(NUMBERS) for line in told[1:])


def test_a_name_that_is_cut_keeps_its_last_part() -> None:
    line = laid_out(LINES, KEYS, 80)[1]
    assert "by_patient" in line


def test_in_a_pipe_nothing_is_cut_and_the_heads_are_whole() -> None:
    told = laid_out(LINES, KEYS, None)
    assert told[1].startswith("warehouse/marts/daily_glucose_by_patient")
    assert told[0].split()[1:6] == ["total", "materialized", "failed", "stale", "missing"]


def test_without_an_asset_there_are_only_the_heads() -> None:
    assert len(laid_out([], [], 80)) == 1
