"""One dlt run: extract, normalize, and merge into the raw Iceberg table."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

# dlt reads its own telemetry switch when it is imported.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

import dlt
import psutil
import pyarrow.parquet as pq
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.raw.description import RawTable, Row
from pipelines.raw.publish import Merge, merge
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings


def load(
    settings: Settings,
    described: RawTable,
    records: Iterator[list[dict[str, Any]]],
    run_id: str,
    log: Callable[[str], None],
    answered: Callable[[], Collection[date]] = tuple,
) -> Merge:
    """Loads pages of records and publishes the days that pass their audit.

    `answered` tells, once the records have come, of which days they are all there is. Raises what
    the iteration of `records` raises.
    """
    catalog = load_catalog(settings)
    merges: list[Merge] = []

    def iceberg(path: str, table: dict[str, Any]) -> None:
        rows = _rows(Path(path), described, settings, run_id)
        log(f"merging {len(rows)} rows into raw.{table['name']}")
        merges.append(merge(catalog, described, rows, run_id, answered()))

    resource = dlt.resource(
        records,
        name=described.name,
        columns=described.dlt_columns,
        write_disposition="append",
        max_table_nesting=0,
    )
    with _working_folder(settings.dlt_path) as folder:
        _run_dlt(folder, iceberg, described.name, resource)
    done = merges[-1] if merges else merge(catalog, described, [], run_id, answered())
    for day, held in done.held.items():
        log(f"{day}: held back on branch {held.branch}: {'; '.join(held.reasons)}")
    return done


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
    except PipelineStepFailed as error:
        raise _innermost(error) from error


def _innermost(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _rows(path: Path, described: RawTable, settings: Settings, run_id: str) -> list[Row]:
    at = datetime.now(UTC)
    loaded = pq.read_table(path).to_pylist()
    return [described.as_row(record, settings.zone, at, run_id) for record in loaded]
