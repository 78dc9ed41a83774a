"""Daily partitions, and the moments a day begins and ends in the deployment's one time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.settings import Settings

PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


@dataclass(frozen=True)
class Window:
    """A day of a zone as the half-open interval [start, end) of aware UTC moments."""

    start: datetime
    end: datetime

    @property
    def milliseconds(self) -> tuple[int, int]:
        """The first and the last epoch millisecond of the day, both included."""
        return int(self.start.timestamp() * 1000), int(self.end.timestamp() * 1000) - 1


def day_window(day: date, zone: ZoneInfo) -> Window:
    """The day's window: 24 hours, or 23 or 25 where the clocks change."""
    return Window(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """The partitions of every daily asset, today's included so that it can be followed hourly."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_day.isoformat(), timezone=settings.timezone, end_offset=1
    )


def backfill_policy(settings: Settings) -> dg.BackfillPolicy:
    """A range of days is one run, of at most `days_per_run` days."""
    return dg.BackfillPolicy.multi_run(settings.days_per_run)


def days_of(partition_keys: Sequence[str]) -> list[date]:
    """The days that partition keys name, in order."""
    return sorted(date.fromisoformat(key) for key in partition_keys)


def days_of_run(tags: Mapping[str, str]) -> list[date]:
    """The days a run is for, from its tags: one partition, a range, or none."""
    if PARTITION_TAG in tags:
        return [date.fromisoformat(tags[PARTITION_TAG])]
    if RANGE_START_TAG not in tags:
        return []
    first = date.fromisoformat(tags[RANGE_START_TAG])
    last = date.fromisoformat(tags[RANGE_END_TAG])
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


DAILY = daily_partitions(Settings())
RANGE_IN_ONE_RUN = backfill_policy(Settings())
