"""Asks Dagster about launches: their outcome, and other backfills that make the same cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.commands import LAUNCH_TAG
from console.api.queries import key_input
from console.api.reading import Json, items, keys_of, sub, success
from console.domain.runs.launched import ActiveBackfill, Launched
from console.domain.runs.run import BACKFILL_TAG, RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from console.api.client import Client
    from console.domain.assets.keys import AssetKey

NEWEST_BACKFILLS = 200
ACTIVE_BACKFILLS = 200


async def find_launch(client: Client, launch: str) -> Launched | None:
    """The backfill or run with the tag `launch`; None where there is none. Raises ApiError."""
    runs_filter = {"tags": [{"key": LAUNCH_TAG, "value": launch}]}
    data = await client.ask("launched", {"limit": NEWEST_BACKFILLS, "filter": runs_filter})
    backfills = success(data, "partitionBackfillsOrError", "PartitionBackfills")
    tagged = [
        item for item in items(backfills.get("results")) if _tags(item).get(LAUNCH_TAG) == launch
    ]
    if tagged:
        return Launched(str(tagged[-1].get("id")), None)
    for run in items(success(data, "runsOrError", "Runs").get("results")):
        backfill = _tags(run).get(BACKFILL_TAG)
        return Launched(backfill, None) if backfill else Launched(None, str(run.get("id")))
    return None


async def active_backfills(client: Client) -> list[ActiveBackfill]:
    """The backfills under way, the oldest first. Raises ApiError."""
    data = await client.ask("targeting", {"limit": ACTIVE_BACKFILLS})
    backfills = success(data, "partitionBackfillsOrError", "PartitionBackfills")
    return [
        ActiveBackfill(
            str(item.get("id")), keys_of(item, "assetSelection"), _tags(item).get(LAUNCH_TAG)
        )
        for item in reversed(items(backfills.get("results")))
    ]


async def backfill_state(client: Client, backfill_id: str) -> tuple[str, bool]:
    """A backfill's status and whether it has runs. Raises ApiError, NotFound."""
    runs = {"tags": [{"key": BACKFILL_TAG, "value": backfill_id}]}
    data = await client.ask("backfill_state", {"id": backfill_id, "runs": runs})
    value = success(data, "partitionBackfillOrError", "PartitionBackfill")
    return str(value.get("status")), bool(
        items(success(data, "runsOrError", "Runs").get("results"))
    )


async def run_status(client: Client, run_id: str) -> RunStatus | None:
    """A run's status; None where there is no such run. Raises ApiError."""
    data = await client.ask("runs_named", {"ids": [run_id], "limit": 1})
    for run in items(success(data, "runsOrError", "Runs").get("results")):
        return RunStatus.read(run.get("status"))
    return None


async def config_problem(
    client: Client,
    location: str,
    repository: str,
    assets: Sequence[AssetKey],
    config: Mapping[str, Any] | None = None,
) -> str:
    """The reason why a run of these assets can't have this configuration; empty where it can.

    Raises ApiError.
    """
    selector = {
        "pipelineName": "__ASSET_JOB",
        "repositoryLocationName": location,
        "repositoryName": repository,
        "assetSelection": [key_input(key) for key in assets],
    }
    data = await client.ask("config_valid", {"pipeline": selector, "config": dict(config or {})})
    answer = sub(data, "isPipelineConfigValid")
    if answer.get("__typename") != "RunConfigValidationInvalid":
        return ""
    return "; ".join(str(error.get("message")) for error in items(answer.get("errors")))


async def backfills_take_configuration(client: Client) -> bool:
    """Whether this release of Dagster hands a backfill's configuration to its runs. Raises ApiError."""
    params = sub(await client.ask("backfill_params"), "__type")
    return any(field.get("name") == "runConfigData" for field in items(params.get("inputFields")))


def _tags(value: Json) -> dict[str, str]:
    return {str(tag.get("key")): str(tag.get("value")) for tag in items(value.get("tags"))}
