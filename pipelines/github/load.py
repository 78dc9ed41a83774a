"""Days of events, from the API into the raw table; what GitHub no longer serves is kept and said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.github.remembered import Answer
from pipelines.github.source import events, reaches_back_to
from pipelines.partitions import day_window
from pipelines.raw.iceberg import raw_table, stored_counts
from pipelines.raw.ingest import Fetched, Loaded, SourceError
from pipelines.raw.load import load
from pipelines.raw.publish import merge
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings

NESTED = ("actor", "repo", "payload", "org")


def load_days(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> Loaded:
    """Loads the days' events; the days that can't be had are told in `errors`."""
    fetched = Fetched()
    started = time.monotonic()
    try:
        answer = events(settings, log)
    except SourceError as error:
        fetched.errors = dict.fromkeys(days, error)
        return Loaded(fetched, merge(load_catalog(settings), GITHUB_USER_EVENTS, [], run_id))
    fetched.seconds = dict.fromkeys(days, (time.monotonic() - started) / len(days))
    served = judge_days(settings, days, answer, fetched, log)
    wanted = _records(answer, settings, set(days) - fetched.errors.keys())
    return Loaded(fetched, load(settings, GITHUB_USER_EVENTS, wanted, run_id, log, lambda: served))


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
    gone = [day for day in days if day_window(day, settings.zone).end <= reach]
    table = raw_table(load_catalog(settings), GITHUB_USER_EVENTS)
    stored = stored_counts(table, gone) if gone else {}
    for day in gone:
        if day in stored:
            words = f"GitHub no longer serves this day; the {stored[day]} rows of it are kept"
            fetched.notes[day] = {"note": dg.MetadataValue.text(words)}
            log(f"{day}: {words}")
        else:
            fetched.errors[day] = SourceError(_gone(day, reach), permanent=True)
    served = set(days) - set(gone)
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


def _records(answer: Answer, settings: Settings, days: set[date]) -> Iterator[list[dict[str, Any]]]:
    """The events of the days, as one page of records."""
    records = [_record(event) for event in answer.events]
    yield [r for r in records if GITHUB_USER_EVENTS.day_of(r, settings.zone) in days]


def _record(event: dict[str, Any]) -> dict[str, Any]:
    nested = {name: _as_text(event.get(name)) for name in NESTED}
    moment = datetime.fromisoformat(event["created_at"]).astimezone(UTC)
    return event | nested | {"created_at": moment}


def _as_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)
