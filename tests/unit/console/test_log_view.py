from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App, ComposeResult

from console.domain.runs.events import ErrorInfo, Event
from console.widgets.common.styled_text import StyledLine
from console.widgets.log.log_source import EventSource, LogLayout
from console.widgets.log.log_view import LogView
from console.widgets.log.search import Search

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.geometry import Region

HEIGHT, WIDTH = 12, 80
MANY = 100_000


class CountingSource(EventSource):
    """Counts the entries that are laid out."""

    laid = 0

    def lines(self, index: int, layout: LogLayout, *, opened: bool) -> list[StyledLine]:
        self.laid += 1
        return super().lines(index, layout, opened=opened)


class CountingView(LogView):
    """Counts the lines of the terminal that are sent again."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def refresh(self, *regions: Region, **more: bool) -> CountingView:
        self.sent += sum(region.height for region in regions) if regions else HEIGHT
        super().refresh(*regions, **more)
        return self


class LogApp(App[None]):
    def __init__(self, source: EventSource) -> None:
        super().__init__()
        self.source, self.view = source, CountingView()

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.show_source(self.source)


def _event(number: int, level: str = "INFO", **changes: Any) -> Event:
    values: dict[str, Any] = {
        "at": float(number),
        "level": level,
        "type": "",
        "message": f"line {number}",
    }
    return Event(**{**values, **changes})


def _failure(number: int) -> Event:
    cause = ErrorInfo("deep within", "RootError", ("  File a.py\n", "  File b.py\n"))
    error = ErrorInfo("wrapper", "StepError", ("  File c.py\n",), cause)
    return _event(number, "ERROR", type="STEP_FAILURE", error=error)


@asynccontextmanager
async def _view(events: list[Event]) -> AsyncIterator[tuple[CountingView, CountingSource]]:
    source = CountingSource(events)
    app = LogApp(source)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        yield app.view, source


def _screen(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def _cursor_text(view: LogView) -> str:
    return "".join(text for text, _ in view._lines(view.cursor[0])[view.cursor[1]])


async def test_a_hundred_thousand_events_cost_only_those_in_sight() -> None:
    async with _view([_event(n) for n in range(MANY)]) as (view, source):
        assert "line 99999" in _screen(view)[-1]
        assert source.laid <= 4 * HEIGHT
        for way in (
            lambda: view.to_end(-1),
            lambda: view.page(1),
            lambda: view.page(-1),
            lambda: view.to_end(1),
            lambda: view.move(-1),
            lambda: view.set_form(wrap=True),
            lambda: view.find("line 77777"),
        ):
            source.laid = 0
            way()
            _screen(view)
            assert source.laid <= 5 * HEIGHT
        assert "line 77777" in _cursor_text(view)


async def test_new_events_send_only_their_own_lines() -> None:
    events = [_event(n) for n in range(3)]
    async with _view(events) as (view, _):
        view.sent = 0
        events.append(_event(3))
        view.grew()
        assert view.sent <= 1 + (HEIGHT - 3)
        assert "line 3" in _screen(view)[3]


async def test_following_scrolls_a_few_lines_at_a_time() -> None:
    events = [_event(n) for n in range(HEIGHT)]
    async with _view(events) as (view, _):
        scrolled = 0
        for n in range(HEIGHT, HEIGHT + 30):
            before = view.top
            events.append(_event(n))
            view.grew()
            scrolled += before != view.top
            assert f"line {n}" in _cursor_text(view)
            assert any(f"line {n}" in line for line in _screen(view))
        assert scrolled <= 30 // (HEIGHT // 4)


async def test_events_out_of_sight_send_nothing() -> None:
    events = [_event(n) for n in range(50)]
    async with _view(events) as (view, _):
        view.to_end(-1)
        view.sent = 0
        events.append(_event(50))
        view.grew()
        assert view.sent == 0
        assert len(view.shown) == 51


async def test_moving_up_stops_following_and_the_end_follows_again() -> None:
    async with _view([_event(n) for n in range(50)]) as (view, _):
        assert view.follow
        view.move(-1)
        assert not view.follow
        view.move(1)
        assert not view.follow
        view.to_end(1)
        assert view.follow


async def test_the_cursor_can_reach_every_line_of_an_opened_error() -> None:
    async with _view([_event(0), _failure(1), _event(2)]) as (view, _):
        view.to_end(-1)
        view.move(1)
        assert view.fold()
        seen = []
        for _ in range(20):
            seen.append(_cursor_text(view))
            view.move(1)
        assert any("File b.py" in text for text in seen)
        assert "line 2" in seen[-1]


async def test_an_opened_error_closes_to_one_line() -> None:
    async with _view([_event(0), _failure(1)]) as (view, _):
        before = _screen(view)
        view.fold()
        view.fold()
        assert _screen(view) == before


async def test_a_plain_line_does_not_fold() -> None:
    async with _view([_event(0)]) as (view, _):
        assert not view.fold()


async def test_the_next_error_goes_around_the_end() -> None:
    events = [_event(n) for n in range(300)]
    events[40], events[200] = _failure(40), _failure(200)
    async with _view(events) as (view, _):
        visited = []
        for _ in range(3):
            view.next_bad(view.cursor[0])
            visited.append(view.cursor[0])
        assert visited == [40, 200, 40]


async def test_no_error_is_said_to_be_none() -> None:
    async with _view([_event(n) for n in range(9)]) as (view, _):
        assert not view.next_bad(-1)


async def test_a_search_opens_the_folded_error_that_holds_what_was_sought() -> None:
    async with _view([_event(0), _failure(1), _event(2)]) as (view, _):
        assert view.find("b.py") == 1
        assert "File b.py" in _cursor_text(view)


async def test_found_entries_are_counted_and_visited_in_turn() -> None:
    async with _view([_event(n) for n in range(100)]) as (view, _):
        view.to_end(-1)
        assert view.find("LINE 1".lower()) == 11
        numbers = [view.found_number]
        for _ in range(11):
            view.found(1)
            numbers.append(view.found_number)
        assert numbers == [*range(1, 12), 1]
        view.found(-1)
        assert view.found_number == 11


async def test_lines_that_come_later_are_searched_too() -> None:
    events = [_event(n) for n in range(3)]
    async with _view(events) as (view, _):
        view.find("line")
        events.append(_event(3))
        view.grew()
        assert view.search is not None
        assert view.search.found == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("needle", "text", "hits"),
    [
        ("timeout", "Connect TIMEOUT", True),
        ("Timeout", "connect timeout", False),
        ("Timeout", "ConnectTimeout", True),
        ("a.c", "abc", False),
        ("[bold]", "[bold]x", True),
    ],
)
def test_a_search_is_literal_and_a_capital_makes_case_matter(
    needle: str, text: str, hits: bool
) -> None:
    assert Search(needle).hits(text) is hits
    assert (list(Search(needle).starts(text)) != []) is hits


async def test_matches_stand_out_by_more_than_colour() -> None:
    async with _view([_event(1)]) as (view, _):
        view.find("line")
        marked = [s.text for s in view.render_line(0) if s.style and s.style.reverse]
        assert marked == ["line"]


async def test_hidden_chatter_is_counted_and_can_be_shown() -> None:
    chatter = [_event(n, "DEBUG", type="RESOURCE_INIT_STARTED") for n in range(5)]
    async with _view([*chatter, _event(9)]) as (view, _):
        assert (len(view.shown), view.hidden) == (1, 5)
        view.set_chatter(True)
        assert (len(view.shown), view.hidden) == (6, 0)


async def test_markup_in_a_message_is_just_text() -> None:
    async with _view([_event(0, message="[bold red]not markup[/]")]) as (view, _):
        assert "[bold red]not markup[/]" in _screen(view)[0]


async def test_the_cursor_is_seen_without_colour() -> None:
    async with _view([_event(n) for n in range(3)]) as (view, _):
        assert [line.startswith("▌") for line in _screen(view)[:3]] == [False, False, True]
