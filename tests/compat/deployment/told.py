"""What the release's own Python says of its instance, as JSON: `states`, `made BACKFILL_OR_RUN`."""

from __future__ import annotations

import json
import sys
from typing import Any

import dagster as dg

from tests.compat.deployment import small


def states(instance: dg.DagsterInstance) -> dict[str, dict[str, str]]:
    """The status of every partition of the small deployment that has one, by asset and key."""
    found: dict[str, dict[str, str]] = {}
    for asset in small.ASSETS:
        definition: Any = asset.partitions_def
        if definition is None:
            continue
        keys = definition.get_partition_keys(dynamic_partitions_store=instance)
        told = instance.get_status_by_partition(asset.key, keys, definition) or {}
        found[asset.key.path[-1]] = {
            str(key): status.name for key, status in told.items() if status is not None
        }
    return found


def made(instance: dg.DagsterInstance, name: str) -> list[list[tuple[str, str | None]]]:
    """The cells that each run of a backfill made."""
    runs = instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": name}))
    return [
        sorted(
            (event.asset_key.path[-1], event.partition)
            for entry in instance.all_logs(run.run_id)
            if (event := entry.dagster_event) is not None
            and event.is_step_materialization
            and event.asset_key is not None
        )
        for run in runs
    ]


if __name__ == "__main__":
    with dg.DagsterInstance.get() as found:
        answer = states(found) if sys.argv[1] == "states" else made(found, sys.argv[2])
        print(json.dumps(answer))
