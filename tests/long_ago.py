"""Materializations of long ago, written through Dagster's own storage: nobody waits a day in a test."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.events import AssetMaterialization
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.instance import RUNLESS_JOB_NAME, RUNLESS_RUN_ID

from pipelines.deployment.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deployments import LiveDeployment


def materialized_long_ago(live: LiveDeployment, asset: str, hours: float) -> None:
    """From now on the last materialization of `asset` is `hours` old."""
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=RUNLESS_JOB_NAME,
        event_specific_data=StepMaterializationData(AssetMaterialization(asset)),
    )
    entry = EventLogEntry(
        error_info=None,
        level="debug",
        user_message="",
        run_id=RUNLESS_RUN_ID,
        timestamp=time.time() - hours * 3600,
        dagster_event=event,
    )
    with _environment(live), dg.DagsterInstance.from_config(str(Home(live.home).dagster)) as found:
        found.store_event(entry)


@contextmanager
def _environment(live: LiveDeployment) -> Iterator[None]:
    """What the deployment's `dagster.yaml` takes from the environment."""
    before = dict(os.environ)
    os.environ.update(live.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
