"""Cancels backfills and terminates runs: looks at the state first, then says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.api import launch_queries
from console.api.commands import cancel_backfill, terminate_run
from console.domain.errors import ApiError, OutcomeUnknown
from console.domain.runs.run import Backfill

if TYPE_CHECKING:
    from console.api.client import Client


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, in a sentence and its colour."""

    words: str
    colour: str


async def end_backfill(client: Client, backfill_id: str) -> Ending:
    """Cancel it unless it has ended: Dagster would write CANCELED over how it ended."""
    name = f"backfill {backfill_id}"
    try:
        status, _ = await launch_queries.backfill_state(client, backfill_id)
        if Backfill(backfill_id, status).finished:
            ended = status.lower().replace("_", " ")
            return Ending(f"{name} has ended meanwhile ({ended}): nothing was sent", "text")
        await cancel_backfill(client, backfill_id)
    except OutcomeUnknown as error:
        return Ending(f"{name}: {error}; not known whether it is being cancelled", "warn")
    except ApiError as error:
        return Ending(f"{name} was not cancelled: {error}", "bad")
    return Ending(f"{name} is being cancelled", "warn")


async def end_run(client: Client, run_id: str) -> Ending:
    """Terminate it unless it has ended."""
    name = f"run {run_id[:8]}"
    try:
        status = await launch_queries.run_status(client, run_id)
        if status is None or status.ended:
            how = "is gone" if status is None else f"has ended meanwhile ({status.word})"
            return Ending(f"{name} {how}: nothing was sent", "text")
        await terminate_run(client, run_id)
    except OutcomeUnknown as error:
        return Ending(f"{name}: {error}; not known whether it is being ended", "warn")
    except ApiError as error:
        return Ending(f"{name} was not terminated: {error}", "bad")
    return Ending(f"Dagster is ending {name}", "text")
