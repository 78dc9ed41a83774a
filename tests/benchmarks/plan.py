"""Seconds till a plan is there, on a real Dagster of 50 assets × 3,017 days.

A first plan reads all that it rests on; a change of the request rests on what was read.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from console.api.client import Client
from console.planner.request import Request
from console.store.deployment import Deployment
from console.store.planning import launch
from tests.benchmarks import report
from tests.benchmarks.big_rig import PARTITIONS, big_rig
from tests.benchmarks.big_rig_definitions import STAGES, SUBJECTS, days
from tests.benchmarks.measurement import Measurement, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.rig import Rig

TIMES = 5
FEW = 31
WANTED = tuple((f"{SUBJECTS[0]}_{stage}",) for stage in STAGES)
MOST_SECONDS = 0.5
MOST_CHANGE_SECONDS = 0.1
MOST_MORE = 1.3
WORDS = f"""A plan of {len(WANTED)} assets of a real Dagster, from the request to the plan. *Against*
is what the last materialization of each of these cells takes to be read, by the same client."""


def measure(_: Rig) -> Iterator[Measurement]:
    with big_rig() as live:
        measured = asyncio.run(_measured(live.url))
    report.write("A plan", f"{WORDS}\n\n```\n{table(measured)}\n```")
    yield from measured


async def _measured(url: str) -> list[Measurement]:
    keys = tuple(days.get_partition_keys())
    few, every = Request(WANTED, keys[-FEW:]), Request(WANTED, keys)
    small = [await _planned(url, few) for _ in range(TIMES)]
    first = [await _planned(url, every) for _ in range(TIMES)]
    bare = statistics.median([await _bare(url) for _ in range(TIMES)])
    deployment, shown = first[-1][1:]
    again = [await _again(deployment, every) for _ in range(TIMES)]
    change = [_changed(deployment, shown) for _ in range(TIMES)]
    name = f"plan of {len(WANTED)} × "
    return [
        Measurement(f"{name}{FEW}", _median(small), "s", MOST_SECONDS),
        Measurement(
            f"{name}{PARTITIONS:,}, nothing known",
            _median(first),
            "s",
            MOST_MORE * bare,
            bare,
            "their last materializations alone",
        ),
        Measurement(
            f"{name}{PARTITIONS:,}, these known", statistics.median(again), "s", MOST_SECONDS
        ),
        Measurement(
            f"{name}{PARTITIONS:,}, a change", statistics.median(change), "s", MOST_CHANGE_SECONDS
        ),
    ]


def _median(planned: list[tuple[float, Deployment, launch.Preview]]) -> float:
    return statistics.median(seconds for seconds, _, _ in planned)


async def _planned(url: str, request: Request) -> tuple[float, Deployment, launch.Preview]:
    """By a console that has just been opened and knows the graph."""
    deployment = Deployment(Client(url))
    await deployment.load()
    started = time.monotonic()
    made = await launch.preview(deployment, request)
    seconds = time.monotonic() - started
    assert len(made.plan.cells) == len(request.assets) * len(request.partitions)
    return seconds, deployment, made


async def _again(deployment: Deployment, request: Request) -> float:
    started = time.monotonic()
    await launch.preview(deployment, request)
    return time.monotonic() - started


async def _bare(url: str) -> float:
    deployment = Deployment(Client(url))
    await deployment.load()
    await deployment.load_statuses(WANTED)
    started = time.monotonic()
    await deployment.staleness.read(WANTED)
    return time.monotonic() - started


def _changed(deployment: Deployment, shown: launch.Preview) -> float:
    """A cell left out."""
    request = replace(shown.plan.request, excluded=frozenset((shown.plan.cells[0].id,)))
    started = time.monotonic()
    made = launch.replanned(deployment, shown, request)
    seconds = time.monotonic() - started
    assert made is not None
    return seconds
