"""Days of readings, from the API into the raw table."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import dagster as dg

from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.nightscout.quality import EXPECTED
from pipelines.nightscout.records import judged
from pipelines.nightscout.source import asker, fetch_day
from pipelines.partitions import day_window
from pipelines.raw.errors import SourceError
from pipelines.raw.http import Asker
from pipelines.raw.ingest import Fetched, Loaded
from pipelines.raw.load import load
from pipelines.raw.set_apart import Answered
from pipelines.settings import Settings


def load_days(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> Loaded:
    """Loads the days' readings; `errors` has the days that failed."""
    fetched = Fetched()
    answered: dict[date, Answered] = {}
    with asker(settings, log) as nightscout:
        for day in days:
            started = time.monotonic()
            try:
                answered[day] = answer_of_day(nightscout, settings, day)
            except SourceError as error:
                fetched.errors[day] = error
                log(f"{day}: {error}")
                continue
            fetched.seconds[day] = time.monotonic() - started
            log(f"{day}: {_words(answered[day])} in {fetched.seconds[day]:.2f} s")
    expected = {"rows_expected": dg.MetadataValue.int(EXPECTED)}
    fetched.notes = dict.fromkeys(answered, expected)
    merge = load(settings, GLUCOSE_ENTRIES, answered, run_id, log)
    return Loaded(fetched, merge, answered)


def answer_of_day(nightscout: Asker, settings: Settings, day: date) -> Answered:
    """All that Nightscout has of a day, judged; raises SourceError with one sentence."""
    window = day_window(day, settings.zone).milliseconds
    sent = fetch_day(nightscout, settings, day)
    return judged(sent, day, window, datetime.now(UTC), is_whole=True)


def _words(answered: Answered) -> str:
    apart = f", {len(answered.apart)} of them set apart" if answered.apart else ""
    return f"{answered.fetched} readings fetched{apart}"
