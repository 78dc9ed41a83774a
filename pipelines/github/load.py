"""Days of events, from the API into the raw table; what GitHub no longer serves is kept and said."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime

import dagster as dg

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.github.records import judged
from pipelines.github.response_cache import Answer
from pipelines.github.source import events, reaches_back_to
from pipelines.partitions import day_window
from pipelines.raw.errors import SourceError
from pipelines.raw.iceberg import raw_table, stored_counts
from pipelines.raw.ingest import Fetched, Loaded
from pipelines.raw.load import load
from pipelines.raw.set_apart import Answered
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings


def load_days(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> Loaded:
    """Loads the days' events; `errors` has the days that could not be loaded."""
    fetched = Fetched()
    started = time.monotonic()
    answered: dict[date, Answered] = {}
    try:
        answer = events(settings, log)
    except SourceError as error:
        fetched.errors = dict.fromkeys(days, error)
    else:
        fetched.seconds = dict.fromkeys(days, (time.monotonic() - started) / len(days))
        served = judge_days(settings, days, answer, fetched, log)
        answered = judged(answer.events, sorted(served), answer.seen_at, settings.zone)
    merge = load(settings, GITHUB_USER_EVENTS, answered, run_id, log)
    return Loaded(fetched, merge, answered)


def judge_days(
    settings: Settings,
    days: Sequence[date],
    answer: Answer,
    fetched: Fetched,
    log: Callable[[str], None],
) -> set[date]:
    """The days that GitHub serves; of the others: kept where rows are stored, errors elsewhere.

    A day that it serves in part gets a note.
    """
    reach = reaches_back_to(answer)
    out_of_reach = [day for day in days if day_window(day, settings.zone).end <= reach]
    table = raw_table(load_catalog(settings), GITHUB_USER_EVENTS)
    stored = stored_counts(table, out_of_reach) if out_of_reach else {}
    for day in out_of_reach:
        if day in stored:
            words = f"GitHub no longer serves this day; the {stored[day]} rows of it are kept"
            fetched.notes[day] = {"note": dg.MetadataValue.text(words)}
            log(f"{day}: {words}")
        else:
            fetched.errors[day] = SourceError(_gone(day, reach), permanent=True)
    served = set(days) - set(out_of_reach)
    for day in served:
        if day_window(day, settings.zone).start < reach:
            words = f"GitHub serves this day from {reach:%H:%M} UTC on only"
            fetched.notes[day] = {"note": dg.MetadataValue.text(words)}
            log(f"{day}: {words}")
    return served


def _gone(day: date, reach: datetime) -> str:
    return (
        f"GitHub serves 30 days and at most 300 events, now back to {reach:%Y-%m-%d %H:%M} UTC; "
        f"{day} is before that and {GITHUB_USER_EVENTS.identifier} has no row of it"
    )
