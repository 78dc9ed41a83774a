"""What came of ingesting days, and how an asset tells it: day by day, failures included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from pipelines.raw.merge import NOTHING, MergedDay
from pipelines.raw.publish import Held, Merge
from pipelines.raw.retries import RETRIES


class SourceError(RuntimeError):
    """A day's records couldn't be had; `permanent` where asking again can't help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass
class Fetched:
    """What came of asking for the days: seconds for each, the error of those that failed, notes."""

    seconds: dict[date, float] = field(default_factory=dict)
    errors: dict[date, SourceError] = field(default_factory=dict)
    notes: dict[date, Mapping[str, dg.MetadataValue]] = field(default_factory=dict)
    """Metadata that a source adds to what is told of a day."""


@dataclass(frozen=True)
class Loaded:
    """What one load did: the merge, and what came of asking for each day."""

    fetched: Fetched
    merge: Merge

    def day(self, day: date) -> MergedDay:
        return self.merge.days.get(day, NOTHING)

    @property
    def errors(self) -> dict[date, SourceError]:
        return self.fetched.errors


def outcome(
    context: dg.AssetExecutionContext, source: str, loaded: Loaded, days: list[date]
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
    """The asset's result with metadata for each day.

    Where days failed, raises dagster.Failure that names them; once no attempt is left, the days
    that did load are recorded first: the step's own failure would leave them missing.
    """
    if loaded.errors:
        failure = _failure(source, loaded, attempts_left=context.retry_number < RETRIES)
        if not failure.allow_retries:
            yield from _loaded_partitions(context.asset_key, loaded, days)
        raise failure
    for day in days:
        context.add_asset_metadata(day_metadata(loaded, day), partition_key=day.isoformat())
    yield dg.MaterializeResult()


def day_metadata(loaded: Loaded, day: date) -> dict[str, dg.MetadataValue]:
    """What a day's load did, as counted by the merge; `seconds` is the time of the download.

    Of a day that was held back: on which branch its rows are, how many and why, and no others.
    """
    merged = loaded.day(day)
    metadata: dict[str, dg.MetadataValue] = {
        "rows_loaded": dg.MetadataValue.int(merged.loaded),
        "rows_inserted": dg.MetadataValue.int(merged.inserted),
        "rows_updated": dg.MetadataValue.int(merged.updated),
        "rows_unchanged": dg.MetadataValue.int(merged.unchanged),
        "seconds": dg.MetadataValue.float(loaded.fetched.seconds.get(day, 0.0)),
    }
    metadata["snapshot_id"] = dg.MetadataValue.text(str(loaded.merge.snapshot_id))
    if held := loaded.merge.held.get(day):
        metadata |= _held(held)
    return metadata | dict(loaded.fetched.notes.get(day, {}))


def _held(held: Held) -> dict[str, dg.MetadataValue]:
    return {
        "held_back": dg.MetadataValue.text("; ".join(held.reasons)),
        "held_back_rows": dg.MetadataValue.int(held.rows),
        "held_back_branch": dg.MetadataValue.text(held.branch),
    }


def held_metadata(held: Mapping[date, str]) -> dict[str, dg.MetadataValue]:
    """What a check adds where days are not published: the branch of each."""
    branches = {str(day): branch for day, branch in held.items()}
    return {"held_back": dg.MetadataValue.json(branches)} if held else {}


def _failure(source: str, loaded: Loaded, *, attempts_left: bool) -> dg.Failure:
    """The failure, in whose words the step fails where no attempt is left or none would help."""
    permanent = all(error.permanent for error in loaded.errors.values())
    first = min(loaded.errors)
    named = ", ".join(day.isoformat() for day in sorted(loaded.errors))
    return dg.Failure(
        f"{source} failed for {named}: {loaded.errors[first]}",
        metadata={day.isoformat(): str(error) for day, error in loaded.errors.items()},
        allow_retries=attempts_left and not permanent,
    )


def _loaded_partitions(
    key: dg.AssetKey, loaded: Loaded, days: list[date]
) -> Iterator[dg.AssetMaterialization]:
    for day in days:
        if day not in loaded.errors:
            metadata = day_metadata(loaded, day)
            yield dg.AssetMaterialization(key, partition=day.isoformat(), metadata=metadata)


def span(days: list[date]) -> str:
    """The days in words."""
    return str(days[0]) if len(days) == 1 else f"{len(days)} days, {days[0]} to {days[-1]}"
