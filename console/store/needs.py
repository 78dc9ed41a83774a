"""What needs somebody among some assets: as known by now, or read first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.domain.errors import ApiError
from console.domain.freshness.policy import FreshnessVerdict
from console.domain.freshness.urgency import is_in_time, urgency
from console.domain.partitions.keys import ranges_text
from console.domain.status.bad import Bad
from console.domain.status.needs import judged, needy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from console.domain.assets.keys import AssetKey
    from console.domain.partitions.keys import PartitionKeys
    from console.domain.status.needs import Judged
    from console.domain.status.states import State
    from console.store.deployment import Deployment
    from console.store.grid.checks import Checks
    from console.store.overview.overview import Overview


async def read_needs(
    deployment: Deployment,
    checks: Checks,
    keys: Sequence[AssetKey],
    say: Callable[[str], None],
) -> None:
    """Read which cells are stale and which checks fail; `say` is told what could not be read."""
    try:
        await deployment.staleness.read(keys)
    except ApiError as error:
        say(f"not all stale partitions were read: {error}")
    try:
        while checks.interval is not None:
            await checks.look()
    except ApiError as error:
        say(f"not all checks were read: {error}")


def in_time(deployment: Deployment, now: float) -> frozenset[AssetKey]:
    """The assets whose newest partition isn't due yet at `now`, epoch seconds UTC."""
    graph, statuses = deployment.graph, deployment.statuses
    return frozenset(
        key
        for key, asset in graph.assets.items()
        if asset.freshness is not None
        and key in statuses
        and is_in_time(urgency(graph, statuses, key, now).verdict)
    )


def judged_cells(deployment: Deployment, key: AssetKey, now: float) -> Judged:
    """The cells of an asset that has been read, without those that need nobody yet."""
    verdict = urgency(deployment.graph, deployment.statuses, key, now).verdict
    row, keys = deployment.rows[key], deployment.keys.get(key)
    return judged(row.states, keys, in_time=is_in_time(verdict))


class Needs:
    """Tells of each asset what needs somebody, by what is known now."""

    def __init__(self, deployment: Deployment, checks: Checks, overview: Overview) -> None:
        self._deployment = deployment
        self._checks = checks
        self._causes = _newest_causes(overview)

    def of(
        self,
        keys: Sequence[AssetKey],
        within: Mapping[AssetKey, Collection[int]] | None = None,
    ) -> list[Bad]:
        """One for each of `keys`, whether it needs somebody or not.

        With `within`, only of these positions in the keys of each asset.
        """
        return [self._of(key, None if within is None else within.get(key, ())) for key in keys]

    def _of(self, key: AssetKey, within: Collection[int] | None) -> Bad:
        deployment = self._deployment
        if key not in deployment.rows:
            why = deployment.unreadable.get(key, "its partitions are being read")
            return Bad(key, problem=why, checks=None)
        row, keys = deployment.rows[key], deployment.keys.get(key)
        fresh = urgency(deployment.graph, deployment.statuses, key, time.time()).freshness
        late = fresh.verdict is FreshnessVerdict.DEGRADED
        found = judged(row.states, keys, in_time=is_in_time(fresh.verdict))
        kept = {
            state: places
            for state, all_of_it in needy(found).items()
            if (places := [at for at in all_of_it if within is None or at in within])
        }
        return Bad(
            key,
            _ranges(kept, keys),
            _named(kept, keys),
            found.not_begun if within is None else 0,
            found.not_due if within is None else 0,
            self._failed_checks(key, keys, within),
            late,
            self._causes.get(key),
        )

    def _failed_checks(
        self, key: AssetKey, keys: PartitionKeys | None, within: Collection[int] | None
    ) -> tuple[str, ...] | None:
        if self._checks.is_unread(key):
            return None
        failing = self._checks.failed.get(key)
        if failing is None:
            return ()
        places = keys.positions if keys else {}
        by_partition = (
            name
            for partition, names in failing.partitions.items()
            if within is None or places.get(partition) in within
            for name in names
        )
        return tuple(dict.fromkeys((*failing.whole, *by_partition)))


def _ranges(
    found: Mapping[State, Sequence[int]], keys: PartitionKeys | None
) -> dict[State, tuple[int, str | None]]:
    return {
        state: (len(places), ranges_text(places, keys.keys) if keys else None)
        for state, places in found.items()
    }


def _named(found: Mapping[State, Sequence[int]], keys: PartitionKeys | None) -> tuple[str, ...]:
    places = sorted({at for places in found.values() for at in places})
    return tuple(keys.keys[at] for at in places) if keys else ()


def _newest_causes(overview: Overview) -> dict[AssetKey, str]:
    """Why each asset failed last, of what failed in the last 24 hours and isn't mended."""
    by_age = sorted(overview.causes, key=lambda cause: cause.last)
    return {key: cause.words for cause in by_age if cause.known for key in cause.failed}
