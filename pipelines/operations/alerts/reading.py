"""Makes an alert from a failed run, as Dagster's instance has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.operations.alerts.alert import Alert
from pipelines.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance
    from dagster_shared.error import SerializableErrorInfo

DAGSTERS_OWN = "Dagster"
"""Prefixes of the class names of errors that Dagster wraps around those of the code."""


def alert_of(context: dg.RunFailureSensorContext, dagster_url: str | None) -> Alert:
    """The alert on the run that failed; its link begins with `dagster_url`."""
    run = context.dagster_run
    failed = list(context.get_step_failure_events())
    steps = {event.step_key for event in failed if event.step_key}
    return Alert(
        run_id=run.run_id,
        job=run.job_name,
        assets=tuple(_unmade(context.instance, run.run_id, steps) or sorted(steps)),
        partition=partition_of(run.tags),
        error=_error(failed, context.failure_event),
        failed_at=_ended(context.instance, run.run_id),
        link=f"{dagster_url.rstrip('/')}/runs/{run.run_id}" if dagster_url else None,
    )


def partition_of(tags: Mapping[str, str]) -> str | None:
    """The run's partition, or its range in words."""
    if RANGE_START_TAG in tags:
        return f"{tags[RANGE_START_TAG]} to {tags[RANGE_END_TAG]}"
    return tags.get(PARTITION_TAG)


def _unmade(instance: DagsterInstance, run_id: str, steps: set[str]) -> list[str]:
    """The assets that the failed steps were to make and did not make at all."""
    planned = dict.fromkeys(
        event.asset_key.to_user_string()
        for event in _events(instance, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
        if event.asset_key and event.step_key in steps
    )
    materialized = {
        event.asset_key.to_user_string()
        for event in _events(instance, run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        if event.asset_key
    }
    return [name for name in planned if name not in materialized] or list(planned)


def _events(
    instance: DagsterInstance, run_id: str, kind: dg.DagsterEventType
) -> Iterator[DagsterEvent]:
    for record in instance.get_records_for_run(run_id, of_type=kind).records:
        if record.event_log_entry.dagster_event:
            yield record.event_log_entry.dagster_event


def _error(failed: Sequence[DagsterEvent], failure: DagsterEvent) -> str:
    """The first line of the code's own error, from the first step that failed."""
    if not failed:
        return _first_line(failure.message or "no reason given")
    data = failed[0].step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return _first_line(data.user_failure_data.description)
    return said_by_the_code(data.error) if data.error else "no reason given"


def said_by_the_code(error: SerializableErrorInfo) -> str:
    """The outermost error that isn't Dagster's own, and its cause where that is another error."""
    while (error.cls_name or "").startswith(DAGSTERS_OWN) and error.cause:
        error = error.cause
    root = error
    while root.cause:
        root = root.cause
    if root is error:
        return _first_line(error.message)
    return f"{_first_line(error.message)} (from {_first_line(root.message)})"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")


def _ended(instance: DagsterInstance, run_id: str) -> datetime:
    record = instance.get_run_record_by_id(run_id)
    if record is None or record.end_time is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(record.end_time, UTC)
