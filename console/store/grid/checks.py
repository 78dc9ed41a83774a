"""Which checks fail, asked when what they check may have changed, and rarely otherwise."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from console.api import check_queries
from console.domain.checks import CheckVerdicts, FailedChecks, failed_checks
from console.domain.errors import BadAnswer, ServerError
from console.store.signals import Topic

if TYPE_CHECKING:
    from console.domain.assets.keys import AssetKey
    from console.domain.grid.asset_status import Latest
    from console.store.deployment import Deployment

Value = TypeVar("Value")
ASSETS_AT_ONCE = 25
EVERYTHING_SECONDS = 300.0
"""Checks that ran by themselves are found at the latest after this long."""


class Checks:
    """A watch of the poller. `failed` has the assets some check of which fails.

    `earlier` has, for each asset, the checks that failed before its newest materialization
    and did not run since.
    """

    name = "checks"

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.failed: dict[AssetKey, FailedChecks] = {}
        self.earlier: dict[AssetKey, tuple[str, ...]] = {}
        self._without_verdict: dict[AssetKey, tuple[Latest, tuple[str, ...]]] = {}
        """Of each asset whose earlier verdicts were asked for: when, and of which checks."""
        self._checked: list[AssetKey] | None = None
        self._with_checks: frozenset[AssetKey] = frozenset()
        self._locations: dict[str, str] = {}
        self._asked: dict[AssetKey, Latest] = {}
        self._again: set[AssetKey] = set()
        """Asked before, and due all the same."""
        self._everything_at = 0.0

    @property
    def interval(self) -> float | None:
        """0 when there is something to ask."""
        return 0.0 if self._due() else None

    @property
    def known(self) -> bool:
        """Nothing is left to ask."""
        return self._checked is not None and not self._due()

    def is_unread(self, key: AssetKey) -> bool:
        """Whether the asset has checks that were not asked for since it was made or run."""
        if self._checked is None:
            return True
        status = self._deployment.statuses.get(key)
        return key in self._with_checks and (
            status is None or status.latest != self._asked.get(key)
        )

    def _due(self) -> list[AssetKey]:
        """The assets made or run since their checks were asked for; all of them once in a while."""
        deployment = self._deployment
        if not deployment.graph.assets or not deployment.rows:
            return []
        if self._checked is None or self._locations != deployment.locations:
            return list(deployment.graph.assets)[:1]
        known = [key for key in self._checked if key in deployment.statuses]
        if time.monotonic() >= self._everything_at:
            return known
        return [
            key
            for key in known
            if key in self._again or deployment.statuses[key].latest != self._asked.get(key)
        ]

    async def look(self) -> None:
        """Ask once, for some of what is due. Raises ApiError."""
        due = self._due()
        if not due:
            return
        unread = self._unread()
        await self._read(due)
        if self._unread() != unread:
            self._deployment.signals.tell(Topic.STATUS)

    def _unread(self) -> frozenset[AssetKey]:
        return frozenset(filter(self.is_unread, self._deployment.graph.assets))

    async def _read(self, due: list[AssetKey]) -> None:
        deployment = self._deployment
        if self._checked is None or self._locations != deployment.locations:
            self._checked = await check_queries.checked(deployment.client)
            self._with_checks = frozenset(self._checked)
            self._locations = deployment.locations
            self._everything_at = 0.0
            return
        if time.monotonic() >= self._everything_at:
            self._again.update(due)
            self._everything_at = time.monotonic() + EVERYTHING_SECONDS
        await self._ask(due[:ASSETS_AT_ONCE])

    async def _ask(self, keys: list[AssetKey]) -> None:
        """Ask; a question that the server can't answer is halved, down to one asset."""
        deployment = self._deployment
        latest = {key: deployment.statuses[key].latest for key in keys}
        try:
            found = await check_queries.check_verdicts(deployment.client, keys)
        except (ServerError, BadAnswer):
            if len(keys) == 1:
                self._note(latest)
            else:
                half = len(keys) // 2
                await self._ask(keys[:half])
                await self._ask(keys[half:])
            return
        earlier = await self._earlier(latest, found)
        self._note(latest)
        self._take(keys, found, earlier)

    async def _earlier(
        self, latest: dict[AssetKey, Latest], found: dict[AssetKey, CheckVerdicts]
    ) -> dict[AssetKey, tuple[str, ...]]:
        """The checks that failed before; asked again only where something was run since."""
        asked = {
            key: (latest[key], verdicts.not_run)
            for key, verdicts in found.items()
            if self._without_verdict.get(key) != (latest[key], verdicts.not_run)
        }
        wanted = [(key, name) for key, (_, names) in asked.items() for name in names]
        verdicts = await check_queries.earlier_verdicts(self._deployment.client, wanted)
        self._without_verdict |= asked
        return {
            key: tuple(
                name
                for name in names
                if (verdict := verdicts.get((key, name))) and verdict.word == "failed"
            )
            for key, (_, names) in asked.items()
        }

    def _note(self, latest: dict[AssetKey, Latest]) -> None:
        self._asked |= latest
        self._again.difference_update(latest)

    def _take(
        self,
        keys: list[AssetKey],
        found: dict[AssetKey, CheckVerdicts],
        earlier: dict[AssetKey, tuple[str, ...]],
    ) -> None:
        before = dict(self.failed), dict(self.earlier)
        for key in keys:
            verdicts = found.get(key, CheckVerdicts())
            _keep(self.failed, key, failed_checks(verdicts.failed, self._deployment.keys.get(key)))
        for key, names in earlier.items():
            _keep(self.earlier, key, names)
        if (self.failed, self.earlier) != before:
            self._deployment.signals.tell(Topic.STATUS)


def _keep(kept: dict[AssetKey, Value], key: AssetKey, value: Value) -> None:
    """Keep the value, or nothing where it is empty."""
    kept.pop(key, None)
    if value:
        kept[key] = value
