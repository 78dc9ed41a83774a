"""Which checks fail, asked when what they check may have changed, and rarely otherwise."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.api import cell_queries
from console.api.errors import BadAnswer, ServerError
from console.domain.checks import FailedChecks, failed_checks
from console.store.signals import Topic

if TYPE_CHECKING:
    from console.domain.checks import FailedCheck
    from console.domain.keys import AssetKey
    from console.domain.rows import Latest
    from console.store.deployment import Deployment

ASSETS_AT_ONCE = 25
UNKNOWN_FIELD = "Cannot query field"
EVERYTHING_SECONDS = 300.0
"""Checks that ran by themselves are found at the latest after this long."""


class Checks:
    """A watch of the poller. `failed` has the assets some check of which fails."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.failed: dict[AssetKey, FailedChecks] = {}
        self._checked: list[AssetKey] | None = None
        self._locations: dict[str, str] = {}
        self._asked: dict[AssetKey, Latest] = {}
        self._everything_at = 0.0
        self._by_partition = True

    @property
    def interval(self) -> float | None:
        """0 when there is something to ask."""
        return 0.0 if self._due() else None

    @property
    def known(self) -> bool:
        """Nothing is left to ask."""
        return self._checked is not None and not self._due()

    def _due(self) -> list[AssetKey]:
        """What was made or run since its checks were asked for; all, once in a while."""
        deployment = self._deployment
        if not deployment.graph.assets or not deployment.rows:
            return []
        if self._checked is None or self._locations != deployment.locations:
            return list(deployment.graph.assets)[:1]
        known = [key for key in self._checked if key in deployment.statuses]
        if time.monotonic() >= self._everything_at:
            return known
        return [key for key in known if deployment.statuses[key].latest != self._asked.get(key)]

    async def look(self) -> None:
        """Ask once, for some of what is due. Raises ApiError."""
        due = self._due()
        if not due:
            return
        deployment = self._deployment
        if self._checked is None or self._locations != deployment.locations:
            self._checked = await cell_queries.checked(deployment.client)
            self._locations = deployment.locations
            self._everything_at = 0.0
            return
        if time.monotonic() >= self._everything_at:
            self._asked.clear()
            self._everything_at = time.monotonic() + EVERYTHING_SECONDS
        await self._ask(due[:ASSETS_AT_ONCE])

    async def _ask(self, keys: list[AssetKey]) -> None:
        """What the server can't answer is asked in halves, and of one asset left alone."""
        deployment = self._deployment
        latest = {key: deployment.statuses[key].latest for key in keys}
        try:
            found = await cell_queries.failed_checks(
                deployment.client, keys, by_partition=self._by_partition
            )
        except (ServerError, BadAnswer) as error:
            if self._by_partition and UNKNOWN_FIELD in str(error):
                self._by_partition = False
            elif len(keys) == 1:
                self._asked |= latest
            else:
                half = len(keys) // 2
                await self._ask(keys[:half])
                await self._ask(keys[half:])
            return
        self._asked |= latest
        self._take(keys, found)

    def _take(self, keys: list[AssetKey], found: dict[AssetKey, list[FailedCheck]]) -> None:
        before = dict(self.failed)
        for key in keys:
            failed = failed_checks(found.get(key, ()), self._deployment.keys.get(key))
            self.failed.pop(key, None)
            if failed != FailedChecks():
                self.failed[key] = failed
        if self.failed != before:
            self._deployment.signals.tell(Topic.STATUS)
