"""The jobs a person or a schedule starts."""

from __future__ import annotations

import dagster as dg

GLUCOSE = dg.AssetSelection.assets("dlt_glucose_entries").downstream()

glucose_chain = dg.define_asset_job(
    "glucose_chain",
    selection=GLUCOSE,
    description="Days of glucose readings, from Nightscout to the marts.",
)
glucose_marts = dg.define_asset_job(
    "glucose_marts",
    selection=dg.AssetSelection.groups("marts"),
    description="Publishes the marts from what gold holds.",
)
