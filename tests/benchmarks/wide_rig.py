"""A fake Dagster of any size, for what no real one can be filled with in minutes.

`python -m tests.benchmarks.wide_rig [ASSETS [PARTITIONS]]` prints its URL and serves until it
is interrupted. It answers by Dagster's own schema and costs far less than a Dagster does: it
measures the console, never the server.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fake_dagster.assets import Asset, Stretch
from tests.fake_dagster.partitions import Partitions, daily
from tests.fake_dagster.runs import FakeRun
from tests.fake_dagster.server import FakeDagster
from tests.fake_dagster.world import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ASSETS, PARTITIONS = 2000, 3650
GROUP = 20
"""Assets in a group: a chain with shortcuts, hanging on the group before."""
HOUR = 3600.0


def wide_assets(count: int, partitions: Partitions, now: float) -> list[Asset]:
    """Chains of daily assets; every few of them have failures, gaps or what is newer upstream."""
    found: list[Asset] = []
    for at in range(count):
        group, place = divmod(at, GROUP)
        made = now - 6 * HOUR + 60.0 * place
        asset = Asset(f"team{group:03}_t{place:02}", f"team{group:03}", made, partitions)
        asset.parents = [found[at - back] for back in _backs(group, place)]
        asset.stretches = tuple(_stretches(at, asset.count))
        asset.policy_hours = 24 if place == GROUP - 1 else None
        found.append(asset)
    return found


def _backs(group: int, place: int) -> Iterator[int]:
    """How many assets back its parents are."""
    if place:
        yield 1
    elif group:
        yield GROUP
    if place % 5 == 4:
        yield 3


def _stretches(at: int, count: int) -> Iterator[Stretch]:
    if at % 7 == 3:
        yield Stretch(count // 3, count // 3 + count // 40, "-")
    if at % 6 == 2:
        yield Stretch(-60, -31, "M", again=HOUR * 5)
    if at % 11 == 5:
        yield Stretch(-20, -18, "F")
    if at % 5 == 1:
        yield Stretch(-1, -1, "-")


def serve(assets: int, partitions: int) -> None:
    now = time.time()
    made = wide_assets(assets, daily(partitions, now), now)
    runs = [
        FakeRun(asset.run_id(asset.count - 1), "SUCCESS", now - 60.0 * at, [asset], -2, -2)
        for at, asset in enumerate(made[:40])
    ]
    fake = FakeDagster(root(made, runs, now=now))
    print(fake.url, flush=True)
    fake.serve()


@contextmanager
def wide_rig(assets: int = ASSETS, partitions: int = PARTITIONS) -> Iterator[str]:
    """Its URL, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.wide_rig", str(assets), str(partitions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main(arguments: Sequence[str]) -> None:
    numbers = [int(one) for one in arguments]
    serve(*[*numbers, *(ASSETS, PARTITIONS)[len(numbers) :]])


if __name__ == "__main__":
    main(sys.argv[1:])
