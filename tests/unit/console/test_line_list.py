"""A list under whose cursor rows come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.app import App

from console.widgets.common import lit_row
from console.widgets.common.line_list import LineList

if TYPE_CHECKING:
    from textual.app import ComposeResult


class _Listed(App[None]):
    def __init__(self, *rows: str) -> None:
        super().__init__()
        self.rows = list(rows)
        self.lines = LineList(lambda at, _: [(self.rows[at], "text")], row=self.rows.__getitem__)

    def compose(self) -> ComposeResult:
        yield self.lines

    def on_mount(self) -> None:
        self.lines.set_count(len(self.rows))

    def take_away(self, row: str) -> None:
        self.rows.remove(row)
        self.lines.set_count(len(self.rows))


async def test_a_row_that_comes_under_the_cursor_is_not_acted_on_before_it_could_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = _Listed("a", "b", "c")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.lines.is_lit()
        app.take_away("a")
        assert not app.lines.is_lit()
        await pilot.pause()
        assert not app.lines.is_lit()
        monkeypatch.setattr(lit_row, "REACTION_SECONDS", 0.0)
        assert app.lines.is_lit()


async def test_a_row_that_somebody_went_to_is_acted_on_at_once() -> None:
    app = _Listed("a", "b", "c")
    async with app.run_test() as pilot:
        await pilot.pause()
        app.lines.move(1)
        assert app.lines.is_lit()
        app.take_away("b")
        assert not app.lines.is_lit()
        app.lines.move(-1)
        assert app.lines.is_lit()


async def test_a_row_that_moves_under_the_cursor_with_it_stays_the_one_that_is_lit() -> None:
    app = _Listed("a", "b", "c")
    async with app.run_test() as pilot:
        app.lines.move(2)
        await pilot.pause()
        app.rows.remove("a")
        app.lines.cursor = 1
        app.lines.set_count(2)
        assert app.lines.is_lit()
