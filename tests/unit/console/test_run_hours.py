"""Runs an hour, and how far a run is, on the overview."""

from __future__ import annotations

from console.domain.runs.hours import HOUR, RunHour, run_hours
from console.domain.runs.run import Run, RunStatus
from console.domain.text import cells
from console.widgets.overview.line import Frame
from console.widgets.overview.pictures import picture_lines
from console.widgets.overview.running import running_lines
from tests.unit.console.assets import deck_of, graph_of

NOW = 1_000 * HOUR + 60.0
OK, BAD = RunStatus.SUCCESS, RunStatus.FAILURE


def _frame(*, ascii_only: bool = False) -> Frame:
    overview = deck_of(graph_of([("a", "b")]), []).overview
    overview.run_hours.ends = ((NOW, OK), (NOW - HOUR, OK), (NOW - HOUR, BAD))
    return Frame(overview, NOW, 100, ascii_only)


def test_a_run_counts_in_the_hour_in_which_it_ended() -> None:
    ends = [(NOW, OK), (NOW - HOUR, BAD), (NOW - HOUR, OK), (NOW - 9 * HOUR, OK)]
    assert run_hours(ends, NOW, 3) == (RunHour(), RunHour(2, 1), RunHour(1))


def test_hours_older_than_what_was_read_are_not_known() -> None:
    ends = [(NOW, OK), (NOW - HOUR, OK)]
    known = [hour.known for hour in run_hours(ends, NOW, 3, whole=False)]
    assert known == [False, False, True]


def test_the_picture_has_a_bar_for_each_hour_and_says_how_many_failed() -> None:
    (line,) = (line for line in picture_lines(_frame(), 5) if line.parts[0][0] == " RUNS  ")
    bars = line.parts[1:25]
    assert [text for text, _ in bars] == ["·"] * 22 + ["█", "▄"]
    assert [look for _, look in bars[-2:]] == ["bad", "good"]
    assert line.parts[-1] == ("1 failed", "bad")


def test_the_picture_fits_80_columns_with_as_many_runs_as_are_read() -> None:
    frame = _frame()
    frame.overview.run_hours.ends = ((NOW - HOUR, BAD),) * 1_000
    (line,) = (line for line in picture_lines(frame, 5) if line.parts[0][0] == " RUNS  ")
    assert sum(cells(text) for text, _ in line.parts) < 80


def test_in_ascii_bars_are_digits() -> None:
    (line,) = (
        line for line in picture_lines(_frame(ascii_only=True), 5) if line.parts[0][0] == " RUNS  "
    )
    assert "".join(text for text, _ in line.parts[1:25]) == "." * 22 + "84"


def test_pictures_never_take_more_room_than_there_is() -> None:
    for room in range(6):
        assert len(picture_lines(_frame(), room)) <= room


def test_a_run_shows_how_much_of_its_expected_time_is_gone() -> None:
    frame = _frame()
    deployment = frame.overview.deployment
    deployment.answered()
    past = Run("p", OK, "job", NOW - 500, NOW - 500, NOW - 400)
    deployment.newest = (past,)
    deployment.active = (Run("r", RunStatus.STARTED, "job", NOW - 50, NOW - 50),)
    line = running_lines(frame)[-1]
    assert ("━" * 5, "run") in line.parts
    assert sum(cells(text) for text, _ in line.parts) <= frame.width
