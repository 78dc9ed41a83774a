"""The outcome of ingesting days, and the events that an asset yields for it, day by day, failures included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.raw.errors import SourceError
from pipelines.raw.merge import NOTHING, MergedDay
from pipelines.raw.publish import HeldBackDay, Merge
from pipelines.raw.retries import RETRIES
from pipelines.raw.set_apart import Answered, reasons
from pipelines.raw.zone import ZoneChangedError, demand_zone

if TYPE_CHECKING:
    from pipelines.settings import Settings


@dataclass
class Fetched:
    """The outcome of asking for days: seconds for each, the errors of those that failed, notes."""

    seconds: dict[date, float] = field(default_factory=dict)
    errors: dict[date, SourceError] = field(default_factory=dict)
    notes: dict[date, Mapping[str, dg.MetadataValue]] = field(default_factory=dict)
    """Metadata that a source adds to those of a day."""


@dataclass(frozen=True)
class Loaded:
    """The outcome of one load: the merge, and that of asking for each day."""

    fetched: Fetched
    merge: Merge
    answered: Mapping[date, Answered] = field(default_factory=dict)

    def day(self, day: date) -> MergedDay:
        return self.merge.days.get(day, NOTHING)

    @property
    def errors(self) -> dict[date, SourceError]:
        return self.fetched.errors


def refuse_another_zone(settings: Settings) -> None:
    """Raises dagster.Failure, with the way out, where the zone of the stored days is another."""
    try:
        demand_zone(settings)
    except ZoneChangedError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


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
            yield from _left_partitions(context.asset_key, loaded)
        raise failure
    yield from _left_partitions(context.asset_key, loaded)
    for day in days:
        context.add_asset_metadata(day_metadata(loaded, day), partition_key=day.isoformat())
    yield dg.MaterializeResult()


def day_metadata(loaded: Loaded, day: date) -> dict[str, dg.MetadataValue]:
    """The metadata of a day's load, counted by the merge; `seconds` is the time of the download.

    Of a day that was held back: on which branch its rows are, how many and why, and no others.
    """
    merged = loaded.day(day)
    metadata: dict[str, dg.MetadataValue] = {
        "rows_loaded": dg.MetadataValue.int(merged.loaded),
        "rows_inserted": dg.MetadataValue.int(merged.inserted),
        "rows_updated": dg.MetadataValue.int(merged.updated),
        "rows_unchanged": dg.MetadataValue.int(merged.unchanged),
        "rows_deleted": dg.MetadataValue.int(merged.deleted),
        "rows_stored": dg.MetadataValue.int(len(merged.rows)),
        "rows_published": dg.MetadataValue.int(merged.live),
        "seconds": dg.MetadataValue.float(loaded.fetched.seconds.get(day, 0.0)),
    }
    metadata["snapshot_id"] = dg.MetadataValue.text(str(loaded.merge.snapshot_id))
    if merged.doubted:
        metadata["rows_gone_but_kept"] = dg.MetadataValue.int(merged.doubted)
    if answered := loaded.answered.get(day):
        metadata |= _answered(answered)
    if held := loaded.merge.held.get(day):
        metadata |= _held(held)
    return metadata | dict(loaded.fetched.notes.get(day, {}))


def _answered(answered: Answered) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "rows_fetched": dg.MetadataValue.int(answered.fetched),
        "rows_set_apart": dg.MetadataValue.int(len(answered.apart)),
    }
    if answered.apart:
        metadata["set_apart"] = dg.MetadataValue.json(reasons(answered.apart))
    return metadata


def _held(held: HeldBackDay) -> dict[str, dg.MetadataValue]:
    return {
        "held_back": dg.MetadataValue.text("; ".join(held.reasons)),
        "held_back_rows": dg.MetadataValue.int(held.rows),
        "held_back_branch": dg.MetadataValue.text(held.branch),
    }


def held_metadata(held: Mapping[date, str]) -> dict[str, dg.MetadataValue]:
    """The metadata that a check adds where days are not published: the branch of each."""
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


def _left_partitions(key: dg.AssetKey, loaded: Loaded) -> Iterator[dg.AssetMaterialization]:
    """Materializations of the days that rows left, so that what is made from them shows as stale."""
    for day, count in sorted(loaded.merge.left.items()):
        metadata = {
            "rows_left": dg.MetadataValue.int(count),
            "snapshot_id": dg.MetadataValue.text(str(loaded.merge.snapshot_id)),
        }
        yield dg.AssetMaterialization(key, partition=day.isoformat(), metadata=metadata)


def span(days: list[date]) -> str:
    """The days in words."""
    return str(days[0]) if len(days) == 1 else f"{len(days)} days, {days[0]} to {days[-1]}"
