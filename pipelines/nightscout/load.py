"""Days of readings, from the API into the raw table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.nightscout.source import readings_of_days
from pipelines.raw.ingest import Fetched, Loaded
from pipelines.raw.load import load
from pipelines.settings import Settings


def load_days(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> Loaded:
    """Loads the days' readings; the days that failed are told in `errors`."""
    fetched = Fetched()
    pages = readings_of_days(settings, days, fetched, log)
    merge = load(settings, GLUCOSE_ENTRIES, pages, run_id, log, fetched.seconds.keys)
    return Loaded(fetched, merge)
