"""One dlt run: extract the days, normalize, and merge into Iceberg."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

# dlt reads its own telemetry switch when it is imported.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import dlt
import pyarrow.parquet as pq
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.nightscout.merge import MergedDay, Row, as_row
from pipelines.nightscout.raw_table import Merge, merge
from pipelines.nightscout.source import Fetched, NightscoutError, glucose_entries
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings

EMPTY = MergedDay((), 0, 0, 0)


@dataclass
class Loaded:
    """What one dlt run did: the merge, and what came of asking for each day."""

    fetched: Fetched = field(default_factory=Fetched)
    merge: Merge = field(default_factory=lambda: Merge({}, None))

    def day(self, day: date) -> MergedDay:
        return self.merge.days.get(day, EMPTY)

    @property
    def errors(self) -> dict[date, NightscoutError]:
        return self.fetched.errors


def load_days(
    settings: Settings, days: Sequence[date], run_id: str, log: Callable[[str], None]
) -> Loaded:
    """Loads the days' readings in one commit; the days that failed are told in `errors`."""
    loaded = Loaded()
    catalog = load_catalog(settings)
    loaded.merge = merge(catalog, [], run_id)

    def iceberg(path: str, table: dict[str, Any]) -> None:
        rows = _rows(Path(path), settings, run_id)
        log(f"merging {len(rows)} readings into raw.{table['name']}")
        loaded.merge = merge(catalog, rows, run_id)

    with tempfile.TemporaryDirectory(prefix="dagdeck-dlt-") as folder:
        _run_dlt(folder, iceberg, glucose_entries(settings, days, loaded.fetched, log))
    return loaded


def _run_dlt(folder: str, iceberg: Callable[[str, dict[str, Any]], None], resource: Any) -> None:
    destination = dlt.destination(
        cast(Any, iceberg),
        name="iceberg",
        batch_size=0,
        loader_file_format="parquet",
        naming_convention="snake_case",
    )
    pipeline = dlt.pipeline(
        "glucose_entries", pipelines_dir=folder, destination=destination(), dataset_name="raw"
    )
    try:
        pipeline.run(resource).raise_on_failed_jobs()
    except PipelineStepFailed as error:
        raise _innermost(error) from error


def _innermost(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _rows(path: Path, settings: Settings, run_id: str) -> list[Row]:
    at = datetime.now(UTC)
    return [as_row(entry, settings.zone, at, run_id) for entry in pq.read_table(path).to_pylist()]
