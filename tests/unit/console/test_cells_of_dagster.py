"""Cells against Dagster's own definitions: their keys, and the ranges as its GraphQL gives them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
import pytest
from dagster_graphql.implementation.fetch_assets import build_partition_statuses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.api import queries
from console.api.commands import target
from console.domain.grid.asset_status import row_of
from console.domain.partitions.key_times import Level, times_of
from console.domain.partitions.keys import PartitionKeys, product_of
from console.domain.status.states import State

if TYPE_CHECKING:
    from console.api.client import Client

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")
FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S")
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(
    lambda at: at.replace(hour=0, minute=0, second=0, microsecond=0)
)
Definition = dg.PartitionsDefinition[Any]


@st.composite
def daily(draw: st.DrawFn) -> dg.TimeWindowPartitionsDefinition:
    start, form = draw(STARTS), draw(st.sampled_from(FORMS))
    days = draw(st.integers(2, 70))
    return dg.DailyPartitionsDefinition(
        start_date=start.strftime(form),
        end_date=(start + timedelta(days=days)).strftime(form),
        timezone=draw(st.sampled_from(ZONES)),
        fmt=form,
        hour_offset=draw(st.integers(0, 5)),
        exclusions=[start + timedelta(days=day) for day in draw(st.sets(st.integers(1, days)))]
        if form == "%Y-%m-%d"
        else None,
    )


@st.composite
def other_windows(draw: st.DrawFn) -> dg.TimeWindowPartitionsDefinition:
    """Hours over a clock change, crons with gaps, weeks and months from an odd begin."""
    start = draw(STARTS)
    cron, days = draw(
        st.sampled_from(
            [
                ("0 * * * *", 5),
                ("30 */6 * * *", 20),
                ("0 9 * * 1-5", 60),
                ("0 4 * * 3", 200),
                ("15 2 10 * *", 500),
                ("0 0 1 1,4,7 *", 900),
            ]
        )
    )
    form = "%Y-%m-%d-%H:%M"
    return dg.TimeWindowPartitionsDefinition(
        start=start.strftime(form),
        end=(start + timedelta(days=days)).strftime(form),
        fmt=form,
        cron_schedule=cron,
        timezone=draw(st.sampled_from(ZONES)),
    )


NAME = st.text("abz -/.'é日", min_size=1, max_size=6).filter(lambda name: "..." not in name)
"""Dagster refuses a key that holds the sign of a range."""
NAMES = st.lists(NAME, min_size=1, max_size=6, unique=True)
STATIC = NAMES.map(dg.StaticPartitionsDefinition)
WINDOWS = daily() | other_windows()


@st.composite
def both(draw: st.DrawFn) -> dg.MultiPartitionsDefinition:
    one, other = draw(st.sampled_from([("a", "b"), ("zone", "day"), ("day", "zone")]))
    return dg.MultiPartitionsDefinition({one: draw(STATIC), other: draw(daily() | STATIC)})


def _json(value: Any) -> Any:
    """What GraphQL makes of Dagster's objects, as far as the console asks for it."""
    names = (
        *("ranges", "status", "startKey", "endKey", "primaryDimStartKey", "primaryDimEndKey"),
        *("secondaryDim", "primaryDimensionName", "materializedPartitions"),
        *("failedPartitions", "materializingPartitions"),
    )
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(one) for one in value]
    kind = type(value).__name__
    if not kind.startswith("Graphene"):
        return getattr(value, "value", value)
    found = {name: _json(getattr(value, name)) for name in names if hasattr(value, name)}
    return {"__typename": kind.removeprefix("Graphene"), **found}


def _sides(definition: dg.MultiPartitionsDefinition) -> dict[str, PartitionKeys]:
    """The keys of each dimension."""
    return {
        one.name: PartitionKeys(tuple(one.partitions_def.get_partition_keys()))
        for one in definition.partitions_defs
    }


class Answering:
    """Stands for a server whose answer to the statuses is known."""

    def __init__(self, node: dict[str, Any]) -> None:
        self.node = node

    async def ask(self, *_: object, **__: object) -> dict[str, Any]:
        return {"assetNodes": [self.node], "assetsLatestInfo": []}


def _compared(definition: Definition, keys: PartitionKeys, data: st.DataObject) -> None:
    """Draws what there is of each state, and compares cells to what Dagster keeps of it."""
    some = st.sets(st.sampled_from(keys.keys)) if len(keys) else st.just(set[str]())
    subsets = [definition.empty_subset().with_partition_keys(data.draw(some)) for _ in range(3)]
    made, failed, running = ({str(key) for key in one.get_partition_keys()} for one in subsets)
    expected = [
        State.RUNNING
        if key in running
        else State.FAILED
        if key in failed
        else State.MATERIALIZED
        if key in made
        else State.MISSING
        for key in keys.keys
    ]
    statuses = build_partition_statuses(
        cast("Any", None), subsets[0], subsets[1], subsets[2], definition
    )
    node = {
        "assetKey": {"path": ["a"]},
        "isPartitioned": True,
        "partitionStats": {"numPartitions": len(keys)},
        "assetPartitionStatuses": _json(statuses),
    }
    client = cast("Client", Answering(node))
    status = asyncio.run(queries.statuses(client, [("a",)]))[0]
    assert [State(byte) for byte in row_of(status, keys, (), 0.0).states] == expected


quick = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@quick
@given(WINDOWS | STATIC, st.data())
def test_each_cell_is_what_dagster_says_of_its_partition(
    definition: Definition, data: st.DataObject
) -> None:
    keys = PartitionKeys(tuple(definition.get_partition_keys()))
    _compared(definition, keys, data)


