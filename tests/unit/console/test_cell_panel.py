"""What the panel under the grid says of staleness."""

from __future__ import annotations

from console.domain.grid.details import CellDetail
from console.domain.status.states import State
from console.widgets.grid.cell_panel import CellPanel

KEY = ("marts", "overview")


def _text(panel: CellPanel) -> list[str]:
    return ["".join(text for text, _ in line) for line in panel._lines]


def _panel(state: State, stale: str | None = None) -> CellPanel:
    panel = CellPanel(ascii_only=False)
    panel.show_cell(KEY, "2026-11-20", state, "…", stale)
    return panel


def test_the_cause_is_there_before_dagster_answers_and_stays() -> None:
    panel = _panel(State.STALE, "raw was materialized 05:12, after this")
    assert _text(panel)[2] == " stale: raw was materialized 05:12, after this"
    panel.show_detail(CellDetail(1.0, "r", stale="raw was materialized 05:12, after this"))
    assert _text(panel)[2] == " stale: raw was materialized 05:12, after this"


def test_newer_upstream_partitions_that_dagster_does_not_look_at_are_marked() -> None:
    panel = _panel(State.MATERIALIZED)
    panel.show_detail(CellDetail(1.0, "r", newer_upstream="3 of 400 partitions of raw are newer"))
    assert _text(panel)[2].startswith(" fresh for Dagster, which doesn't look so far: 3 of 400")


def test_a_fresh_cell_has_no_word_of_it() -> None:
    panel = _panel(State.MATERIALIZED)
    panel.show_detail(CellDetail(1.0, "r"))
    assert "stale" not in " ".join(_text(panel))
