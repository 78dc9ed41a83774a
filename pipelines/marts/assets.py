"""The marts as assets, computed from gold and silver and published to Postgres."""

import time
from collections.abc import Sequence
from datetime import timedelta
from inspect import cleandoc
from pathlib import Path

import dagster as dg

from pipelines.failures import root_named
from pipelines.operations.automation import after_any_day
from pipelines.pools import DUCKDB
from pipelines.resources.connections import Postgres, Warehouse
from pipelines.settings import Settings

FOLDER = Path(__file__).parent
OVERVIEW_FRESHNESS = dg.FreshnessPolicy.cron(
    deadline_cron="0 9 * * *", lower_bound_delta=timedelta(hours=9), timezone=Settings().timezone
)
PATTERNS_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=18)
)

DAYS = "fct_daily_glucose_metrics"
READINGS = "fct_glucose_readings"


def mart(
    query: str, made_from: Sequence[str], freshness: dg.FreshnessPolicy, description: str
) -> dg.AssetsDefinition:
    """The asset `mrt_<query>`, which publishes what `<query>.sql` selects."""
    name = f"mrt_{query}"

    @dg.asset(
        name=name,
        deps=made_from,
        description=cleandoc(description),
        group_name="marts",
        kinds={"postgres"},
        owners=["team:analytics"],
        pool=DUCKDB,
        freshness_policy=freshness,
        automation_condition=after_any_day,
        metadata={"table": f"marts.{name}"},
    )
    def published_mart(
        context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres
    ) -> dg.MaterializeResult[None]:
        return _publish(context, warehouse, postgres, query)

    return published_mart


mrt_glucose_overview = mart(
    "glucose_overview",
    [DAYS],
    OVERVIEW_FRESHNESS,
    """90 days: the daily metrics, GMI of 7 days, change from the day before, variation.

    GMI of 7 days is that of their readings. A day with less than 70 % of its five-minute slots is
    not representative; today is partial.
    """,
)
mrt_glucose_hourly_patterns = mart(
    "glucose_hourly_patterns",
    [READINGS, DAYS],
    PATTERNS_FRESHNESS,
    """30 days by hour and weekday: count, mean, median, quartiles, share in range, deviation.""",
)
mrt_glucose_windows = mart(
    "glucose_windows",
    [DAYS],
    OVERVIEW_FRESHNESS,
    """The 7, 14, 30 and 90 days up to each of 90 days, from their readings.

    Shares under 54 and 70, within 70–180, over 180 and 250 mg/dL, and variation, as the
    international consensus on time in range has them (Battelino and others, Diabetes Care 2019);
    GMI is 3.31 + 0.02392 × the mean of the readings (Bergenstal and others, Diabetes Care 2018).
    A window with less than 70 % of its five-minute slots is not representative.
    """,
)
mrt_glucose_agp = mart(
    "glucose_agp",
    [READINGS, DAYS],
    PATTERNS_FRESHNESS,
    """The ambulatory glucose profile: percentiles 5, 25, 50, 75 and 95 by quarter of an hour.

    It covers the last 14 days, as the consensus on time in range asks for (Diabetes Care 2019).
    """,
)
mrt_glucose_episodes = mart(
    "glucose_episodes",
    [READINGS, DAYS],
    PATTERNS_FRESHNESS,
    """Episodes of 15 minutes or more below 70 and below 54 mg/dL, by the day they begin.

    An episode ends with 15 minutes above (Danne and others, Diabetes Care 2017), or without readings.
    """,
)
mrt_github_activity_overview = mart(
    "github_activity_overview",
    ["fct_daily_github_metrics", "fct_github_user_events"],
    OVERVIEW_FRESHNESS,
    """90 days of GitHub events: counts, 7-day mean, change, streak, busiest hour.""",
)


def _publish(
    context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres, query: str
) -> dg.MaterializeResult[None]:
    from pipelines.marts.publish import compute, publish

    started = time.monotonic()
    with root_named(context, f"marts.mrt_{query}"):
        with warehouse.connect() as connection:
            mart = compute(connection, f"mrt_{query}", (FOLDER / f"{query}.sql").read_text())
        with postgres.transaction() as transaction:
            count = publish(transaction, mart)
    context.log.info(f"published {count} rows to marts.{mart.name}")
    return dg.MaterializeResult(
        metadata={"rows_published": count, "seconds": time.monotonic() - started}
    )
