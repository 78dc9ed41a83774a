"""`python -m tests.benchmarks.many_history`: a past of the rig of `many`, by real runs in this process.

The last month of every asset, then 150 failures of one cause.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from pipelines.deployment.dagster_home import LOCATION
from tests.benchmarks.big_rig_events import (
    END_TAG,
    REPOSITORY_TAG,
    START_TAG,
    store_planned_in_batches,
)
from tests.benchmarks.many_definitions import CHAIN, DAYS, FAIL_TAG, LATE, defs, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MONTH = 30
FAILED_ASSETS, FAILED_DAYS = 30, 5
FAILURES = FAILED_ASSETS * FAILED_DAYS


def main() -> None:
    store_planned_in_batches()
    logging.disable(logging.CRITICAL)
    job = defs.resolve_implicit_global_asset_job_def()
    days = DAYS.get_partition_keys()
    month = {START_TAG: days[-MONTH], END_TAG: days[-1]}
    with dg.DagsterInstance.get() as instance:
        for name in names():
            _run(instance, job, name, month)
        for name, day in _failures(days):
            _run(instance, job, name, {"dagster/partition": day, FAIL_TAG: "yes"})


def _failures(days: Sequence[str]) -> Iterator[tuple[str, str]]:
    """An asset of each chain on each of the last days; the late one is among them, and the last."""
    chosen = names()[LATE_PLACE::CHAIN][:FAILED_ASSETS]
    yield from ((name, day) for day in days[-FAILED_DAYS:] for name in reversed(chosen))


LATE_PLACE = names().index(LATE)


def _run(
    instance: dg.DagsterInstance, job: dg.JobDefinition, name: str, tags: dict[str, str]
) -> None:
    selection = {dg.AssetKey(name)}
    subset = job.get_subset(asset_selection=selection)
    run = instance.create_run_for_job(
        subset,
        tags={**tags, REPOSITORY_TAG: f"__repository__@{LOCATION}"},
        asset_selection=frozenset(selection),
    )
    done = execute_run(InMemoryJob(subset), run, instance, raise_on_error=False)
    assert done.success is not (FAIL_TAG in tags), run.run_id


if __name__ == "__main__":
    assert os.environ.get("DAGSTER_HOME"), "DAGSTER_HOME names the rig's instance"
    main()
