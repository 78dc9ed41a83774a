"""The deployment that the snapshots show, at a moment that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import by_day_and, daily, hourly, static, weekly
from tests.fake_dagster.runs import FakeBackfill, FakeRun
from tests.fake_dagster.world import root

NOW = datetime(2026, 11, 24, 3, 12, tzinfo=UTC).timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
DAYS, HOURS, WEEKS = daily(120, NOW), hourly(96, NOW), weekly(18, NOW)
REGIONS = static(["eu", "us-east", "us-west", "apac"])
BOTH = by_day_and("region", daily(45, NOW), REGIONS.keys)


def deployment() -> dict[str, Any]:
    """The root of what the fake answers: every kind of partitions and every state."""
    source = Asset("orders_api", "sources", NOW - HOUR, materializable=False, kinds=("rest",))
    orders = Asset("dlt_orders", "raw", NOW - 3 * HOUR, DAYS, [source], policy_hours=24)
    events = Asset("dlt_events", "raw", NOW - 2 * HOUR, HOURS, kinds=("dlt",), policy_hours=1)
    staged = Asset("stg_orders", "silver", NOW - 3 * HOUR + 90, DAYS, [orders], kinds=("dbt",))
    hours = Asset("stg_events", "silver", NOW - 2 * HOUR + 90, HOURS, [events], kinds=("dbt",))
    facts = Asset("fct_orders", "gold", NOW - 3 * HOUR + 180, DAYS, [staged])
    weeks = Asset("fct_orders_weekly", "gold", NOW - 2 * HOUR, WEEKS, [facts])
    places = Asset("dim_region", "gold", NOW - 60 * DAY, REGIONS, [staged])
    split = Asset("fct_orders_by_region", "gold", NOW - 2 * HOUR, BOTH, [facts, places])
    mart = Asset("mrt_overview", "marts", NOW - 20 * HOUR, None, [weeks, split], policy_hours=24)
    orders.stretches = (Stretch(-1, -1, "R"), Stretch(-9, -8, "F"), Stretch(-30, -26, "M", 3 * DAY))
    staged.stretches = (Stretch(-1, -1, "R"), Stretch(-9, -7, "F"), Stretch(-60, -54, "-"))
    facts.stretches = (Stretch(-1, -1, "-"), Stretch(-9, -7, "-"), Stretch(-60, -54, "-"))
    hours.stretches = (Stretch(-5, -4, "F"), Stretch(-1, -1, "-"))
    weeks.stretches = (Stretch(-1, -1, "-"),)
    places.stretches = (Stretch(2, 2, "F"),)
    split.stretches = (Stretch(-4, -1, "-"), Stretch(-70, -67, "F"), Stretch(-90, -90, "-"))
    assets = [source, orders, events, staged, hours, facts, weeks, places, split, mart]
    return root(
        assets, _runs(orders, staged, hours, places, mart), _backfills(orders, staged), now=NOW
    )


def _runs(orders: Asset, staged: Asset, hours: Asset, places: Asset, mart: Asset) -> list[FakeRun]:
    """Newest first."""
    newest = orders.count - 1
    return [
        FakeRun("b7e2a9d0-0001", "QUEUED", NOW - 20, [staged], newest, newest, backfill="kqzmxwvn"),
        FakeRun(
            "3f9c41d8-0002", "STARTED", NOW - 75, [orders], newest, newest, backfill="kqzmxwvn"
        ),
        FakeRun("c02b77aa-0003", "FAILURE", NOW - 41 * MINUTE, [places], 2, 2),
        FakeRun(
            "5d81e6f3-0004", "FAILURE", NOW - 58 * MINUTE, [hours], hours.count - 5, hours.count - 4
        ),
        FakeRun(
            "91d3b0c4-0005", "FAILURE", NOW - 3 * HOUR, [orders, staged], newest - 8, newest - 6
        ),
        *(
            FakeRun(
                f"{at:04x}d1e5-{at:04}",
                "SUCCESS",
                NOW - 3 * HOUR - at * 9 * MINUTE,
                [orders, staged],
                newest - at,
                newest - at,
            )
            for at in range(10, 40)
        ),
        FakeRun("77aa01b2-0041", "SUCCESS", NOW - 20 * HOUR, [mart], 0, 0, 190.0),
        FakeRun("e1c9d5a7-0042", "CANCELED", NOW - 27 * HOUR, [staged], 60, 66),
    ]


def _backfills(orders: Asset, staged: Asset) -> list[FakeBackfill]:
    return [
        FakeBackfill(
            "kqzmxwvn", "orders again", "REQUESTED", NOW - 90, [orders, staged], 30, 12, 1
        ),
        FakeBackfill("phdtrbci", "", "COMPLETED_SUCCESS", NOW - 26 * HOUR, [orders], 14, 14, 0),
    ]
