"""One dlt run: extract, normalize, and merge into the raw Iceberg table."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

# dlt reads its own telemetry switch when it is imported.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import dlt
import psutil
import pyarrow.parquet as pq
from dlt.common.destination.exceptions import DestinationTerminalException
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.failures import root_of
from pipelines.raw.accepted import accepted
from pipelines.raw.description import RawTable, Row
from pipelines.raw.publish import Limits, Merge, merge
from pipelines.raw.set_apart import Answered
from pipelines.raw.zone import demand_zone
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings


def load(
    settings: Settings,
    described: RawTable,
    answered: Mapping[date, Answered],
    run_id: str,
    log: Callable[[str], None],
) -> Merge:
    """Loads what was answered for each day, and publishes the days that pass their audit.

    Raises ZoneChangedError where the rows that are stored were given their days in another zone.
    """
    demand_zone(settings)
    catalog = load_catalog(settings)
    limits = Limits(
        settings.most_set_apart, accepted(settings, described.name, answered) if answered else ()
    )
    merges: list[Merge] = []
    failures: list[Exception] = []

    def iceberg(path: str, table: dict[str, Any]) -> None:
        rows = _rows(Path(path), described, settings, run_id)
        log(f"merging {len(rows)} rows into raw.{table['name']}")
        try:
            merges.append(merge(catalog, described, rows, run_id, answered, limits))
        except Exception as error:
            failures.append(error)
            # dlt would merge five times over, and keep no more of the error than words.
            raise DestinationTerminalException(str(error)) from error

    pages = [list(answer.records) for answer in answered.values() if answer.records]
    if pages:
        resource = dlt.resource(
            pages,
            name=described.name,
            columns=described.dlt_columns,
            write_disposition="append",
            max_table_nesting=0,
        )
        with _working_folder(settings.dlt_path) as folder:
            try:
                _run_dlt(folder, iceberg, described.name, resource)
            except Exception:
                if not failures:
                    raise
    if failures:
        raise failures[0]
    done = merges[-1] if merges else merge(catalog, described, [], run_id, answered, limits)
    _tell(done, log)
    return done


def _tell(done: Merge, log: Callable[[str], None]) -> None:
    for day, held in done.held.items():
        log(f"{day}: held back on branch {held.branch}: {'; '.join(held.reasons)}")
    for day, count in done.left.items():
        log(f"{day}: {count} rows left it for another day or the quarantine; make it again")
    for day, merged in done.days.items():
        if merged.doubted:
            log(
                f"{day}: {merged.doubted} of {merged.live} rows are gone from the source, which is "
                "too many to be believed; they are kept"
            )


@contextmanager
def _working_folder(parent: Path) -> Iterator[str]:
    """A folder of this process's own; those that killed processes left are removed."""
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=parent) as folder:
        yield folder


def _run_dlt(
    folder: str, iceberg: Callable[[str, dict[str, Any]], None], name: str, resource: Any
) -> None:
    destination = dlt.destination(
        cast(Any, iceberg),
        name="iceberg",
        batch_size=0,
        loader_file_format="parquet",
        naming_convention="snake_case",
    )
    pipeline = dlt.pipeline(
        name, pipelines_dir=folder, destination=destination(), dataset_name="raw"
    )
    try:
        pipeline.run(resource).raise_on_failed_jobs()
        return
    except PipelineStepFailed as error:
        root = root_of(error)
    raise root


def _rows(path: Path, described: RawTable, settings: Settings, run_id: str) -> list[Row]:
    ingested_at = datetime.now(UTC)
    loaded = pq.read_table(path).to_pylist()
    return [described.as_row(record, settings.zone, ingested_at, run_id) for record in loaded]
