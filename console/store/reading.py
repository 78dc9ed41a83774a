"""How far what the store holds has been read: the one place that widgets ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.reading import FINAL, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.domain.assets.keys import AssetKey
    from console.store.deployment import Deployment
    from console.store.grid.checks import Checks

ASSETS = Reading(("assets",))


class ReadingState:
    """Which assets and cells of a deployment have been read; `checks` is None where none are read."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.checks: Checks | None = None

    def is_final(self, key: AssetKey) -> bool:
        """Whether the cells of the asset were read, judged and their checks read."""
        deployment = self._deployment
        if key not in deployment.rows or deployment.staleness.is_due(key):
            return False
        return self.checks is None or not self.checks.is_unread(key)

    def mark(self, *keys: AssetKey) -> str:
        """The mark behind a number of cells of these assets."""
        return "" if all(map(self.is_final, keys)) else Reading(("cells",)).mark

    def unread(self, keys: Iterable[AssetKey]) -> frozenset[AssetKey]:
        """The assets whose cells may change once more is read."""
        return frozenset(key for key in keys if not self.is_final(key))

    def states(self, keys: Iterable[AssetKey]) -> Reading:
        """The reading of these assets' states, without verdicts and checks."""
        deployment = self._deployment
        rows, statuses = deployment.rows, deployment.statuses
        missing = [key for key in keys if key not in rows or key not in statuses]
        failed = sum(key in deployment.unreadable for key in missing)
        found = FINAL if deployment.structure is not None else ASSETS
        if len(missing) > failed:
            found |= Reading((_assets(len(missing) - failed),))
        return found | Reading((), (_assets(failed),)) if failed else found

    @property
    def all_states(self) -> Reading:
        """The reading of every asset's failed, missing and running cells."""
        return self.states(self._deployment.graph.assets)

    @property
    def deadlines(self) -> Reading:
        """The reading of the last materialization of every asset with a freshness policy."""
        graph = self._deployment.graph
        with_policy = [key for key, asset in graph.assets.items() if asset.freshness is not None]
        unread = self.states(with_policy)
        return Reading(("deadlines",)) if unread.waiting else Reading((), unread.failed)


def _assets(count: int) -> str:
    return f"the partitions of {count} asset{'s' * (count != 1)}"
