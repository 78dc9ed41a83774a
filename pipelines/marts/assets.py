"""The marts as assets, computed from gold and silver and published to Postgres."""

import time
from datetime import timedelta
from pathlib import Path

import dagster as dg

from pipelines.operations.automation import after_any_day
from pipelines.resources.connections import Postgres, Warehouse
from pipelines.settings import Settings

FOLDER = Path(__file__).parent
OVERVIEW_FRESHNESS = dg.FreshnessPolicy.cron(
    deadline_cron="0 9 * * *", lower_bound_delta=timedelta(hours=9), timezone=Settings().timezone
)
PATTERNS_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=18)
)


@dg.asset(
    deps=["fct_daily_glucose_metrics"],
    group_name="marts",
    kinds={"postgres"},
    owners=["team:analytics"],
    pool="duckdb",
    freshness_policy=OVERVIEW_FRESHNESS,
    automation_condition=after_any_day,
    metadata={"table": "marts.mrt_glucose_overview"},
)
def mrt_glucose_overview(
    context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres
) -> dg.MaterializeResult[None]:
    """90 days: the daily metrics, the 7-day mean of GMI, change from the day before, variation."""
    return _publish(context, warehouse, postgres, "glucose_overview")


@dg.asset(
    deps=["fct_glucose_readings", "fct_daily_glucose_metrics"],
    group_name="marts",
    kinds={"postgres"},
    owners=["team:analytics"],
    pool="duckdb",
    freshness_policy=PATTERNS_FRESHNESS,
    automation_condition=after_any_day,
    metadata={"table": "marts.mrt_glucose_hourly_patterns"},
)
def mrt_glucose_hourly_patterns(
    context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres
) -> dg.MaterializeResult[None]:
    """30 days by hour and weekday: count, mean, median, quartiles, share in range, deviation."""
    return _publish(context, warehouse, postgres, "glucose_hourly_patterns")


@dg.asset(
    deps=["fct_daily_github_metrics", "fct_github_user_events"],
    group_name="marts",
    kinds={"postgres"},
    owners=["team:analytics"],
    pool="duckdb",
    freshness_policy=OVERVIEW_FRESHNESS,
    automation_condition=after_any_day,
    metadata={"table": "marts.mrt_github_activity_overview"},
)
def mrt_github_activity_overview(
    context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres
) -> dg.MaterializeResult[None]:
    """90 days of GitHub events: counts, 7-day mean, change, streak, busiest hour."""
    return _publish(context, warehouse, postgres, "github_activity_overview")


def _publish(
    context: dg.AssetExecutionContext, warehouse: Warehouse, postgres: Postgres, query: str
) -> dg.MaterializeResult[None]:
    from pipelines.marts.publish import compute, publish

    started = time.monotonic()
    with warehouse.connect() as connection:
        mart = compute(connection, f"mrt_{query}", (FOLDER / f"{query}.sql").read_text())
    with postgres.transaction() as transaction:
        count = publish(transaction, mart)
    context.log.info(f"published {count} rows to marts.{mart.name}")
    return dg.MaterializeResult(
        metadata={"rows_published": count, "seconds": time.monotonic() - started}
    )
