"""The code location: everything Dagster is to know."""

from __future__ import annotations

import dagster as dg

from pipelines.marts.assets import mrt_glucose_hourly_patterns, mrt_glucose_overview
from pipelines.nightscout.assets import dlt_glucose_entries
from pipelines.nightscout.checks import readings_are_complete, readings_are_plausible
from pipelines.operations.jobs import glucose_chain, glucose_marts
from pipelines.operations.schedules import daily_glucose
from pipelines.resources.connections import Lake, Postgres, Warehouse
from pipelines.transform.assets import dbt_models

defs = dg.Definitions(
    assets=[dlt_glucose_entries, dbt_models, mrt_glucose_overview, mrt_glucose_hourly_patterns],
    asset_checks=[readings_are_complete, readings_are_plausible],
    jobs=[glucose_chain, glucose_marts],
    schedules=[daily_glucose],
    resources={
        "lake": Lake(),
        "warehouse": Warehouse(),
        "postgres": Postgres(),
    },
    executor=dg.in_process_executor,
)