@quick
@given(both(), st.data())
def test_each_cell_of_two_dimensions_is_what_dagster_says_of_its_partition(
    definition: dg.MultiPartitionsDefinition, data: st.DataObject
) -> None:
    sides = _sides(definition)
    first, second = sorted(sides)
    primary = sorted(sides).index(definition.primary_dimension.name)
    keys = product_of(sides[first], sides[second], primary)
    assert set(keys.keys) == {str(key) for key in definition.get_partition_keys()}
    _compared(definition, keys, data)


@quick
@given(WINDOWS)
def test_the_day_of_a_key_is_the_day_its_window_begins(
    definition: dg.TimeWindowPartitionsDefinition,
) -> None:
    keys = definition.get_partition_keys()
    times = times_of(keys)
    if not keys:
        assert times is None
        return
    starts = [definition.time_window_for_partition_key(key).start for key in keys]
    if definition.fmt == "%m/%d/%Y" and all(at.day <= 12 for at in starts):
        return  # as much a list of the first days of months
    assert times is not None
    assert list(times.at(Level.DAY)) == [at.strftime("%Y-%m-%d") for at in starts]
    assert list(times.at(Level.MONTH)) == [at.strftime("%Y-%m") for at in starts]
    weeks = [(at - timedelta(days=at.weekday())).strftime("%Y-%m-%d") for at in starts]
    assert list(times.at(Level.WEEK)) == weeks


@pytest.mark.parametrize(
    ("definition", "level"),
    [
        (
            dg.HourlyPartitionsDefinition(
                "2026-10-20-00:00", "2026-11-05-00:00", timezone="America/New_York"
            ),
            Level.HOUR,
        ),
        (dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-03-01"), Level.DAY),
        (dg.WeeklyPartitionsDefinition("2026-01-01", end_date="2026-06-01"), Level.WEEK),
        (dg.MonthlyPartitionsDefinition("2025-01-01", end_date="2026-06-01"), Level.MONTH),
        (dg.MonthlyPartitionsDefinition("2025-01", end_date="2026-06", fmt="%Y-%m"), Level.MONTH),
        (
            dg.TimeWindowPartitionsDefinition(
                "2026-01-01-00:00",
                "%Y-%m-%d-%H:%M",
                end="2026-01-03-00:00",
                cron_schedule="*/15 * * * *",
            ),
            Level.MINUTE,
        ),
    ],
)
def test_the_level_of_a_definition_is_read_from_its_keys(
    definition: dg.TimeWindowPartitionsDefinition, level: Level
) -> None:
    times = times_of(definition.get_partition_keys())
    assert times is not None
    assert times.level is level


@pytest.mark.parametrize(
    "keys",
    [
        ["Oslo", "Rome"],
        ["2026-13-01"],
        ["2026-02-30"],
        [""],
        [],
        ["2026-11-02", "2026-11-01"],
        ["20261120x"],
    ],
)
def test_keys_that_are_no_ascending_list_of_times_are_no_time(keys: list[str]) -> None:
    assert times_of(keys) is None


@given(st.integers(1, 4), st.integers(1, 4))
def test_the_product_is_in_the_order_of_dagsters_keys(a: int, b: int) -> None:
    one = [f"k{i}" for i in range(a)]
    two = [f"m{i}" for i in range(b)]
    definition = dg.MultiPartitionsDefinition(
        {"y": dg.StaticPartitionsDefinition(two), "x": dg.StaticPartitionsDefinition(one)}
    )
    found = product_of(PartitionKeys(tuple(one)), PartitionKeys(tuple(two)), 0)
    assert list(found.keys) == [str(key) for key in definition.get_partition_keys()]
    assert list(found.keys) == [f"{x}|{y}" for x, y in product(one, two)]


@quick
@given(both(), st.data())
def test_ranges_of_two_dimensions_mean_to_dagster_just_the_cells_that_are_sent(
    definition: dg.MultiPartitionsDefinition, data: st.DataObject
) -> None:
    sides = _sides(definition)
    first, second = (sides[name] for name in sorted(sides))
    keys = product_of(first, second, 0)
    if not len(keys):
        return
    chosen = data.draw(st.sets(st.sampled_from(keys.keys), min_size=1))
    ranges = target(("a",), sorted(chosen), keys)["partitions"]["ranges"]
    meant = [
        str(key)
        for one in ranges
        for key in definition.get_partition_keys_in_range(
            dg.PartitionKeyRange(one["start"], one["end"])
        )
    ]
    assert sorted(meant) == sorted(chosen)
    for one in ranges:
        covered = {keys.keys[at] for at in keys.covered(one["start"], one["end"])}
        assert covered <= chosen


@quick
@given(both(), st.data())
def test_a_range_of_two_dimensions_covers_what_it_covers_in_dagster(
    definition: dg.MultiPartitionsDefinition, data: st.DataObject
) -> None:
    sides = _sides(definition)
    first, second = (sides[name] for name in sorted(sides))
    keys = product_of(first, second, 0)
    if not len(keys):
        return
    one, other = (
        sorted(data.draw(st.integers(0, len(side) - 1)) for _ in range(2))
        for side in (first, second)
    )
    start = f"{first.keys[one[0]]}|{second.keys[other[0]]}"
    end = f"{first.keys[one[1]]}|{second.keys[other[1]]}"
    meant = definition.get_partition_keys_in_range(dg.PartitionKeyRange(start, end))
    assert {keys.keys[at] for at in keys.covered(start, end)} == {str(key) for key in meant}
