"""The code location: everything Dagster is to know."""

from __future__ import annotations

import dagster as dg

from pipelines.github.assets import dlt_github_user_events
from pipelines.github.checks import events_are_good
from pipelines.maintenance.jobs import maintain_tables, weekly_maintenance
from pipelines.marts.assets import (
    mrt_github_activity_overview,
    mrt_glucose_agp,
    mrt_glucose_episodes,
    mrt_glucose_hourly_patterns,
    mrt_glucose_overview,
    mrt_glucose_windows,
)
from pipelines.nightscout.assets import dlt_glucose_entries
from pipelines.nightscout.checks import readings_are_good, source_is_current
from pipelines.nightscout.ops import glucose_day_by_ops
from pipelines.nightscout.sensor import nightscout_readings
from pipelines.operations.accepting import accept_day
from pipelines.operations.alerts.sensors import failure_alerts, undelivered_alerts
from pipelines.operations.automation import conditions
from pipelines.operations.jobs import github_chain, github_marts, glucose_chain, glucose_marts
from pipelines.operations.schedules import daily_github, daily_glucose
from pipelines.resources.connections import Alerts, Http, Lake, Postgres, Trino, Warehouse
from pipelines.transform.assets import dbt_github_models, dbt_models

defs = dg.Definitions(
    assets=[
        dlt_glucose_entries,
        dlt_github_user_events,
        dbt_models,
        dbt_github_models,
        mrt_glucose_overview,
        mrt_glucose_hourly_patterns,
        mrt_glucose_windows,
        mrt_glucose_agp,
        mrt_glucose_episodes,
        mrt_github_activity_overview,
    ],
    asset_checks=[readings_are_good, source_is_current, events_are_good],
    jobs=[
        glucose_chain,
        glucose_marts,
        github_chain,
        github_marts,
        glucose_day_by_ops,
        accept_day,
        maintain_tables,
    ],
    schedules=[daily_glucose, daily_github, weekly_maintenance],
    sensors=[conditions, nightscout_readings, failure_alerts, undelivered_alerts],
    resources={
        "lake": Lake(),
        "warehouse": Warehouse(),
        "postgres": Postgres(),
        "trino": Trino(),
        "http": Http(),
        "alerts": Alerts(),
    },
    executor=dg.in_process_executor,
)
