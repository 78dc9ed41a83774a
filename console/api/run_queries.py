"""Asks Dagster about runs, their logs, and backfills."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from console.api.check_queries import earlier_verdicts, read_check
from console.api.queries import key_input, stale_reason
from console.api.reading import (
    Json,
    any_items,
    defining_locations,
    error_of,
    integer,
    is_cut,
    items,
    key_of,
    keys_of,
    milliseconds,
    seconds,
    strings,
    sub,
    success,
)
from console.domain.errors import BadAnswer, ServerError
from console.domain.grid.details import AssetDetail, CellDetail
from console.domain.runs.events import Event, reason
from console.domain.runs.log_pages import CapturedOutput, LogPage
from console.domain.runs.pulse import Pulse
from console.domain.runs.run import Backfill, Run, RunStatus, Step, StepStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey
    from console.domain.checks import AssetCheck

PAGE_OF_EVENTS = 1000
"""The server silently limits a page of a log to this number."""
PULSE_SECONDS = 10.0
"""The timeout of the pulse; a server that takes longer for this cheap question counts as away."""
PAGE_OF_OUTPUT = 256 * 1024
MOST_PAGES_FOR_AN_ERROR = 10
MOST_DEEP_EVENTS = 5
"""The errors of one page whose causes are followed to the end; other errors are marked as cut."""


async def pulse(client: Client, newest: int, since: float | None = None) -> Pulse:
    """The active runs and the `newest` runs; with `since`, only those that changed after it.

    `since` is epoch seconds UTC by the server's clock.
    """
    variables = {"limit": newest, "since": since}
    data = await client.ask("pulse", variables, timeout=PULSE_SECONDS)
    entries = items(sub(data, "locationStatusesOrError").get("entries"))
    return Pulse(
        {
            str(entry.get("name")): f"{entry.get('loadStatus')} {entry.get('versionKey')}"
            for entry in entries
        },
        read_runs(success(data, "active", "Runs")),
        read_runs(success(data, "newest", "Runs")),
    )


async def runs(
    client: Client,
    limit: int,
    statuses: Sequence[RunStatus] = (),
    before: str | None = None,
    tags: dict[str, str] | None = None,
    since: float | None = None,
    job: str = "",
) -> tuple[Run, ...]:
    """The newest runs, newest first, after the run with the id `before`; of any job if `job` is empty.

    With `since` (epoch seconds UTC by the server's clock) only those that changed after it.
    """
    runs_filter = _runs_filter(statuses, tags, job)
    if since is not None:
        runs_filter["updatedAfter"] = since
    data = await client.ask("runs", {"filter": runs_filter, "cursor": before, "limit": limit})
    return read_runs(success(data, "runsOrError", "Runs"))


def _runs_filter(
    statuses: Sequence[RunStatus], tags: Mapping[str, str] | None = None, job: str = ""
) -> Json:
    runs_filter: Json = {}
    if statuses:
        runs_filter["statuses"] = [status.value for status in statuses]
    if tags:
        runs_filter["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    if job:
        runs_filter["pipelineName"] = job
    return runs_filter


async def runs_named(client: Client, ids: Sequence[str]) -> tuple[Run, ...]:
    """The existing runs with these ids, newest first."""
    data = await client.ask("runs_named", {"ids": list(ids), "limit": len(ids)})
    return read_runs(success(data, "runsOrError", "Runs"))


async def run_ids(client: Client, limit: int, before: str | None = None) -> tuple[str, ...]:
    """The ids of the newest runs, newest first, after the run with the id `before`."""
    data = await client.ask("run_ids", {"limit": limit, "cursor": before})
    return strings(success(data, "runIdsOrError", "RunIds").get("results"))


async def run_assets(client: Client, ids: Sequence[str]) -> dict[str, tuple[AssetKey, ...]]:
    """The assets that these runs make by their plans and events, for runs without a selection."""
    data = await client.ask("run_assets", {"ids": list(ids), "limit": len(ids)})
    answer = success(data, "runsOrError", "Runs")
    return {
        str(item.get("id")): tuple(
            sorted(key_of(asset, "key") for asset in items(item.get("assets")))
        )
        for item in items(answer.get("results"))
    }


async def job_successes(
    client: Client, job: str, since: float, limit: int
) -> tuple[tuple[Run, ...], bool]:
    """The newest successful runs of a job after `since` (epoch seconds UTC), and whether these are all."""
    runs_filter = {
        "pipelineName": job,
        "statuses": [RunStatus.SUCCESS.value],
        "updatedAfter": since,
    }
    data = await client.ask("runs", {"filter": runs_filter, "cursor": None, "limit": limit})
    runs = read_runs(success(data, "runsOrError", "Runs"))
    return runs, len(runs) < limit


async def run_counts(
    client: Client,
    filters: Mapping[str, Sequence[RunStatus]],
    tags: Mapping[str, str] | None = None,
    job: str = "",
) -> dict[str, int]:
    """The numbers of runs by the filters `failed`, `active` and `success`, and of all runs (``)."""
    variables = {name or "all": _runs_filter(wanted, tags, job) for name, wanted in filters.items()}
    data = await client.ask("run_counts", variables)
    return {name: integer(success(data, name or "all", "Runs").get("count")) for name in filters}


async def backfill_titles(client: Client, limit: int) -> dict[str, str]:
    """The titles of the newest backfills by id; empty for those without a title."""
    data = await client.ask("backfill_titles", {"limit": limit})
    answer = success(data, "partitionBackfillsOrError", "PartitionBackfills")
    return {
        str(item.get("id")): str(item.get("title") or "") for item in items(answer.get("results"))
    }


async def run(client: Client, run_id: str) -> tuple[Run, tuple[Step, ...]]:
    """A run and its steps; raises NotFound."""
    value = success(await client.ask("run", {"id": run_id}), "runOrError", "Run")
    stats = {str(item.get("stepKey")): _step(item) for item in items(value.get("stepStats"))}
    waiting = [key for key in strings(value.get("stepKeysToExecute")) if key not in stats]
    return _run(value), (*stats.values(), *(Step(key, StepStatus.WAITING) for key in waiting))


async def log(
    client: Client, run_id: str, cursor: str | None, limit: int = PAGE_OF_EVENTS
) -> LogPage:
    """The events after `cursor`; if the server can't send a page, its first half, and so on.

    A lone surrogate in one message makes the server fail the whole page. That event comes
    without its text.
    """
    try:
        page = await _log(client, "log", run_id, cursor, limit)
    except BadAnswer:
        if limit == 1:
            return await _without_text(client, run_id, cursor)
    else:
        return await _with_whole_chains(client, run_id, cursor, page)
    page = await log(client, run_id, cursor, limit // 2)
    return replace(page, more=bool(page.events))


async def _with_whole_chains(
    client: Client, run_id: str, cursor: str | None, page: LogPage
) -> LogPage:
    """The page with the cut chains of causes completed, for its first `MOST_DEEP_EVENTS` errors."""
    events = list(page.events)
    cut_indices = [index for index, event in enumerate(events) if is_cut(event.error)]
    for index in cut_indices[:MOST_DEEP_EVENTS]:
        before = await _log(client, "log_bare", run_id, cursor, index) if index else None
        start = before.cursor if before else cursor
        with suppress(BadAnswer, ServerError):
            (events[index],) = (await _log(client, "log_deep", run_id, start, 1)).events
    return replace(page, events=tuple(events))


async def _without_text(client: Client, run_id: str, cursor: str | None) -> LogPage:
    page = await _log(client, "log_bare", run_id, cursor, 1)
    text = "(the server can't send this event's text)"
    return replace(
        page, events=tuple(replace(event, message=text, unreadable=True) for event in page.events)
    )


async def _log(client: Client, name: str, run_id: str, cursor: str | None, limit: int) -> LogPage:
    data = await client.ask(name, {"id": run_id, "cursor": cursor, "limit": limit})
    value = success(data, "logsForRun", "EventConnection")
    events = tuple(_event(item) for item in items(value.get("events")))
    return LogPage(
        events, value.get("cursor") or cursor, bool(value.get("hasMore")) and bool(events)
    )


async def first_error(client: Client, run_id: str) -> str | None:
    """The headline of the first failed step's error, else of the run's error; None without either."""
    cursor: str | None = None
    bad: list[Event] = []
    for _ in range(MOST_PAGES_FOR_AN_ERROR):
        page = await log(client, run_id, cursor)
        bad += [event for event in page.events if event.bad]
        cursor = page.cursor
        if not page.more or any(event.error and event.type == "STEP_FAILURE" for event in bad):
            break
    return reason(bad)


async def output(
    client: Client, run_id: str, file_key: str, cursor: str | None, limit: int = PAGE_OF_OUTPUT
) -> CapturedOutput:
    """A stretch of a step's output, at most `limit` bytes of each stream."""
    log_key = [run_id, "compute_logs", file_key]
    variables = {"logKey": log_key, "cursor": cursor, "limit": limit}
    value = sub(await client.ask("captured", variables), "capturedLogs")
    return CapturedOutput(
        str(value.get("stdout") or ""), str(value.get("stderr") or ""), value.get("cursor")
    )


async def cell(client: Client, key: AssetKey, partition: str) -> CellDetail:
    """The details of one partition of one asset."""
    data = await client.ask("cell", {"key": key_input(key), "partition": partition})
    for node in items(data.get("assetNodes"))[:1]:
        materializations = items(node.get("latestMaterializationByPartition"))
        last = node.get("latestRunForPartition")
        detail = _materialization(materializations[0]) if materializations else CellDetail()
        return replace(
            detail, last_run=_run(last) if isinstance(last, dict) else None, stale=_stale(node)
        )
    return CellDetail()


async def asset_detail(client: Client, key: AssetKey) -> AssetDetail:
    """The checks of an asset, its last materialization, and the code locations that define it."""
    data = await client.ask("asset_detail", {"key": key_input(key)})
    for node in items(data.get("assetNodes"))[:1]:
        checks = items(sub(node, "assetChecksOrError").get("checks"))
        materializations = items(node.get("assetMaterializations"))
        last = _materialization(materializations[0]) if materializations else CellDetail()
        asset_checks = await _with_history(client, key, [read_check(check) for check in checks])
        defining = defining_locations(data).get(key, ())
        return AssetDetail(asset_checks, last, defining, str(node.get("description") or ""))
    return AssetDetail((), CellDetail())


async def _with_history(
    client: Client, key: AssetKey, checks: list[AssetCheck]
) -> tuple[AssetCheck, ...]:
    """The checks; those without a verdict for the newest materialization get their earlier one."""
    unknown = [(key, check.name) for check in checks if check.verdict == "not run"]
    earlier = await earlier_verdicts(client, unknown)
    return tuple(
        replace(check, earlier=verdict.word, at=verdict.at)
        if (verdict := earlier.get((key, check.name))) and check.verdict == "not run"
        else check
        for check in checks
    )


async def backfill(client: Client, backfill_id: str) -> Backfill:
    """One backfill with its counts; raises NotFound."""
    data = await client.ask("backfill", {"id": backfill_id})
    return _backfill(success(data, "partitionBackfillOrError", "PartitionBackfill"))


async def backfills(client: Client, limit: int, before: str | None = None) -> tuple[Backfill, ...]:
    """The newest backfills, newest first, after the one with the id `before`."""
    data = await client.ask("backfills", {"limit": limit, "cursor": before})
    return read_backfills(success(data, "partitionBackfillsOrError", "PartitionBackfills"))


def _stale(node: Json) -> str | None:
    if node.get("staleStatusByPartition") != ["STALE"]:
        return None
    causes = any_items(node, "staleCausesByPartition") or [None]
    return stale_reason(causes[0]) or "no reason given"


def read_backfills(value: Json) -> tuple[Backfill, ...]:
    """The backfills of an answer's `results`."""
    return tuple(_backfill(item) for item in items(value.get("results")))


def read_runs(value: Json) -> tuple[Run, ...]:
    """The runs of an answer's `results`."""
    return tuple(_run(item) for item in items(value.get("results")))


def _run(value: Json) -> Run:
    assets = keys_of(value, "assetSelection")
    return Run(
        id=str(value.get("id")),
        status=RunStatus.read(value.get("status")),
        job=str(value.get("jobName") or ""),
        created=seconds(value.get("creationTime")) or 0.0,
        started=seconds(value.get("startTime")),
        ended=seconds(value.get("endTime")),
        updated=seconds(value.get("updateTime")),
        assets=assets,
        asset_count=integer(value.get("assetSelectionCount", len(assets))),
        tags={str(tag.get("key")): str(tag.get("value")) for tag in items(value.get("tags"))},
        can_terminate=bool(value.get("canTerminate")),
    )


def _step(value: Json) -> Step:
    status = StepStatus.__members__.get(str(value.get("status")), StepStatus.WAITING)
    return Step(
        str(value.get("stepKey")),
        status,
        seconds(value.get("startTime")),
        seconds(value.get("endTime")),
        max(len(items(value.get("attempts"))), 1),
    )


def _event(value: Json) -> Event:
    return Event(
        at=milliseconds(value.get("timestamp")) or 0.0,
        level=str(value.get("level") or ""),
        type=str(value.get("eventType") or ""),
        message=str(value.get("message") or ""),
        step=value.get("stepKey"),
        error=error_of(value.get("error")),
        file_key=value.get("fileKey"),
        captured_steps=strings(value.get("stepKeys")),
    )


def _materialization(value: Json) -> CellDetail:
    return CellDetail(
        milliseconds(value.get("timestamp")),
        value.get("runId"),
        tuple(pair for entry in items(value.get("metadataEntries")) if (pair := _metadata(entry))),
    )


def _metadata(entry: Json) -> tuple[str, str] | None:
    """A metadata value as text; integers are read from `intRepr`, as `intValue` has only 32 bits."""
    value = entry.get("intRepr") or entry.get("text")
    number = entry.get("floatValue")
    if value is None and isinstance(number, int | float):
        value = f"{number:.4g}"
    return (str(entry.get("label")), str(value)) if value is not None else None


def _backfill(value: Json) -> Backfill:
    error = error_of(value.get("error"))
    statuses = items(sub(value, "assetBackfillData").get("assetBackfillStatuses"))
    return Backfill(
        id=str(value.get("id")),
        status=str(value.get("status")),
        title=str(value.get("title") or ""),
        created=seconds(value.get("timestamp")) or 0.0,
        ended=seconds(value.get("endTimestamp")),
        assets=keys_of(value, "assetSelection"),
        counts={key_of(item): _counts(item) for item in statuses},
        error=error.headline if error else None,
        user=str(value.get("user") or ""),
        tags={str(tag.get("key")): str(tag.get("value")) for tag in items(value.get("tags"))},
    )


def _counts(item: Json) -> tuple[int, int, int, int]:
    if item.get("__typename") == "UnpartitionedAssetStatus":
        return (
            1,
            int(bool(item.get("inProgress"))),
            int(bool(item.get("materialized"))),
            int(bool(item.get("failed"))),
        )
    names = ("Targeted", "InProgress", "Materialized", "Failed")
    targeted, running, done, failed = (integer(item.get(f"numPartitions{name}")) for name in names)
    return targeted, running, done, failed
