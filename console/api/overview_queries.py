"""Asks Dagster about failures, backfills, daemons, schedules and sensors for the overview."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.api.queries import key_input
from console.api.reading import (
    Json,
    error_of,
    integer,
    is_cut,
    items,
    key_of,
    milliseconds,
    seconds,
    sub,
    success,
)
from console.api.run_queries import first_error, read_backfills, read_runs
from console.domain.errors import BadAnswer, ServerError
from console.domain.health import Daemon, Health, Ticking
from console.domain.runs.events import ErrorInfo, Event, reason
from console.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey
    from console.domain.runs.hours import RunEnd
    from console.domain.runs.run import Backfill, Run

MOST_EVENTS = 1000
"""The events asked of each of several runs; the server sends no more in one page."""
UNTOLD = "the server can't send its log"


async def failures(
    client: Client, since: float, limit: int, before: str | None = None
) -> tuple[tuple[Run, ...], int]:
    """The newest failed runs that changed after `since` (epoch seconds UTC), and their total number.

    `before` is the id of the last run of the previous page.
    """
    data = await client.ask("failures", {"since": since, "limit": limit, "cursor": before})
    result = success(data, "runsOrError", "Runs")
    runs = read_runs(result)
    return runs, max(integer(result.get("count")), len(runs))


async def run_errors(client: Client, ids: Sequence[str]) -> dict[str, str | None]:
    """The reason why each run failed, in one line; None where the log gives no reason.

    A run whose log is long, or can't be sent with the others, is asked for alone. Raises ApiError.
    """
    if not ids:
        return {}
    variables = {"ids": list(ids), "limit": len(ids), "events": MOST_EVENTS}
    try:
        result = success(await client.ask("run_errors", variables), "runsOrError", "Runs")
    except (BadAnswer, ServerError):
        return await _halved(client, ids)
    errors: dict[str, str | None] = {}
    for item in items(result.get("results")):
        log = sub(item, "eventConnection")
        events = [_event(event) for event in items(log.get("events"))]
        if any(is_cut(event.error) for event in events):
            events = await _whole_chains(client, str(item.get("id")), events)
        error = reason(events)
        if log.get("hasMore") and error is None:
            error = await first_error(client, str(item.get("id")))
        errors[str(item.get("id"))] = error
    return {run_id: errors.get(run_id) for run_id in ids}


async def _whole_chains(client: Client, run_id: str, events: list[Event]) -> list[Event]:
    """The events with complete chains of causes, or unchanged if the server can't send those."""
    variables = {"ids": [run_id], "limit": 1, "events": MOST_EVENTS}
    try:
        result = success(await client.ask("run_errors_deep", variables), "runsOrError", "Runs")
    except (BadAnswer, ServerError):
        return events
    whole = [
        _event(event)
        for item in items(result.get("results"))
        for event in items(sub(item, "eventConnection").get("events"))
    ]
    return whole or events


async def _halved(client: Client, ids: Sequence[str]) -> dict[str, str | None]:
    """The errors, asked for in halves down to the run whose text the server can't encode."""
    if len(ids) == 1:
        try:
            return {ids[0]: await first_error(client, ids[0])}
        except (BadAnswer, ServerError):
            return {ids[0]: UNTOLD}
    middle = len(ids) // 2
    first = await run_errors(client, ids[:middle])
    return first | await run_errors(client, ids[middle:])


async def health(client: Client) -> Health:
    """The health of daemons, schedules and sensors. Raises ApiError.

    If the server fails on the ticks, it is asked again without them.
    """
    try:
        return _health(await client.ask("health", {"ticks": True}), ticks=True)
    except (BadAnswer, ServerError):
        return _health(await client.ask("health", {"ticks": False}), ticks=False)


async def active_backfills(client: Client, limit: int) -> tuple[Backfill, ...]:
    """The backfills under way, newest first, with their counts. Raises ApiError."""
    data = await client.ask("active_backfills", {"limit": limit})
    return read_backfills(success(data, "partitionBackfillsOrError", "PartitionBackfills"))


