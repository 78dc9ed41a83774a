"""The asset of the raw glucose readings."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipelines.raw.assets import raw_asset
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.raw.ingest import Loaded


def _load(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> "Loaded":
    from pipelines.nightscout.load import load_days

    return load_days(settings, days, run_id, log)


dlt_glucose_entries = raw_asset(
    "glucose_entries",
    source="Nightscout",
    group="nightscout",
    load_days=_load,
    description="""The readings of a continuous glucose monitor, as Nightscout has them (Iceberg, upsert on _id).

    A day without readings deletes nothing. Where the source fails for some days of a range, the
    others are loaded all the same, and the step fails with the days that are missing.
    """,
)
