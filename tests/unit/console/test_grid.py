from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from console.domain.assets.graph import Asset, AssetGraph, PartitionsDefinition
from console.domain.grid.grid import EMPTY, Grid, Heading, make_grid
from console.domain.grid.row import GridRow
from console.domain.partitions.keys import PartitionKeys
from console.domain.status.states import BAD, Row, State

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey

DAYS = PartitionKeys(("d1", "d2", "d3", "d4"))
WEEKS = PartitionKeys(("d2", "d4"))
CITIES = PartitionKeys(("Oslo", "Rome"))
M, N, F = State.MATERIALIZED, State.MISSING, State.FAILED


def _grid(*rows: tuple[str, PartitionKeys | None, list[State]], group: str = "g") -> Grid:
    definition = PartitionsDefinition("TIME_WINDOW", "daily")
    assets = [
        Asset((name,), group=group, partitions=None if keys is None else definition)
        for name, keys, _ in rows
    ]
    return make_grid(
        AssetGraph({asset.key: asset for asset in assets}),
        {(name,): keys for name, keys, _ in rows},
        {(name,): Row(bytes(states), 1.0) for name, _, states in rows},
    )


def _row(grid: Grid, name: str) -> GridRow:
    row = grid.row(grid.rows[(name,)])
    assert row is not None
    return row


def test_the_axis_is_the_list_that_most_assets_share() -> None:
    grid = _grid(("a", DAYS, [M] * 4), ("b", DAYS, [M] * 4), ("c", CITIES, [M] * 2))
    assert grid.axis.keys is DAYS
    assert grid.width == 4


def test_the_axis_is_the_longest_of_equally_common_lists() -> None:
    assert _grid(("a", CITIES, [M] * 2), ("b", DAYS, [M] * 4)).axis.keys is DAYS


def test_a_row_whose_keys_are_all_on_the_axis_stands_under_them() -> None:
    row = _row(_grid(("a", DAYS, [M] * 4), ("b", WEEKS, [F, N])), "b")
    assert list(row.cells) == [State.OUTSIDE, F, State.OUTSIDE, N]
    assert [row.partition(column) for column in range(4)] == [None, "d2", None, "d4"]
    assert [row.column(key) for key in WEEKS.keys] == [1, 3]
    assert row.column("d1") is None


def test_a_row_with_other_keys_ends_where_the_axis_ends() -> None:
    row = _row(_grid(("a", DAYS, [M] * 4), ("b", CITIES, [F, N])), "b")
    assert list(row.cells) == [State.OUTSIDE, State.OUTSIDE, F, N]
    assert row.partition(3) == "Rome"
    assert row.column("Oslo") == 2
    assert row.partition(0) is None


def test_an_asset_without_partitions_has_its_cell_at_the_end() -> None:
    row = _row(_grid(("a", DAYS, [M] * 4), ("b", None, [F])), "b")
    assert list(row.cells) == [State.OUTSIDE] * 3 + [F]
    assert row.partition(3) is None


def test_a_row_longer_than_the_axis_makes_the_grid_wider() -> None:
    longer = PartitionKeys(tuple("abcdef"))
    grid = _grid(("a", DAYS, [M] * 4), ("b", DAYS, [M] * 4), ("c", longer, [N] * 6))
    assert grid.width == 6
    assert _row(grid, "a").column("d1") == 2
    assert _row(grid, "c").partition(0) == "a"


def test_cells_beyond_a_row_are_outside() -> None:
    row = _row(_grid(("a", DAYS, [M] * 4)), "a")
    assert row.state(-1) is State.OUTSIDE
    assert row.state(99) is State.OUTSIDE


def test_an_asset_whose_row_is_not_known_is_not_shown() -> None:
    graph = AssetGraph({("a",): Asset(("a",))})
    assert make_grid(graph, {}, {}).lines == ()


def test_each_group_has_one_heading_over_its_assets() -> None:
    grid = _grid(("a", DAYS, [M] * 4), ("b", DAYS, [M] * 4))
    assert [line.group for line in grid.lines if isinstance(line, Heading)] == ["g"]
    assert isinstance(grid.lines[0], Heading)


def test_nothing_is_bad_in_an_empty_grid() -> None:
    assert EMPTY.next_bad(0, 0, 1) is None
    assert EMPTY.next_bad(0, 0, -1) is None


STATES = st.sampled_from([State.OUTSIDE, M, N, F, State.STALE, State.RUNNING, State.UNKNOWN])
ROWS = st.lists(st.lists(STATES, min_size=4, max_size=4), min_size=1, max_size=5)


def _bad_stretches(grid: Grid, direction: int) -> list[tuple[int, int]]:
    """The first cell of each stretch of equal bad cells; the last, from the end, backwards."""
    return [
        (at, column)
        for at, line in enumerate(grid.lines)
        if isinstance(line, GridRow)
        for column, state in list(enumerate(line.cells))
        if _is_bad(line, state) and line.cell(column - direction) != state
    ][::direction]


def _is_bad(line: GridRow, state: int) -> bool:
    """Without times a missing cell needs somebody once another was made."""
    return state in BAD and (state != N or M in line.cells or State.STALE in line.cells)


@given(ROWS, st.integers(0, 5), st.integers(0, 3), st.sampled_from([1, -1]))
def test_next_bad_visits_every_bad_stretch_in_order_and_comes_round(
    rows: list[list[State]], line: int, column: int, direction: int
) -> None:
    grid = _grid(*((f"a{at}", DAYS, states) for at, states in enumerate(rows)))
    bad = _bad_stretches(grid, direction)
    line = min(line, len(grid.lines) - 1)
    after = [
        cell
        for cell in bad
        if (cell > (line, column)) == (direction > 0) and cell != (line, column)
    ]
    expected = [*after, *(cell for cell in bad if cell not in after)]
    visited, at = [], (line, column)
    for _ in bad:
        found = grid.next_bad(*at, direction)
        assert found is not None
        visited.append(found)
        at = found
    assert visited == expected
    assert grid.next_bad(*at, direction) == (visited[0] if visited else None)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=6, unique_by=lambda t: t[0]
    )
)
def test_every_partition_is_in_one_column_and_that_column_names_it(
    members: list[tuple[str, bool]],
) -> None:
    rows = [(name, DAYS if daily else WEEKS, [M] * (4 if daily else 2)) for name, daily in members]
    grid = _grid(*rows)
    for name, keys, _ in rows:
        row = _row(grid, name)
        columns = [row.column(key) for key in keys.keys]
        assert len(set(columns)) == len(keys)
        assert [row.partition(at) for at in columns if at is not None] == list(keys.keys)


def test_rows_are_found_by_their_asset() -> None:
    grid = _grid(("a", DAYS, [M] * 4), ("b", DAYS, [M] * 4))
    found: list[AssetKey] = [row.asset for at in grid.rows.values() if (row := grid.row(at))]
    assert found == list(grid.rows)
