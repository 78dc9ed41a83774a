"""`python -m tests.compat.deployment.past SEED`: a past for both code locations, in DAGSTER_HOME."""

from __future__ import annotations

import os
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg

from tests.compat.deployment import small
from tests.staleness import deployments

JOB = "resolve_implicit_global_asset_job_def"
ACTIONS = 14
"""Each run has a database of its own, which takes SQLite half a second to set up."""


def main(seed: int) -> None:
    """Lives through both pasts."""
    if not hasattr(dg.Definitions, JOB):
        setattr(dg.Definitions, JOB, dg.Definitions.get_implicit_global_asset_job_def)
    instance = dg.DagsterInstance.get()
    _live_small(instance)
    home = Path(os.environ["DAGSTER_HOME"])
    (home / "world.pickle").write_bytes(pickle.dumps(_random(seed, instance)))


def _random(seed: int, instance: dg.DagsterInstance) -> dict[str, Any]:
    """The specs of a random deployment that lived on this instance."""
    with instance:
        setattr(dg.DagsterInstance, "ephemeral", staticmethod(lambda: instance))  # noqa: B010 - mypy takes no assignment
        world = deployments.World(seed).live(ACTIONS)
    return {"specs": world.specs, "pairs": world.pairs}


def _live_small(instance: dg.DagsterInstance) -> None:
    small.broken_marker().touch()
    instance.add_dynamic_partitions("towns", ["bonn", "rome, it"])

    def made(asset: Any, *keys: str | None) -> None:
        for key in keys:
            dg.materialize(
                [asset],
                selection=[asset],
                partition_key=key,
                instance=instance,
                raise_on_error=False,
            )

    days = small.DAYS.get_partition_keys()
    made(small.day, *days)
    made(small.report, *days[:4])
    made(small.kind, "a", "b")
    made(small.all_kinds, None)
    made(small.both, "2026-01-01|a", "2026-01-03|b", "2026-01-03|c")
    made(small.town, "rome, it")
    made(small.broken, "a")
    made(small.watched, None)
    made(small.rested, None)
    made(small.early, None)
    dg.materialize([small.checked, small.is_even, small.is_odd], instance=instance)
    time.sleep(0.1)
    made(small.day, days[1])
    made(small.kind, "a")


if __name__ == "__main__":
    main(int(sys.argv[1]))
