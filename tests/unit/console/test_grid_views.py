"""Zoom, folds, order and choice: the same cells, looked at in another way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.checks import FailedChecks
from console.domain.grid.grid import EMPTY, EVERYTHING, Grid, GridView, Heading, Order, make_grid
from console.domain.grid.row import GridRow
from console.domain.grid.selection import Cells, completion, joined_ranges
from console.domain.partitions.key_times import Level
from console.domain.partitions.keys import PartitionKeys, parse_partitions, product_of
from console.domain.status.states import (
    CHECK_FAILED,
    FROM_BEST,
    Row,
    State,
    bad_cells,
    worst_across,
    worst_of_each,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.domain.assets.keys import AssetKey

M, N, F, S = State.MATERIALIZED, State.MISSING, State.FAILED, State.STALE
CELLS = st.sampled_from(FROM_BEST)
STATES = st.sampled_from([State.UNKNOWN, M, N, F, S, State.RUNNING, State.QUEUED])
DAYS = PartitionKeys(
    tuple((date(2026, 1, 1) + timedelta(days=at)).isoformat() for at in range(100))
)
HOURS = PartitionKeys(
    tuple(f"{datetime(2026, 3, 1) + timedelta(hours=at):%Y-%m-%d-%H:00}" for at in range(24 * 20))
)
MONTHS = PartitionKeys(("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"))
CITIES = PartitionKeys(("Oslo", "Rome", "Wien"))
Made = dict[str, tuple[PartitionKeys | None, bytes]]


def _grid(
    made: Mapping[str, tuple[PartitionKeys | None, bytes]],
    view: GridView = EVERYTHING,
    before: Grid | None = None,
    checks: Mapping[AssetKey, FailedChecks] | None = None,
) -> Grid:
    definition = PartitionsDefinition("TIME_WINDOW", "")
    groups = {name: name[0] for name in made}
    graph = AssetGraph(
        {
            (name,): Asset((name,), group=groups[name], partitions=definition if keys else None)
            for name, (keys, _) in made.items()
        }
    )
    keys: dict[AssetKey, PartitionKeys | None] = {(name,): one for name, (one, _) in made.items()}
    rows: dict[AssetKey, Row] = {(name,): Row(states, 0.0) for name, (_, states) in made.items()}
    return make_grid(graph, keys, rows, view, checks, before or EMPTY)


def _row(grid: Grid, name: str) -> GridRow:
    found = grid.row(grid.rows[(name,)])
    assert found is not None
    return found


def _worst(states: list[int]) -> int:
    return max(states, key=FROM_BEST.index)


@given(st.lists(st.lists(CELLS, min_size=1).map(bytes), min_size=1))
def test_a_folded_cell_is_the_worst_of_what_it_holds(stretches: list[bytes]) -> None:
    assert list(worst_of_each(stretches)) == [_worst(list(one)) for one in stretches]


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4).map(bytes), min_size=1, max_size=5))
def test_a_folded_column_is_the_worst_of_its_rows(rows: list[bytes]) -> None:
    assert list(worst_across(rows)) == [_worst(list(one)) for one in zip(*rows, strict=True)]


@given(CELLS)
def test_bad_is_what_is_missing_failed_or_stale_or_has_a_failed_check(cell: int) -> None:
    bad = bool(cell & CHECK_FAILED) or State(cell & 7) in (N, F, S)
    assert bad_cells(bytes([cell])) == bytes([bad])


@settings(deadline=None)
@given(
    st.lists(STATES, min_size=100, max_size=100),
    st.sampled_from([Level.DAY, Level.WEEK, Level.MONTH]),
)
def test_zoomed_every_partition_is_in_the_column_of_its_time_and_none_is_lost(
    states: list[State], level: Level
) -> None:
    grid = _grid({"a": (DAYS, bytes(states)), "b": (CITIES, bytes([M] * 3))}, GridView(level))
    row = _row(grid, "a")
    seen: list[int] = []
    for column in range(grid.width):
        held = row.positions(column)
        seen += held
        stretch = grid.axis_key(column)
        for at in held:
            day = date.fromisoformat(DAYS.keys[at])
            monday = (day - timedelta(days=day.weekday())).isoformat()
            names = {Level.DAY: day.isoformat(), Level.WEEK: monday, Level.MONTH: f"{day:%Y-%m}"}
            assert stretch == names[level]
        if held:
            assert row.cells[column] == _worst([states[at] for at in held])
        else:
            assert row.cells[column] == State.OUTSIDE
    assert sorted(seen) == list(range(100))
    made = [at for at, state in enumerate(states) if state in (M, S)]
    gaps = states[made[0] :].count(N) if made else 0
    assert row.bad == states.count(F) + states.count(S) + gaps


def test_the_walk_to_bad_cells_passes_what_was_never_begun() -> None:
    states = bytes([N] * 40 + [F] + [N] * 19 + [M] * 20 + [N] + [M] * 19)
    grid = _grid({"a": (DAYS, states), "b": (DAYS, bytes([N] * 100))})
    line = grid.rows[("a",)]
    assert grid.next_bad_across(line, 0, 1) == 40
    assert grid.next_bad_across(line, 40, 1) == 80
    assert grid.next_bad(line, 80, 1) == (line, 40)
    only_bad = _grid({"a": (DAYS, states), "b": (DAYS, bytes([N] * 100))}, GridView(only_bad=True))
    assert list(only_bad.rows) == [("a",)]


@pytest.mark.parametrize("folded", [frozenset(), frozenset({"a"})], ids=["open", "folded"])
def test_zoomed_a_month_with_a_day_not_begun_is_bad_only_by_its_others(
    folded: frozenset[str],
) -> None:
    states = bytes([N] * 5 + [M] * 50 + [F] + [M] * 44)
    grid = _grid({"a": (DAYS, states)}, GridView(Level.MONTH, folded=folded))
    bad = grid.lines[0 if folded else 1].bad_columns
    assert [column for column in range(grid.width) if bad[column]] == [1]


def test_hours_days_and_months_stand_under_each_other() -> None:
    grid = _grid(
        {
            "a": (DAYS, bytes([M] * 100)),
            "b": (DAYS, bytes([M] * 100)),
            "h": (HOURS, bytes([M] * len(HOURS))),
            "m": (MONTHS, bytes([M] * 4)),
        }
    )
    assert grid.level is Level.DAY
    column = _row(grid, "a").column("2026-03-01")
    assert column is not None
    assert len(_row(grid, "h").positions(column)) == 24
    assert _row(grid, "h").column("2026-03-01-07:00") == column
    assert _row(grid, "m").column("2026-03-01") == column
    assert list(grid.levels) == [Level.HOUR, Level.DAY, Level.WEEK, Level.MONTH]


def test_days_that_begin_or_end_elsewhere_are_still_under_their_own_day() -> None:
    later = PartitionKeys((*DAYS.keys[40:], "2026-04-11", "2026-04-12"))
    made: Made = {
        "a": (DAYS, bytes([M] * 100)),
        "b": (DAYS, bytes([M] * 100)),
        "c": (later, bytes([M] * 62)),
    }
    grid = _grid(made)
    for day in ("2026-03-01", "2026-04-10"):
        columns = {_row(grid, name).column(day) for name in made}
        assert len(columns) == 1
    assert _row(grid, "a").column("2026-04-12") is None
    assert grid.width == 102


def _both(primary: int) -> PartitionKeys:
    sides = (CITIES, DAYS) if primary == 1 else (DAYS, CITIES)
    return product_of(*sides, primary)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([0, 1]), st.data())
def test_two_dimensions_fold_into_one_line_and_open_into_one_for_each_key(
    primary: int, data: st.DataObject
) -> None:
    keys = _both(primary)
    states = bytes(data.draw(st.lists(STATES, min_size=300, max_size=300)))
    view = GridView(opened=frozenset({("a",)}))
    grid = _grid({"a": (keys, states), "d": (DAYS, bytes([M] * 100))}, view)
    lines = [line for line in grid.lines if isinstance(line, GridRow) and line.asset == ("a",)]
    assert [line.secondary for line in lines] == [None, *CITIES.keys]
    for column, day in enumerate(DAYS.keys):
        cells = {}
        for line in lines[1:]:
            name = f"{line.secondary}|{day}" if primary == 1 else f"{day}|{line.secondary}"
            assert line.partition(column) == name
            cells[name] = line.cells[column]
            assert cells[name] == states[keys.positions[name]]
        assert {keys.keys[at] for at in lines[0].positions(column)} == set(cells)
        assert lines[0].cells[column] == _worst(list(cells.values()))
        assert lines[0].partition(column) is None
    assert lines[0].bad == sum(line.bad for line in lines[1:])
    assert lines[1].column_of(keys.keys[0]) == 0


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_two_dimensions_zoom_as_one_does(data: st.DataObject) -> None:
    keys = _both(data.draw(st.sampled_from([0, 1])))
    states = bytes(data.draw(st.lists(STATES, min_size=300, max_size=300)))
    grid = _grid({"a": (keys, states)}, GridView(Level.MONTH))
    row = _row(grid, "a")
    seen = [at for column in range(grid.width) for at in row.positions(column)]
    assert sorted(seen) == list(range(300))
    for column in range(grid.width):
        assert row.cells[column] == _worst([states[at] for at in row.positions(column)])


SMALL = st.lists(st.lists(CELLS, min_size=4, max_size=4).map(bytes), min_size=1, max_size=5)


@given(SMALL, st.integers(0, 4), st.integers(0, 3), st.sampled_from([1, -1]))
def test_the_next_bad_cell_of_a_line_or_column_is_the_nearest_that_way(
    rows: list[bytes], line: int, column: int, direction: int
) -> None:
    keys = PartitionKeys(tuple("wxyz"))
    states = {f"a{at}": (keys, bytes(cell & 7 for cell in row)) for at, row in enumerate(rows)}
    grid = _grid(states)
    line = 1 + line % len(rows)

    def bad(at: int, c: int) -> bool:
        row = grid.row(at)
        if row is None:
            return False
        begun = M in row.cells or S in row.cells
        return row.state(c) in (F, S, *((N,) if begun else ()))

    across = [c for c in range(4) if bad(line, c) and (c - column) * direction > 0]
    along = [at for at in range(len(grid.lines)) if bad(at, column) and (at - line) * direction > 0]
    assert grid.next_bad_across(line, column, direction) == next(iter(across[::direction]), None)
    assert grid.next_bad_along(line, column, direction) == next(iter(along[::direction]), None)


def test_a_folded_group_is_one_line_with_the_worst_of_each_column() -> None:
    made: Made = {
        "a1": (CITIES, bytes([M, F, M])),
        "a2": (CITIES, bytes([M, M, N])),
        "b1": (CITIES, bytes([M, M, M])),
    }
    grid = _grid(made, GridView(folded=frozenset({"a"})))
    heading = grid.lines[0]
    assert isinstance(heading, Heading)
    assert (heading.assets, heading.bad, list(heading.cells)) == (2, 2, [M, F, N])
    assert list(grid.rows) == [("b1",)]
    assert grid.next_bad(2, 0, 1) == (0, 1)


def test_only_bad_rows_leaves_out_the_others_and_says_how_many() -> None:
    made: Made = {
        "a": (CITIES, bytes([M, F, M])),
        "b": (CITIES, bytes([M] * 3)),
        "c": (None, bytes([M])),
    }
    grid = _grid(made, GridView(only_bad=True))
    assert list(grid.rows) == [("a",)]
    assert grid.left_out == 2


def test_the_orders_are_by_graph_name_and_badness() -> None:
    made: Made = {
        "z1": (CITIES, bytes([M, M, N])),
        "a2": (CITIES, bytes([M, M, M])),
        "a1": (CITIES, bytes([F, F, N])),
    }
    assert list(_grid(made, GridView(order=Order.NAME)).rows) == [("a1",), ("a2",), ("z1",)]
    assert list(_grid(made, GridView(order=Order.BADNESS)).rows) == [("a1",), ("z1",), ("a2",)]


def test_a_choice_of_assets_shows_just_these() -> None:
    made: Made = {name: (CITIES, bytes([M] * 3)) for name in "abc"}
    grid = _grid(made, GridView(chosen=frozenset({("b",)})))
    assert list(grid.rows) == [("b",)]
    assert grid.left_out == 2


def test_a_failed_check_marks_its_partition_and_only_what_is_materialized() -> None:
    checks: dict[AssetKey, FailedChecks] = {
        ("a",): FailedChecks(dict.fromkeys(("Oslo", "Rome", "gone"), ("c",)), ("d",))
    }
    grid = _grid({"a": (CITIES, bytes([M, F, M]))}, checks=checks)
    row = _row(grid, "a")
    assert list(row.cells) == [M | CHECK_FAILED, F, M]
    assert row.state(0) is M
    assert (row.bad, row.checks) == (2, 1)
    assert grid.next_bad_across(1, 2, -1) == 1
    assert grid.next_bad_across(1, 1, -1) == 0


def test_rows_that_did_not_change_stay_the_same_objects() -> None:
    made: Made = {"a": (DAYS, bytes([M] * 100)), "b": (DAYS, bytes([M] * 100))}
    first = _grid(made)
    made["b"] = (DAYS, bytes([F] * 100))
    second = _grid(made, before=first)
    assert _row(second, "a") is _row(first, "a")
    assert _row(second, "b") is not _row(first, "b")
    assert second.axis is first.axis


def test_a_grown_list_keeps_each_cell_under_its_key() -> None:
    grown = PartitionKeys((*DAYS.keys, "2026-04-11"))
    made: Made = {
        "a": (grown, bytes([M] * 101)),
        "b": (grown, bytes([M] * 101)),
        "c": (DAYS, bytes([F] * 100)),
    }
    grid = _grid(made)
    assert _row(grid, "c").column("2026-04-10") == _row(grid, "a").column("2026-04-10") == 99
    assert _row(grid, "c").state(100) is State.OUTSIDE


def test_cells_older_than_their_keys_are_not_known_rather_than_wrong() -> None:
    row = _row(_grid({"a": (CITIES, bytes([M, M]))}), "a")
    assert [row.state(column) for column in range(3)] == [M, M, State.UNKNOWN]


@given(st.lists(STATES, min_size=3, max_size=3), st.integers(0, 2), st.integers(0, 2))
def test_the_text_of_chosen_cells_names_just_these(states: list[State], a: int, b: int) -> None:
    row = _row(_grid({"a": (CITIES, bytes(states))}), "a")
    cells = Cells((row,), range(min(a, b), max(a, b) + 1))
    assert cells.count == abs(a - b) + 1
    assert parse_partitions(joined_ranges(cells), CITIES) == list(cells.columns)
    failed = cells.only(frozenset({F}))
    assert failed.count == sum(states[at] is F for at in cells.columns) == failed.counts[F]


def test_an_asset_without_partitions_is_one_cell_without_text() -> None:
    grid = _grid({"a": (DAYS, bytes([M] * 100)), "w": (None, bytes([F]))})
    cells = Cells((_row(grid, "w"),), range(99, 100))
    assert (cells.count, joined_ranges(cells), cells.counts[F]) == (1, "", 1)
    assert Cells((_row(grid, "w"),), range(10)).count == 0


def test_typed_text_is_completed_to_a_partition_key() -> None:
    keys = ["2026-11-01", "2026-11-02", "Oslo"]
    assert completion("2026-11-02", keys) == "2026-11-02"
    assert completion("2026", keys) == "2026-11-01"
    assert completion("slo", keys) == "Oslo"
    assert completion("zzzzzzz", keys) is None


def test_the_line_of_an_asset_that_is_gone_is_no_line() -> None:
    gone: AssetKey = ("gone",)
    grid = _grid({"a": (CITIES, bytes([M] * 3))})
    assert grid.line_of(gone, None) is None
    assert grid.line_of(("a",), "no such key") == 1
    assert grid.group_of(1) == "a"


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from([0, 1]))
def test_the_text_of_cells_of_two_dimensions_names_just_these_too(
    a: int, b: int, primary: int
) -> None:
    keys = _both(primary)
    row = _row(_grid({"a": (keys, bytes([M] * 300))}), "a")
    cells = Cells((row,), range(min(a, b), max(a, b) + 1))
    positions = parse_partitions(joined_ranges(cells), keys)
    assert len(positions) == 3 * len(cells.columns)
    assert positions == [at for _, places in cells.positions for at in places]
