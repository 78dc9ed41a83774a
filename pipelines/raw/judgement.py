"""The checks' judgement of the records that are set apart: how many a day, why, and whether too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.raw.accepted import accepted
from pipelines.raw.description import DAY, RawTable
from pipelines.raw.merge import by_day
from pipelines.raw.publish import Limits, Written, unusable
from pipelines.raw.quarantine import quarantine_table, set_apart_rows
from pipelines.resources.lake import LakeCatalog
from pipelines.settings import Settings

SET_APART = "nothing_is_set_apart"


@dataclass(frozen=True)
class ApartOfDay:
    """The reasons of what is set apart of a day, one for each record."""

    day: date
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """One line, or none where nothing is set apart."""
        counts = ", ".join(
            f"{count} {reason}" for reason, count in Counter(self.reasons).most_common()
        )
        return [f"{self.day}: {len(self.reasons)} ({counts})"] if self.reasons else []


def apart_of_days(
    catalog: LakeCatalog, described: RawTable, days: Collection[date]
) -> dict[date, ApartOfDay]:
    """The records set apart of each of the days."""
    if not days:
        return {}
    rows = by_day(set_apart_rows(quarantine_table(catalog), described.name, sorted(days)))
    return {
        day: ApartOfDay(day, tuple(row["reason"] for row in rows.get(day, ())))
        for day in sorted(days)
    }


def judged_days(
    settings: Settings, described: RawTable, written: Written, apart: Mapping[date, ApartOfDay]
) -> list[str]:
    """The days of which too much is set apart, as the audit judged them, unless accepted."""
    limits = Limits(settings.most_set_apart, accepted(settings, described.name, apart.keys()))
    counts = Counter(row[DAY] for row in written.rows)
    return [
        f"{day}: {words.partition(': ')[2]}"
        for day, apart_of_day in apart.items()
        for words in unusable(described, day, counts[day], apart_of_day.reasons, limits)
    ]