async def run_ends(client: Client, since: float, limit: int) -> tuple[RunEnd, ...]:
    """The ends of the newest runs that changed after `since`. Raises ApiError."""
    data = await client.ask("run_ends", {"since": since, "limit": limit})
    results = items(success(data, "runsOrError", "Runs").get("results"))
    ends = ((seconds(run.get("endTime")), RunStatus.read(run.get("status"))) for run in results)
    return tuple((ended, status) for ended, status in ends if ended is not None)


async def load_error(client: Client, location: str) -> ErrorInfo | None:
    """The full load error of a code location; None when it has none. Raises ApiError."""
    error = await _load_error(client, "load_error", location)
    if is_cut(error):
        with suppress(BadAnswer, ServerError):
            return await _load_error(client, "load_error_deep", location)
    return error


async def _load_error(client: Client, name: str, location: str) -> ErrorInfo | None:
    data = await client.ask(name, {"name": location})
    entry = success(data, "workspaceLocationEntryOrError", "WorkspaceLocationEntry")
    loaded = sub(entry, "locationOrLoadError")
    return error_of(loaded) if loaded.get("__typename") == "PythonError" else None


async def materialization_times(
    client: Client, keys: Sequence[AssetKey], limit: int
) -> dict[AssetKey, tuple[float, ...]]:
    """The times of each asset's newest `limit` materializations, in epoch seconds UTC."""
    key_inputs = [key_input(key) for key in keys]
    data = await client.ask("rhythms", {"keys": key_inputs, "limit": limit})
    return {
        key_of(node): tuple(
            moment
            for event in items(node.get("assetMaterializations"))
            if (moment := milliseconds(event.get("timestamp"))) is not None
        )
        for node in items(data.get("assetNodes"))
    }


def _event(value: Json) -> Event:
    return Event(
        at=0.0,
        level=str(value.get("level") or ""),
        type=str(value.get("eventType") or ""),
        message=str(value.get("message") or ""),
        error=error_of(value.get("error")),
    )


def _health(data: Json, *, ticks: bool) -> Health:
    statuses = sub(sub(data, "instance"), "daemonHealth").get("allDaemonStatuses")
    entries = items(sub(data, "workspaceOrError").get("locationEntries"))
    ticks_read = isinstance(sub(data, "workspaceOrError").get("locationEntries"), list) and ticks
    return Health(
        tuple(map(_daemon, items(statuses))) if isinstance(statuses, list) else None,
        tuple(ticking for entry in entries for ticking in _ticking(entry)) if ticks_read else None,
        frozenset(str(entry.get("name")) for entry in entries if _is_loading(entry)),
    )


def _is_loading(entry: Json) -> bool:
    return entry.get("loadStatus") == "LOADING" or entry.get("locationOrLoadError", ...) is None


def _daemon(value: Json) -> Daemon:
    healthy = value.get("healthy")
    errors = items(value.get("lastHeartbeatErrors"))
    newest = error_of(errors[0]) if errors else None
    return Daemon(
        str(value.get("daemonType") or "?"),
        value.get("required") is not False,
        healthy if isinstance(healthy, bool) else None,
        seconds(value.get("lastHeartbeatTime")),
        newest.headline if newest else "",
    )


def _ticking(entry: Json) -> list[Ticking]:
    location = str(entry.get("name") or "")
    ticking: list[Ticking] = []
    for repository in items(sub(entry, "locationOrLoadError").get("repositories")):
        for kind in ("schedule", "sensor"):
            for instigator in items(repository.get(f"{kind}s")):
                state = sub(instigator, f"{kind}State")
                if state.get("status") == "RUNNING":
                    next_tick = next(iter(items(sub(instigator, "futureTicks").get("results"))), {})
                    tick = _tick(str(instigator.get("name")), kind, location, state)
                    ticking.append(replace(tick, next_at=seconds(next_tick.get("timestamp"))))
    return ticking


def _tick(name: str, kind: str, location: str, state: dict[str, Any]) -> Ticking:
    newest = next(iter(items(state.get("ticks"))), {})
    error = error_of(newest.get("error"))
    return Ticking(
        name,
        kind,
        location,
        seconds(newest.get("timestamp")),
        str(newest.get("status") or ""),
        error.headline if error else "",
    )
