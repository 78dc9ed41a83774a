"""Questions to Dagster about what needs somebody: failures, backfills, daemons, sensors."""

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
"""Of one run, asked with others: the server sends no more in one page."""
UNTOLD = "the server can't send its log"


async def failures(
    client: Client, since: float, limit: int, before: str | None = None
) -> tuple[tuple[Run, ...], int]:
    """The newest failed runs that changed after `since` (epoch seconds UTC), and how many there are.

    `before` is the id of the last run of the page before.
    """
    data = await client.ask("failures", {"since": since, "limit": limit, "cursor": before})
    found = success(data, "runsOrError", "Runs")
    runs = read_runs(found)
    return runs, max(integer(found.get("count")), len(runs))


async def run_errors(client: Client, ids: Sequence[str]) -> dict[str, str | None]:
    """Why each of these runs failed, in one line; None where the log gives no reason.

    A run whose log is long, or can't be sent with the others, is asked for alone. Raises ApiError.
    """
    if not ids:
        return {}
    variables = {"ids": list(ids), "limit": len(ids), "events": MOST_EVENTS}
    try:
        found = success(await client.ask("run_errors", variables), "runsOrError", "Runs")
    except (BadAnswer, ServerError):
        return await _halved(client, ids)
    errors: dict[str, str | None] = {}
    for item in items(found.get("results")):
        log = sub(item, "eventConnection")
        events = [_event(event) for event in items(log.get("events"))]
        if any(is_cut(event.error) for event in events):
            events = await _whole_chains(client, str(item.get("id")), events)
        why = reason(events)
        if log.get("hasMore") and why is None:
            why = await first_error(client, str(item.get("id")))
        errors[str(item.get("id"))] = why
    return {run_id: errors.get(run_id) for run_id in ids}


async def _whole_chains(client: Client, run_id: str, events: list[Event]) -> list[Event]:
    """The events with their causes to the end; as they are where the server can't send these."""
    variables = {"ids": [run_id], "limit": 1, "events": MOST_EVENTS}
    try:
        found = success(await client.ask("run_errors_deep", variables), "runsOrError", "Runs")
    except (BadAnswer, ServerError):
        return events
    whole = [
        _event(event)
        for item in items(found.get("results"))
        for event in items(sub(item, "eventConnection").get("events"))
    ]
    return whole or events


async def _halved(client: Client, ids: Sequence[str]) -> dict[str, str | None]:
    """One text that the server can't encode costs the whole answer: that run is found."""
    if len(ids) == 1:
        try:
            return {ids[0]: await first_error(client, ids[0])}
        except (BadAnswer, ServerError):
            return {ids[0]: UNTOLD}
    middle = len(ids) // 2
    first = await run_errors(client, ids[:middle])
    return first | await run_errors(client, ids[middle:])


async def health(client: Client) -> Health:
    """Daemons, schedules and sensors. Raises ApiError.

    Where the server fails on a schedule's or sensor's ticks it is asked without them.
    """
    try:
        return _health(await client.ask("health", {"ticks": True}), ticks=True)
    except (BadAnswer, ServerError):
        return _health(await client.ask("health", {"ticks": False}), ticks=False)


async def active_backfills(client: Client, limit: int) -> tuple[Backfill, ...]:
    """The backfills that are under way, newest first, with their counts. Raises ApiError."""
    data = await client.ask("active_backfills", {"limit": limit})
    return read_backfills(success(data, "partitionBackfillsOrError", "PartitionBackfills"))


async def run_ends(client: Client, since: float, limit: int) -> tuple[RunEnd, ...]:
    """When and how the newest runs ended that changed after `since`. Raises ApiError."""
    data = await client.ask("run_ends", {"since": since, "limit": limit})
    found = items(success(data, "runsOrError", "Runs").get("results"))
    ends = ((seconds(run.get("endTime")), RunStatus.read(run.get("status"))) for run in found)
    return tuple((at, status) for at, status in ends if at is not None)


async def load_error(client: Client, location: str) -> ErrorInfo | None:
    """Why a code location failed to load, in full; None when it did not. Raises ApiError."""
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
    """When each asset was materialized, the newest `limit` times, epoch seconds UTC."""
    asked = [key_input(key) for key in keys]
    data = await client.ask("rhythms", {"keys": asked, "limit": limit})
    return {
        key_of(node): tuple(
            at
            for event in items(node.get("assetMaterializations"))
            if (at := milliseconds(event.get("timestamp"))) is not None
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
    told = isinstance(sub(data, "workspaceOrError").get("locationEntries"), list) and ticks
    return Health(
        tuple(_daemon(one) for one in items(statuses)) if isinstance(statuses, list) else None,
        tuple(one for entry in entries for one in _ticking(entry)) if told else None,
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
    found: list[Ticking] = []
    for repository in items(sub(entry, "locationOrLoadError").get("repositories")):
        for kind in ("schedule", "sensor"):
            for one in items(repository.get(f"{kind}s")):
                state = sub(one, f"{kind}State")
                if state.get("status") == "RUNNING":
                    ahead = next(iter(items(sub(one, "futureTicks").get("results"))), {})
                    tick = _tick(str(one.get("name")), kind, location, state)
                    found.append(replace(tick, next_at=seconds(ahead.get("timestamp"))))
    return found


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
