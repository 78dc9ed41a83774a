"""The jobs a person or a schedule starts."""

from __future__ import annotations

import dagster as dg

GLUCOSE = dg.AssetSelection.assets("dlt_glucose_entries").downstream()
GITHUB = dg.AssetSelection.assets("dlt_github_user_events").downstream()
CALENDAR = dg.AssetSelection.assets("dim_date")
MARTS = dg.AssetSelection.groups("marts")

glucose_chain = dg.define_asset_job(
    "glucose_chain",
    selection=GLUCOSE,
    description="Days of glucose readings, from Nightscout to the marts.",
)
glucose_marts = dg.define_asset_job(
    "glucose_marts",
    selection=GLUCOSE & MARTS,
    description="Publishes the marts of the readings from what gold holds.",
)
github_chain = dg.define_asset_job(
    "github_chain",
    selection=GITHUB | CALENDAR,
    description="Days of GitHub events, from GitHub to the mart.",
)
github_marts = dg.define_asset_job(
    "github_marts",
    selection=GITHUB & MARTS,
    description="Publishes the mart of the events from what gold holds.",
)
