"""Events that become visible behind the cursor are found while a log is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.api import run_queries
from console.api.client import Client
from console.store.runs import event_log
from console.store.runs.event_log import LATE_SECONDS, EventLog
from console.widgets.log.log_source import EventSource
from tests.unit.console.test_log_view import LogApp

if TYPE_CHECKING:
    from collections.abc import Sequence

WRITTEN_AT = 1_795_000_000.0


class Table(Client):
    """A log whose rows, in the order of their ids, are visible from a moment on."""

    def __init__(self, visible_at: Sequence[float]) -> None:
        super().__init__("http://nowhere.invalid")
        self.visible_at = visible_at
        self.now = 0.0
        self.asked = 0

    def rows(self) -> list[int]:
        return [row for row, at in enumerate(self.visible_at) if at <= self.now]

    async def ask(
        self, name: str, variables: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        assert name == "log"
        assert variables is not None
        self.asked += 1
        after = int(variables["cursor"] or -1)
        found = [row for row in self.rows() if row > after]
        page = found[: variables["limit"]]
        return {
            "logsForRun": {
                "__typename": "EventConnection",
                "cursor": str(page[-1] if page else after),
                "hasMore": len(found) > len(page),
                "events": [
                    {
                        "message": f"line {row % 3}",
                        "timestamp": str(int((WRITTEN_AT + row // 10) * 1000)),
                        "level": "INFO",
                        "stepKey": "a",
                        "fileKey": str(row),
                    }
                    for row in page
                ],
            }
        }


class Clock:
    """`time`, as the log's reader sees it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def monotonic(self) -> float:
        return self._table.now

    def time(self) -> float:
        return WRITTEN_AT + self._table.now


async def _follow(table: Table, until: float, monkeypatch: pytest.MonkeyPatch) -> EventLog:
    monkeypatch.setattr(event_log, "time", Clock(table))
    log = EventLog(table, "r")
    while table.now <= until:
        await log.read_on()
        while log.more:
            await log.read_on()
        log.caught_up(None)
        await log.read_again()
        table.now += 0.5
    return log


def _rows(log: EventLog, arrived: bool = False) -> list[int]:
    events = log.arrived if arrived else log.events
    return [int(event.file_key or -1) for event in events]


@settings(max_examples=60, deadline=None)
@given(
    delays=st.lists(
        st.one_of(st.just(0.0), st.floats(0.0, LATE_SECONDS - 1.0)), min_size=1, max_size=120
    ),
    page=st.integers(1, 30),
    read=st.integers(0, 40),
)
async def test_every_event_is_there_once_and_in_its_place(
    delays: list[float], page: int, read: int
) -> None:
    """Ten rows a second; some are committed later, and the log is opened in the middle."""
    table = Table([row / 10 + delay for row, delay in enumerate(delays)])
    table.now = read / 10
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_queries, "PAGE_OF_EVENTS", page)
        log = await _follow(table, len(delays) / 10 + 2 * LATE_SECONDS + 3, patch)
    assert _rows(log) == list(range(len(delays)))
    assert sorted(_rows(log, arrived=True)) == list(range(len(delays)))
    assert log.settled


async def test_events_that_have_settled_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table([0.0] * 10_000)
    log = await _follow(table, 0.0, monkeypatch)
    assert len(log.events) == 10_000
    asked = table.asked
    table.now += LATE_SECONDS
    await log.read_again()
    assert table.asked - asked <= 2
    assert log.settled


async def test_the_cursor_stays_on_its_event_when_one_comes_before_it() -> None:
    table = Table([0.0, 99.0, 0.0, 0.0])
    log = EventLog(table, "r")
    await log.read_on()
    app = LogApp(EventSource(log.events))
    async with app.run_test(size=(60, 10)) as pilot:
        view = app.view
        view.set_follow(False)
        view.go((1, 0))
        table.now = 100.0
        log._merge((await run_queries.log(table, "r", None)).events)
        view.inserted(log.inserted)
        await pilot.pause()
        assert log.events[view.shown[view.cursor[0]]].file_key == "2"
        assert len(view.shown) == 4
